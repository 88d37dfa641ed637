"""The refusals of registering and changing people."""

import strawberry

from attendance.rules.people import duplicates as duplicate_rules
from attendance.rules.people import people_refusals as rules
from gql.fields.global_ids import encode_id
from gql.fields.user_errors import UserError, refusal
from gql.people.vocabulary import DuplicateReason


@refusal(
    rules.GuardianEmailTaken,
    description="Another guardian signs in with this e-mail address. Nothing was changed. Change the address of one of "
    "them, or use the family that there is.",
)
class GuardianEmailTaken(UserError):
    guardian_id: strawberry.ID = strawberry.field(description="The id of the guardian who has the address.")
    family_id: strawberry.ID = strawberry.field(description="The id of that guardian's family.")


@strawberry.type(description="Somebody who may be the same as somebody who is registered now.")
class PossibleDuplicate:
    reason: DuplicateReason = strawberry.field(description="What is the same.")
    family_id: strawberry.ID = strawberry.field(description="The id of the family that is registered.")
    family_name: str = strawberry.field(description="The name of that family.")
    student_id: strawberry.ID | None = strawberry.field(
        description="For SAME_NAME_AND_BIRTHDAY, the id of the student. Null otherwise."
    )


@refusal(
    duplicate_rules.PossibleDuplicates,
    description="People with the same telephone number, e-mail address, or name and birthday are registered. Nothing "
    "was changed. Add to the family that there is, or register others with `despiteDuplicates`.",
)
class PossibleDuplicates(UserError):
    duplicates: list[PossibleDuplicate] = strawberry.field(
        description="Who may be the same, at most 20 for each reason."
    )

    @classmethod
    def of(cls, refusal: duplicate_rules.PossibleDuplicates) -> "PossibleDuplicates":
        return cls(
            message=refusal.message,
            duplicates=[
                PossibleDuplicate(
                    reason=each.reason,
                    family_id=encode_id("Family", each.family_id),
                    family_name=each.family_name,
                    student_id=None if each.student_id is None else encode_id("Student", each.student_id),
                )
                for each in refusal.duplicates
            ],
        )
