"""The mutation updateFamily, which changes a family's name, e-mail address or phone number."""

from typing import Annotated, TypeAlias

import strawberry
from strawberry import Maybe

from attendance.actions.people.create_family import FamilyKept
from attendance.actions.people.update_family import update_family
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.names import checked_name
from gql.fields.user_errors import PermissionDenied
from gql.fields.visible import find_families
from gql.fields.vocabulary import Permission
from gql.people.student import Family
from gql.people.student_texts import NAME_LENGTH, optional_email, optional_phone


@strawberry.input(description="The changes to a family. Fields that are left out stay unchanged.")
class UpdateFamilyInput:
    family_id: strawberry.ID = strawberry.field(description="The id of the family.")
    name: Maybe[str] = strawberry.field(
        default=None, description=f"The name of the family, 1 to {NAME_LENGTH} characters."
    )
    email: Maybe[str | None] = strawberry.field(
        default=None, description="The e-mail address to which mail is sent. Null or blank removes it."
    )
    phone: Maybe[str | None] = strawberry.field(
        default=None, description="The phone number, as it is written. Null or blank removes it."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The family is as requested. This is also the answer when it was so before.")
class UpdateFamilySuccess:
    family: Family = strawberry.field(description="The family after the change.")


UpdateFamilyResult: TypeAlias = Annotated[
    UpdateFamilySuccess | PermissionDenied,
    strawberry.union("UpdateFamilyResult", description="The family, or the reason why nothing was changed."),
]


async def resolve(
    info: Info, input: Annotated[UpdateFamilyInput, strawberry.argument(description="The changes to the family.")]
) -> UpdateFamilyResult | None:
    family_id = decode_id(input.family_id, "Family", "input.familyId")
    values = _values(input)
    async with act_once(
        info, input, FamilyKept, lambda uow, viewer, now: update_family(uow, viewer, family_id, values, now=now)
    ) as done:
        return UpdateFamilySuccess(family=(await find_families(done.reading, [family_id]))[family_id])


def _values(given: UpdateFamilyInput) -> dict[str, str | None]:
    values: dict[str, str | None] = {}
    if given.name is not None:
        values["name"] = checked_name(given.name.value, "input.name", NAME_LENGTH)
    if given.email is not None:
        values["email"] = optional_email(given.email.value, "input.email")
    if given.phone is not None:
        values["phone"] = optional_phone(given.phone.value, "input.phone")
    return values


field = strawberry.mutation(
    resolver=resolve,
    description="Change a family's name, e-mail address or phone number. Subscribed roll sheets receive the change. An "
    "import leaves the changed fields alone from then on. Needs MANAGE_PEOPLE together with attendance VIEW and "
    "SEE_ALL, in the Office Portal or the Staff Portal. A family that does not exist is NOT_FOUND.",
    metadata=requires([Permission.MANAGE_PEOPLE]),
)
