"""What dashboards receive that follow the check-ins of a day."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import strawberry

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.roster import roster as rules
from attendance.rules.roster.indicators import Sight
from attendance.rules.roster.roster_rows import StudentFacts
from attendance.rules.vocabulary import AttendanceStatus, ChangeKind, Source
from db.feed import FedChange
from gql.calendar.occurrence import AttendanceTally, Occurrence, show_occurrence, show_tally
from gql.fields.described import described
from gql.fields.pagination import Cursors
from gql.people.people import Actor, show_actor
from gql.people.student import Student, show_student
from gql.roster.roster import Mark, show_mark

CURSORS = Cursors("checkIns", (int, int, str))
# After the last change of a position.
LAST = 2**31 - 1


class CheckInEventKind(StrEnum):
    SNAPSHOT = "SNAPSHOT"
    MARKS = ChangeKind.MARKS
    ROSTER = ChangeKind.ROSTER
    CANCELLED = ChangeKind.CANCELLED
    RESTORED = ChangeKind.RESTORED


described(
    CheckInEventKind,
    "What an event of a day's check-ins is about.",
    {
        CheckInEventKind.SNAPSHOT: "The tally of the day as it stands. It comes first, when a new local day begins "
        "that is followed, and in place of events that can no longer be told one by one.",
        CheckInEventKind.MARKS: "Students were checked in, or marks were made, changed or cleared otherwise.",
        CheckInEventKind.ROSTER: "Students came or left, or their rows changed otherwise.",
        CheckInEventKind.CANCELLED: "The occurrence was cancelled: its rows are in no tally any more.",
        CheckInEventKind.RESTORED: "The occurrence takes place after all.",
    },
)


@strawberry.type(description="A student's mark that changed.")
class CheckInEntry:
    student: Student = strawberry.field(description="Whose mark it is.")
    status_before: AttendanceStatus | None = strawberry.field(description="The status before; null: not marked.")
    was_defaulted: bool = strawberry.field(description="Whether the mark before was the system's.")
    mark: Mark | None = strawberry.field(description="The mark that the change left; null: it was cleared.")


@strawberry.type(
    description="A change of an occurrence of the day. `tally` is the whole day as it was when the event was read: "
    "when events come in a burst, the last one of it is right."
)
class CheckInEvent:
    cursor: str = strawberry.field(description="Pass the last one you have as `after` to go on from there. Opaque.")
    changed_at: datetime = strawberry.field(description="When the change was made; of a SNAPSHOT, when it was read.")
    kind: CheckInEventKind = strawberry.field(description="What happened.")
    changed_by: Actor | None = strawberry.field(description="Who changed it; null: the system did, or a SNAPSHOT.")
    source: Source | None = strawberry.field(description="Where the change came from; null: a SNAPSHOT.")
    occurrence: Occurrence | None = strawberry.field(
        description="The occurrence when the event was read, with its own tally; null: a SNAPSHOT. The query "
        "`occurrences` lists those of the day; of two that you have, the one with the higher `revision` is newer."
    )
    revision: int | None = strawberry.field(
        description="The number of the change at its occurrence; `occurrence.revision` may be a later one. Null: a "
        "SNAPSHOT."
    )
    entries: list[CheckInEntry] = strawberry.field(
        description="Of MARKS, the marks that changed, by last name, then first name; else empty."
    )
    tally: AttendanceTally = strawberry.field(
        description="What the rows of all occurrences add up to that are followed; cancelled ones are left out."
    )


@dataclass(frozen=True, slots=True)
class CheckIns:
    """A change of an occurrence, with what is needed to show it; `place` is its own among those of its position.
    `counted` is the occurrence's tally.
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


def _name(student: StudentFacts) -> tuple[str, str, UUID]:
    return rules.name_key(student.first_name, student.last_name, student.id, rules.RosterOrder.LAST_NAME)
