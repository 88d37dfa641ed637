"""The mutation updateGuardian, which changes a guardian's name, e-mail address or telephone numbers."""

from typing import Annotated, TypeAlias

import strawberry
from strawberry import Maybe

from attendance.actions.people.create_guardian import GuardianKept
from attendance.actions.people.update_guardian import update_guardian
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.names import checked_name
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.people.kept_guardian import show_kept_guardian
from gql.people.people import Guardian
from gql.people.people_refusals import GuardianEmailTaken
from gql.people.student_texts import MOST_PHONES, NAME_LENGTH, checked_phones, optional_email


@strawberry.input(description="The changes to a guardian. Fields that are left out stay unchanged.")
class UpdateGuardianInput:
    guardian_id: strawberry.ID = strawberry.field(description="The id of the guardian.")
    first_name: Maybe[str] = strawberry.field(
        default=None, description=f"The given name, 1 to {NAME_LENGTH} characters."
    )
    last_name: Maybe[str] = strawberry.field(
        default=None, description=f"The family name, 1 to {NAME_LENGTH} characters."
    )
    email: Maybe[str | None] = strawberry.field(
        default=None,
        description="The e-mail address with which the guardian can sign in. Null or blank removes it; then the "
        "guardian cannot sign in.",
    )
    phones: Maybe[list[str]] = strawberry.field(
        default=None,
        description=f"All telephone numbers by which a kiosk finds the family, at most {MOST_PHONES}. They replace "
        "those that there are.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The guardian is as requested. This is also the answer when nothing had to change.")
class UpdateGuardianSuccess:
    guardian: Guardian = strawberry.field(description="The guardian after the change.")


UpdateGuardianResult: TypeAlias = Annotated[
    UpdateGuardianSuccess | GuardianEmailTaken | PermissionDenied,
    strawberry.union("UpdateGuardianResult", description="The guardian, or the reason why nothing was changed."),
]


async def resolve(
    info: Info, input: Annotated[UpdateGuardianInput, strawberry.argument(description="The changes to the guardian.")]
) -> UpdateGuardianResult | None:
    guardian_id = decode_id(input.guardian_id, "Guardian", "input.guardianId")
    values = _values(input)
    phones = None if input.phones is None else checked_phones(input.phones.value, "input.phones")
    async with act_once(
        info, input, GuardianKept, lambda uow, viewer, now: update_guardian(uow, viewer, guardian_id, values, phones)
    ) as done:
        return UpdateGuardianSuccess(guardian=await show_kept_guardian(done.uow, done.outcome.guardian_id))


def _values(given: UpdateGuardianInput) -> dict[str, str | None]:
    values: dict[str, str | None] = {}
    if given.first_name is not None:
        values["first_name"] = checked_name(given.first_name.value, "input.firstName", NAME_LENGTH)
    if given.last_name is not None:
        values["last_name"] = checked_name(given.last_name.value, "input.lastName", NAME_LENGTH)
    if given.email is not None:
        values["email"] = optional_email(given.email.value, "input.email")
    return values


field = strawberry.mutation(
    resolver=resolve,
    description="Change a guardian's name, e-mail address or telephone numbers. An import leaves what was changed "
    "alone from then on. Needs MANAGE_PEOPLE together with attendance VIEW and SEE_ALL, in the Office Portal or the "
    "Staff Portal. A guardian who does not exist is NOT_FOUND.",
    metadata=requires([Permission.MANAGE_PEOPLE]),
)
