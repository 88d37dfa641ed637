"""The events that dashboards receive when they follow the check-ins of a day."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import strawberry

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.roster import roster as rules
from attendance.rules.roster.indicators import Sight
from attendance.rules.roster.roster_rows import StudentFacts
from attendance.rules.vocabulary import ChangeKind
from db.feed import FedChange
from gql.calendar.occurrence import AttendanceTally, Occurrence, show_occurrence, show_tally
from gql.fields.pagination import Cursors
from gql.fields.vocabulary import Source
from gql.marks.vocabulary import AttendanceStatus, CheckInEventKind
from gql.people.people import Actor, show_actor
from gql.people.student import Student, show_student
from gql.roster.roster import Mark, show_mark

CURSORS = Cursors("checkIns", (int, int, str))
# A place after the last change of a position.
LAST = 2**31 - 1


@strawberry.type(description="A student's mark that changed.")
class CheckInEntry:
    student: Student = strawberry.field(description="The student whose mark changed.")
    status_before: AttendanceStatus | None = strawberry.field(
        description="The status before the change. Null when the student was not marked."
    )
    was_defaulted: bool = strawberry.field(
        description="Whether the mark before the change was set by the system by default. False when the student was "
        "not marked."
    )
    mark: Mark | None = strawberry.field(description="The mark after the change. Null when the mark was cleared.")


@strawberry.type(
    description="An event of a day's check-ins: a change of one occurrence, or a SNAPSHOT. `tally` covers the whole "
    "day at the time when the event was read. When many events arrive at once, use the tally of the last one."
)
class CheckInEvent:
    cursor: str = strawberry.field(
        description="The opaque cursor of this event. Pass the last one you have as `after` to continue after it."
    )
    changed_at: datetime = strawberry.field(
        description="When the change was made. For a SNAPSHOT, when the state was read."
    )
    kind: CheckInEventKind = strawberry.field(description="What happened.")
    changed_by: Actor | None = strawberry.field(
        description="Who made the change. Null when the system made it, and for a SNAPSHOT."
    )
    source: Source | None = strawberry.field(description="Where the change came from. Null for a SNAPSHOT.")
    occurrence: Occurrence | None = strawberry.field(
        description="The occurrence, with its own tally, at the time when the event was read. Null for a SNAPSHOT. "
        "The query `occurrences` lists the occurrences of the day. When you have the same occurrence twice, the one "
        "with the higher `revision` is newer."
    )
    revision: int | None = strawberry.field(
        description="The number of the change at its occurrence. `occurrence.revision` can be higher. Null for a "
        "SNAPSHOT."
    )
    entries: list[CheckInEntry] = strawberry.field(
        description="For MARKS, the marks that changed, by last name, then first name. Empty for other kinds."
    )
    tally: AttendanceTally = strawberry.field(
        description="The number of rows by status, over all occurrences that are followed. Occurrences that do not "
        "take place are not counted."
    )


@dataclass(frozen=True, slots=True)
class CheckIns:
    """A change of an occurrence with what is needed to show it.

    place -- the place of the change among those of its position.
    counted -- the occurrence's tally.
    """

    position: int
    place: int
    change: FedChange
    head: OccurrenceHead
    counted: rules.AttendanceTally
    students: Mapping[UUID, StudentFacts]


def add_up(tallies: Collection[rules.AttendanceTally]) -> rules.AttendanceTally:
    by_status = {status: sum(each.by_status[status] for each in tallies) for status in AttendanceStatus}
    return rules.AttendanceTally(by_status, sum(each.unmarked for each in tallies))


def show_snapshot(position: int, days: str, tally: rules.AttendanceTally, now: datetime) -> CheckInEvent:
    return CheckInEvent(
        cursor=CURSORS.encode(position, LAST, days),
        changed_at=now,
        kind=CheckInEventKind.SNAPSHOT,
        changed_by=None,
        source=None,
        occurrence=None,
        revision=None,
        entries=[],
        tally=show_tally(tally),
    )


def show_check_ins(
    found: CheckIns, days: str, tally: rules.AttendanceTally, sight: Sight, now: datetime
) -> CheckInEvent:
    change, head = found.change, found.head
    return CheckInEvent(
        cursor=CURSORS.encode(found.position, found.place, days),
        changed_at=change.changed_at,
        kind=CheckInEventKind(change.kind),
        changed_by=show_actor(change.author.actor),
        source=change.author.source,
        occurrence=show_occurrence(head, now, counted=found.counted),
        revision=change.revision,
        entries=_entries(found, sight),
        tally=show_tally(tally),
    )


def _entries(found: CheckIns, sight: Sight) -> list[CheckInEntry]:
    if found.change.kind is not ChangeKind.MARKS:
        return []
    entries = [entry for entry in found.change.entries if entry.student_id in found.students]
    return [
        CheckInEntry(
            student=show_student(found.students[entry.student_id], sight, found.head.currency),
            status_before=None if entry.before is None else entry.before.status,
            was_defaulted=entry.before is not None and entry.before.is_defaulted,
            mark=None if mark is None else show_mark(mark),
        )
        for entry in sorted(entries, key=lambda entry: _name(found.students[entry.student_id]))
        for mark in [found.change.mark(entry.after)]
    ]


def _name(student: StudentFacts) -> tuple[str, UUID]:
    return student.sort_key, student.id
