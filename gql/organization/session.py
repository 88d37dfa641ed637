"""The results of signing in and of continuing a session."""

from datetime import datetime
from typing import Annotated

import strawberry

from attendance.actions.organization.sign_in import SignedIn
from attendance.rules.organization import sign_in_refusals as rules
from gql.accounts.account_refusals import SecondFactorRequired, SecondFactorSetupRequired
from gql.fields.context import Context
from gql.fields.global_ids import encode_id
from gql.fields.user_errors import UserError, refusal
from gql.organization.viewer import Viewer, show_viewer
from gql.organization.vocabulary import SignInRefusedReason


@strawberry.type(description="A session. Keep the refresh token where no other program can read it.")
class SignInSuccess:
    access_token: str = strawberry.field(
        description="The access token, for the header `Authorization: Bearer ...`, or as `authorization` in the "
        "payload of `connection_init`. It is signed, and opaque to clients."
    )
    expires_at: datetime = strawberry.field(
        description="When the access token expires: 15 minutes after it was signed, unless the server is configured "
        "otherwise."
    )
    refresh_token: str = strawberry.field(
        description="The token for the next `refreshSession`. It can be used once; the answer has the next one."
    )
    refresh_expires_at: datetime = strawberry.field(
        description="When the session ends if it is not refreshed before: after 30 days, unless the server is "
        "configured otherwise, and a year after signing in at the latest."
    )
    viewer: Viewer = strawberry.field(description="The person who is signed in.")


@refusal(
    rules.SignInRefused,
    description="Nobody was signed in. The answer does not reveal whether an account with this e-mail address exists.",
)
class SignInRefused(UserError):
    reason: SignInRefusedReason = strawberry.field(description="The reason.")


@refusal(
    rules.NoSession,
    description="The access token comes from an external identity provider, which keeps the session. Sign out there. "
    "With `everywhere`, the sessions that are kept here end nevertheless. Otherwise nothing was changed.",
)
class NoSession(UserError):
    pass


@strawberry.type(description="An organization to choose when signing in.")
class OrganizationChoice:
    organization_id: strawberry.ID = strawberry.field(
        description="The id to pass as `organizationId` in the input of `signIn`."
    )
    name: str = strawberry.field(description="The name of the organization.")


@refusal(
    rules.OrganizationChoiceRequired,
    description="E-mail address and password are correct in several organizations. Sign in again with an "
    "`organizationId`. Nobody was signed in.",
)
class OrganizationChoiceRequired(UserError):
    organizations: list[OrganizationChoice] = strawberry.field(
        description="The organizations in question, ordered by name."
    )

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
    SignInSuccess | SignInRefused | OrganizationChoiceRequired | SecondFactorRequired | SecondFactorSetupRequired,
    strawberry.union("SignInResult", description="The session, or the reason why there is none."),
]


def show_session(context: Context, session: SignedIn, now: datetime) -> SignInSuccess:
    """Sign the access token and return the session.

    The rest of the operation runs as the person who signed in, so that its `viewer` fields show that person.
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
