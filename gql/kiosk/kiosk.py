"""What a kiosk is shown, and what it is refused (section 5)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby

import strawberry

from attendance.rules import refusals
from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.kiosk.kiosk import Arrival, check_in_window, no_check_in_reason
from attendance.rules.organization.settings import KioskSettings
from attendance.rules.vocabulary import AttendanceStatus, NoCheckInReason
from gql.fields import vocabulary  # noqa: F401 - describes the enumerations that these types speak
from gql.fields.global_ids import encode_id, encode_occurrence_id
from gql.fields.user_errors import UserError


@strawberry.type(description="One of today's occurrences at the kiosk's location, for one student.")
class KioskOccurrence:
    occurrence_id: strawberry.ID = strawberry.field(description="For `checkIn`.")
    offering_name: str = strawberry.field(description='Such as "Swim 1".')
    starts_at: datetime = strawberry.field(description="When it starts.")
    ends_at: datetime = strawberry.field(description="When it ends.")
    status: AttendanceStatus | None = strawberry.field(
        description="How the student is marked; null: not marked. ABSENT may be there by default, since somebody else "
        "was the first to check in."
    )
    can_check_in: bool = strawberry.field(description="Whether `checkIn` would check the student in now.")
    no_check_in_reason: NoCheckInReason | None = strawberry.field(description="Why it would not; null: it would.")
    opens_at: datetime | None = strawberry.field(
        description="The first instant of check-in; null: at any time of the day before `closesAt`."
    )
    closes_at: datetime | None = strawberry.field(
        description="The last instant of check-in; null: at any time of the day after `opensAt`."
    )


@strawberry.type(description="A student of the family who is expected at the kiosk's location today.")
class KioskStudent:
    student_id: strawberry.ID = strawberry.field(description="For `checkIn`.")
    first_name: str = strawberry.field(description="Given name; a kiosk is told no other.")
    occurrences: list[KioskOccurrence] = strawberry.field(
        description="The student's occurrences of today, by start; what began yesterday and still runs is among them. "
        "Cancelled ones are listed, dates without a class are not. At least one."
    )


@strawberry.type(
    description="What a kiosk is told of a family: who is expected today at its location, and nothing more. An unknown "
    "phone number or code has the same answer as a family with nothing today: no students."
)
class KioskFamily:
    students: list[KioskStudent] = strawberry.field(description="By first name.")


@strawberry.type(
    description="Kiosks are switched to read-only by a setting: they show, and check nobody in. Nothing was changed."
)
class KioskReadOnly(UserError):
    @classmethod
    def of(cls, refusal: refusals.KioskReadOnly) -> "KioskReadOnly":
        return cls(message=refusal.message)


@strawberry.type(
    description="The kiosk checks in only from some minutes before the start, or until some minutes after it; settings "
    "say how many. Nothing was changed. Staff can still check in."
)
class OutsideCheckInWindow(UserError):
    opens_at: datetime | None = strawberry.field(description="The first instant of check-in; null: no such bound.")
    closes_at: datetime | None = strawberry.field(description="The last instant of check-in; null: no such bound.")

    @classmethod
    def of(cls, refusal: refusals.OutsideCheckInWindow) -> "OutsideCheckInWindow":
        return cls(message=refusal.message, opens_at=refusal.opens_at, closes_at=refusal.closes_at)


def show_kiosk_family(
    arrivals: Iterable[Arrival], heads: Mapping[OccurrenceKey, OccurrenceHead], settings: KioskSettings, now: datetime
) -> KioskFamily:
    """Of the arrivals those at one of the occurrences."""
    here = [each for each in arrivals if each.key in heads]
    here.sort(key=lambda each: (each.first_name.casefold(), each.student_id))
    return KioskFamily(
        students=[
            _student(list(mine), heads, settings, now) for _, mine in groupby(here, key=lambda each: each.student_id)
        ]
    )


def _student(
    mine: Sequence[Arrival], heads: Mapping[OccurrenceKey, OccurrenceHead], settings: KioskSettings, now: datetime
) -> KioskStudent:
    def place(each: Arrival) -> tuple[datetime, str]:
        return heads[each.key].starts_at, heads[each.key].offering.name

    return KioskStudent(
        student_id=encode_id("Student", mine[0].student_id),
        first_name=mine[0].first_name,
        occurrences=[_occurrence(each, heads[each.key], settings, now) for each in sorted(mine, key=place)],
    )


def _occurrence(arrival: Arrival, head: OccurrenceHead, settings: KioskSettings, now: datetime) -> KioskOccurrence:
    reason = no_check_in_reason(head, arrival.mark, settings, now)
    window = check_in_window(settings, head.starts_at)
    return KioskOccurrence(
        occurrence_id=encode_occurrence_id(head.key),
        offering_name=head.offering.name,
        starts_at=head.starts_at,
        ends_at=head.ends_at,
        status=None if arrival.mark is None else arrival.mark.status,
        can_check_in=reason is None,
        no_check_in_reason=reason,
        opens_at=window.opens_at,
        closes_at=window.closes_at,
    )
