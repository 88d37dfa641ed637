"""What signing in and going on with a session answer."""

from datetime import datetime
from typing import Annotated

import strawberry

from attendance.actions.organization.sign_in import SignedIn
from attendance.rules.organization import sign_in_refusals as rules
from gql.fields.context import Context
from gql.fields.global_ids import encode_id
from gql.fields.user_errors import UserError, refusal
from gql.organization.viewer import Viewer, show_viewer
from gql.organization.vocabulary import SignInRefusedReason


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


@refusal(
    rules.SignInRefused, description="Nobody was signed in. Nothing tells whether an e-mail address has an account."
)
class SignInRefused(UserError):
    reason: SignInRefusedReason = strawberry.field(description="Why.")


@refusal(
    rules.NoSession,
    description="The access token is of an external identity provider, which keeps the session: sign out there. With "
    "`everywhere` the sessions kept here end all the same. Nothing was changed.",
)
class NoSession(UserError):
    pass


@strawberry.type(description="An organization to choose.")
class OrganizationChoice:
    organization_id: strawberry.ID = strawberry.field(description="For `organizationId` of the input of `signIn`.")
    name: str = strawberry.field(description="Its name.")


@refusal(
    rules.OrganizationChoiceRequired,
    description="E-mail address and password are right in several organizations: sign in again with `organizationId`. "
    "Nobody was signed in.",
)
class OrganizationChoiceRequired(UserError):
    organizations: list[OrganizationChoice] = strawberry.field(description="In alphabetical order of their names.")

    @classmethod
    def of(cls, refusal: rules.OrganizationChoiceRequired) -> "OrganizationChoiceRequired":
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
