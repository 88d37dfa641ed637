"""What a kiosk receives about a family, and the refusals of kiosks (section 5)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby

import strawberry

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.kiosk import kiosk_refusals as rules
from attendance.rules.kiosk.kiosk import Arrival, check_in_window, no_check_in_reason
from attendance.rules.organization.settings import KioskSettings
from db.names import sort_key
from gql.fields.global_ids import encode_id, encode_occurrence_id
from gql.fields.user_errors import UserError, refusal
from gql.kiosk.vocabulary import NoCheckInReason, NoUndoReason
from gql.marks.vocabulary import AttendanceStatus


@strawberry.type(description="One of today's occurrences at the kiosk's location, for one student.")
class KioskOccurrence:
    occurrence_id: strawberry.ID = strawberry.field(description="The id of the occurrence, for `checkIn`.")
    offering_name: str = strawberry.field(description='The name of the offering, such as "Swim 1".')
    starts_at: datetime = strawberry.field(description="When the occurrence starts.")
    ends_at: datetime = strawberry.field(description="When the occurrence ends.")
    status: AttendanceStatus | None = strawberry.field(
        description="How the student is marked. Null when the student is not marked. ABSENT can be a default that was "
        "set when another student was the first to check in."
    )
    can_check_in: bool = strawberry.field(description="Whether `checkIn` would check the student in now.")
    no_check_in_reason: NoCheckInReason | None = strawberry.field(
        description="Why `checkIn` would not check the student in now. Null when it would."
    )
    opens_at: datetime | None = strawberry.field(
        description="The first instant at which the student can check in. Null when the kiosk has no early limit."
    )
    closes_at: datetime | None = strawberry.field(
        description="The last instant at which the student can check in. Null when the kiosk has no late limit."
    )


@strawberry.type(description="A student of the family who is expected at the kiosk's location today.")
class KioskStudent:
    student_id: strawberry.ID = strawberry.field(description="The id of the student, for `checkIn`.")
    first_name: str = strawberry.field(description="The student's first name. A kiosk receives no other name.")
    occurrences: list[KioskOccurrence] = strawberry.field(
        description="The student's occurrences of today, ordered by start; there is at least one. An occurrence that "
        "began yesterday and is still running is included. Cancelled occurrences are included. Dates on which the "
        "offering does not meet are not."
    )


@strawberry.type(
    description="What a kiosk receives about a family: who is expected at its location today, and nothing else. An "
    "unknown phone number or code gets the same answer as a family with nothing today: no students."
)
class KioskFamily:
    students: list[KioskStudent] = strawberry.field(
        description="The students who are expected, by first name. Empty when there are none."
    )


@refusal(
    rules.KioskReadOnly,
    description="A setting has made kiosks read-only: they show occurrences but check nobody in. Nothing was changed.",
)
class KioskReadOnly(UserError):
    pass


@refusal(
    rules.OutsideCheckInWindow,
    description="The check-in window of the kiosk is not open. Settings say how many minutes before the start it "
    "opens and how many minutes after the start it closes. Nothing was changed. Staff can still check the student in.",
)
class OutsideCheckInWindow(UserError):
    opens_at: datetime | None = strawberry.field(
        description="The first instant at which the student can check in. Null when there is no early limit."
    )
    closes_at: datetime | None = strawberry.field(
        description="The last instant at which the student can check in. Null when there is no late limit."
    )


@refusal(
    rules.CheckInNotUndoable,
    description="The kiosk cannot take this check-in back. Nothing was changed. Staff can still change the mark.",
)
class CheckInNotUndoable(UserError):
    no_undo_reason: NoUndoReason = strawberry.field(description="Why the check-in cannot be taken back here.")
    undoable_until: datetime | None = strawberry.field(
        description="The instant until which it could have been taken back. Null unless `noUndoReason` is TOO_LATE."
    )


def show_kiosk_family(
    arrivals: Iterable[Arrival], heads: Mapping[OccurrenceKey, OccurrenceHead], settings: KioskSettings, now: datetime
) -> KioskFamily:
    """Show the arrivals that are at one of the occurrences."""
    here = [each for each in arrivals if each.key in heads]
    here.sort(key=lambda each: (sort_key(each.first_name), each.student_id))
    return KioskFamily(
        students=[
            _student(list(mine), heads, settings, now) for _, mine in groupby(here, key=lambda each: each.student_id)
        ]
    )


def _student(
    mine: Sequence[Arrival], heads: Mapping[OccurrenceKey, OccurrenceHead], settings: KioskSettings, now: datetime
) -> KioskStudent:
    def place(each: Arrival) -> tuple[datetime, str]:
        return heads[each.key].starts_at, heads[each.key].offering.sort_key

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
