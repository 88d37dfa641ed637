"""What signing in and going on with a session answer."""

from datetime import datetime
from typing import Annotated

import strawberry

from attendance.actions.organization.sign_in import SignedIn
from attendance.rules import refusals
from attendance.rules.vocabulary import SignInRefusedReason
from gql.fields.context import Context
from gql.fields.described import described
from gql.fields.global_ids import encode_id
from gql.fields.user_errors import UserError
from gql.organization.viewer import Viewer, show_viewer

described(
    SignInRefusedReason,
    "Why nobody was signed in, or a session does not go on.",
    {
        SignInRefusedReason.WRONG_EMAIL_OR_PASSWORD: "There is no such account, or the password is wrong; which of "
        "them is not told.",
        SignInRefusedReason.WRONG_PORTAL: "The account is right, but not for this portal. Told only after the right "
        "password.",
        SignInRefusedReason.REFRESH_TOKEN_NOT_VALID: "This was never a refresh token, or it is older than the one "
        "before the current one.",
        SignInRefusedReason.SESSION_EXPIRED: "The refresh token was not used in time. Sign in again.",
        SignInRefusedReason.SESSION_ENDED: "Signed out, left, or ended because the refresh token before the current "
        "one came back, which tells of theft. Sign in again.",
    },
)


@strawberry.type(description="A session. Keep the refresh token where no other program can read it.")
class SignInSuccess:
    access_token: str = strawberry.field(
        description="For the header `Authorization: Bearer ...`, or as `authorization` in the payload of "
        "`connection_init`. Signed, opaque to clients."
    )
    expires_at: datetime = strawberry.field(
        description="When the access token ends: 15 minutes after it was signed, unless configured otherwise."
    )
    refresh_token: str = strawberry.field(description="For `refreshSession`, once: its answer brings the next one.")
    refresh_expires_at: datetime = strawberry.field(
        description="When the session ends unless it is refreshed before: after 30 days, unless configured otherwise."
    )
    viewer: Viewer = strawberry.field(description="Who is signed in.")


@strawberry.type(description="Nobody was signed in. Nothing tells whether an e-mail address has an account.")
class SignInRefused(UserError):
    reason: SignInRefusedReason = strawberry.field(description="Why.")

    @classmethod
    def of(cls, refusal: refusals.SignInRefused) -> "SignInRefused":
        return cls(message=refusal.message, reason=refusal.reason)


@strawberry.type(
    description="The access token is of an external identity provider, which keeps the session: sign out there. With "
    "`everywhere` the sessions kept here end all the same. Nothing was changed."
)
class NoSession(UserError):
    @classmethod
    def of(cls, refusal: refusals.NoSession) -> "NoSession":
        return cls(message=refusal.message)


@strawberry.type(description="An organization to choose.")
class OrganizationChoice:
    organization_id: strawberry.ID = strawberry.field(description="For `organizationId` of the input of `signIn`.")
    name: str = strawberry.field(description="Its name.")


@strawberry.type(
    description="E-mail address and password are right in several organizations: sign in again with `organizationId`. "
    "Nobody was signed in."
)
class OrganizationChoiceRequired(UserError):
    organizations: list[OrganizationChoice] = strawberry.field(description="In alphabetical order of their names.")

    @classmethod
    def of(cls, refusal: refusals.OrganizationChoiceRequired) -> "OrganizationChoiceRequired":
        return cls(
            message=refusal.message,
            organizations=[
                OrganizationChoice(organization_id=encode_id("Organization", each.organization_id), name=each.name)
                for each in refusal.organizations
            ],
        )


SignInResult = Annotated[
    SignInSuccess | SignInRefused | OrganizationChoiceRequired,
    strawberry.union("SignInResult", description="A session, or why there is none."),
]


def show_session(context: Context, session: SignedIn, now: datetime) -> SignInSuccess:
    """Signs the access token. The operation goes on as the one who signed in, so that what it asks of the viewer is
    read as that viewer.
    """
    tokens = context.services.access_tokens
    caller = session.viewer.caller
    claims = tokens.claims(caller.organization_id, caller.portal, caller.id, session.sign_in_id, tokens.expiry(now))
    context.claims = claims
    return SignInSuccess(
        access_token=tokens.sign(claims, now),
        expires_at=claims.expires_at,
        refresh_token=session.refresh_token.encode(),
        refresh_expires_at=session.refresh_expires_at,
        viewer=show_viewer(session.viewer),
    )
