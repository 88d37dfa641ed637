"""What ending a family or a student does to places, makeups, requests and makeup tokens (R13.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from attendance.rules.catalogue.catalogue_refusals import PastIsFixed
from attendance.rules.vocabulary import EnrollmentType

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Leaver:
    """Who leaves, and when.

    student_id -- the only student who leaves; None means all students of the family
    since -- the first date without a place; None means today at the location of each place
    ends_guardians -- whether the guardians' access ends, at once
    """

    family_id: UUID
    student_id: UUID | None
    since: date | None
    ends_guardians: bool


@dataclass(frozen=True, slots=True)
class OpenPlace:
    """An enrollment that has not ended on the day on which its student leaves. It has that day at its location."""

    id: UUID
    student_id: UUID
    offering_id: UUID
    type: EnrollmentType
    starts_on: date
    since: date
    today: date

    @property
    def last_on(self) -> date | None:
        """The last date of the place; None when it never begins."""
        return self.since - _DAY if self.starts_on < self.since else None


@dataclass(frozen=True, slots=True)
class LeavingEffect:
    """What the act changed. `tokens_lapse_on` is the last day of the unused tokens, or None when they keep their own
    dates.
    """

    student_ids: tuple[UUID, ...]
    enrollment_ids: tuple[UUID, ...]
    makeup_ids: tuple[UUID, ...]
    withdrawn_request_count: int
    unused_token_count: int
    tokens_lapse_on: date | None
    guardian_ids: tuple[UUID, ...]


def require_ahead(places: Iterable[OpenPlace]) -> None:
    """Raise PastIsFixed when a place would end before yesterday, which would change dates that have passed (R2.10)."""
    late = [place.today for place in places if place.since < place.today]
    if late:
        earliest = max(late)
        raise PastIsFixed(earliest, f"Places can end from {earliest} on. What was held before stays as it was.")
