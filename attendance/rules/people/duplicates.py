"""Which families and students are possibly registered already (R13.4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from attendance.rules.kiosk.telephones import is_same_telephone
from attendance.rules.refusals import Refusal
from attendance.rules.vocabulary import DuplicateReason


@dataclass(frozen=True, slots=True)
class PossibleDuplicate:
    """A family that may be the one that is registered now. `student_id`: the student who may be the same."""

    reason: DuplicateReason
    family_id: UUID
    family_name: str
    student_id: UUID | None = None


@dataclass(eq=False)
class PossibleDuplicates(Refusal):
    """There are people with the same telephone, e-mail address, or name and birthday. The caller can say that these are
    others.
    """

    duplicates: tuple[PossibleDuplicate, ...]
    message: str = (
        "Somebody like this is registered already. Use that family, or say that these are others with "
        "`despiteDuplicates`."
    )


@dataclass(frozen=True, slots=True)
class HeldNumber:
    number: str
    family_id: UUID
    family_name: str


def same_telephones(
    held: Iterable[HeldNumber], typed: Sequence[str], countries: Sequence[str | None]
) -> list[PossibleDuplicate]:
    """Return the families that have one of the numbers, however it is written, each once.

    countries -- in one of which the numbers were typed
    """
    found: dict[UUID, PossibleDuplicate] = {}
    for each in held:
        if any(is_same_telephone(each.number, one, country) for one in typed for country in countries or (None,)):
            found.setdefault(
                each.family_id, PossibleDuplicate(DuplicateReason.SAME_PHONE, each.family_id, each.family_name)
            )
    return list(found.values())
