"""The mutation updateOrganization, which changes the currency of a business."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.organization.currencies import is_currency
from attendance.actions.organization.update_organization import OrganizationChanged, update_organization
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import encode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.organization.organization_refusals import AmountsRecorded
from gql.organization.viewer import Organization
from gql.people.erasure_refusals import ImportIsRunning
from gql.protocol.errors import BadInput


@strawberry.input(description="The change to the organization.")
class UpdateOrganizationInput:
    currency: str = strawberry.field(
        description="The currency of all amounts, as an ISO 4217 code such as USD, in upper case."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The organization has the requested currency.")
class UpdateOrganizationSuccess:
    organization: Organization = strawberry.field(description="The organization after the change.")


UpdateOrganizationResult: TypeAlias = Annotated[
    UpdateOrganizationSuccess | AmountsRecorded | ImportIsRunning | PermissionDenied,
    strawberry.union("UpdateOrganizationResult", description="What was done, or the reason why nothing was changed."),
]


async def resolve(
    info: Info,
    input: Annotated[UpdateOrganizationInput, strawberry.argument(description="The change to the organization.")],
) -> UpdateOrganizationResult | None:
    if not await is_currency(input.currency):
        raise BadInput(f"input.currency is {input.currency!r}. It must be an ISO 4217 code such as USD.")
    async with act_once(
        info,
        input,
        OrganizationChanged,
        lambda uow, viewer, now: update_organization(uow, viewer, input.currency, now=now),
    ) as done:
        viewer = done.viewer
        organization = Organization(
            id=encode_id("Organization", viewer.caller.organization_id),
            name=viewer.organization_name,
            currency=done.outcome.currency,
        )
    return UpdateOrganizationSuccess(organization=organization)


field = strawberry.mutation(
    resolver=resolve,
    description="Change the currency of the organization, which is possible while no family has a balance: amounts are "
    "never converted. The amounts in e-mails that were sent keep the currency of their time. The change "
    "is recorded in `settings.changes`. Needs OWNER.",
    metadata=requires([Permission.OWNER]),
)
