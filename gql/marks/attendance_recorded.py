"""The interface of the successful results of every mutation that records attendance."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import strawberry

from attendance.actions.marks.save_marks import Recorded
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.mark_history import RosterPlace
from attendance.rules.marks.marks import SheetRow
from attendance.rules.marks.sheets import SheetFacts
from attendance.rules.roster.roster import tally as count
from db.kiosk.kiosk_families import find_mark
from db.unit_of_work import UnitOfWork
from gql.calendar.occurrence import Occurrence, show_occurrence
from gql.fields.act_once import Acted
from gql.fields.context import Info
from gql.fields.global_ids import encode_id
from gql.fields.later import with_later
from gql.fields.loaders import read_sheet, sheet_of
from gql.fields.selection import names_below
from gql.marks.vocabulary import AttendanceStatus
from gql.people.student import Student
from gql.roster.roster import Mark, RosterEntry, show_roster
from gql.tokens.makeup_token import MakeupToken, tokens_by_id


@strawberry.interface(
    description="The attendance is recorded. This is also the answer when the marks were already as requested."
)
class AttendanceRecorded:
    occurrence: Occurrence = strawberry.field(description="The occurrence after the change.")
    changed_entries: list[RosterEntry] = strawberry.field(
        description="The rows whose marks this request changed, by last name, then first name. They include the rows "
        "that a check-in marked absent by default, and those whose default went with the last check-in. Rows that "
        "already had the requested mark are not included."
    )
    issued_tokens: list[MakeupToken] = strawberry.field(
        description="The makeup tokens that this request issued or reinstated at once. Tokens of deferred runs follow "
        "later; `occurrence.tokenRuns` says when."
    )
    revoked_tokens: list[MakeupToken] = strawberry.field(
        description="The unused makeup tokens that this request revoked, because the absence that earned them no "
        "longer exists."
    )


class Shown(NamedTuple):
    """The fields of AttendanceRecorded, and the row of the student on whom the act was, if the sheet still has it."""

    fields: dict[str, Any]
    entry: RosterEntry | None


# What an act reads of the occurrence, its tally, the rows, their students and marks. All other fields need the roster.
_READ_BY_ACT = frozenset(
    {
        *("id", "revision", "date", "startsAt", "endsAt", "state", "room", "capacity", "canRecordAttendance"),
        *("attendanceState", "tally", "present", "tardy", "leftEarly", "tardyAndLeftEarly", "absent"),
        *("excusedAbsence", "unmarked", "total", "student", "firstName", "lastName", "mark", "status", "isDefaulted"),
        *("source", "markedAt", "note", "needsReview", "history", "__typename"),
    }
)


async def show_recorded(info: Info, done: Acted[Recorded], key: OccurrenceKey, student_id: UUID | None = None) -> Shown:
    """Show the result in the transaction of the act. What the act has left of the sheet is not read again; the roster
    is read when the operation selects more of it, and for a retry, which did not act. The number of statements does not
    depend on the number of rows.

    student_id -- the student on whom the act was; None when there may be several.
    """
    connection, viewer = done.reading
    recorded, left = done.outcome, done.uow.sheets.get(key)
    changed = frozenset(recorded.changed_students)
    shown = changed if student_id is None else changed | {student_id}
    if left is not None and names_below(info, "occurrence", "changedEntries", "entry") <= _READ_BY_ACT:
        occurrence, entries = _show_left(left, shown, done.now)
    else:
        occurrence, entries = await _read(done, key, left)
    tokens = await tokens_by_id(connection, viewer, [*recorded.issued_tokens, *recorded.revoked_tokens], done.now)
    fields = {
        "occurrence": occurrence,
        "changed_entries": [entry for student, entry in entries.items() if student in changed],
        "issued_tokens": [tokens[token] for token in recorded.issued_tokens],
        "revoked_tokens": [tokens[token] for token in recorded.revoked_tokens],
    }
    return Shown(fields, None if student_id is None else entries.get(student_id))


class MarkAfter(NamedTuple):
    """What a kiosk is told of a mark. Both are None when there is none."""

    status: AttendanceStatus | None
    marked_at: datetime | None


async def mark_after(uow: UnitOfWork, key: OccurrenceKey, student_id: UUID) -> MarkAfter:
    """Return the student's mark in the transaction of the act. It is read for a retry alone, which did not act."""
    left = uow.sheets.get(key)
    if left is None:
        found = await find_mark(uow.connection, uow.organization_id, key, student_id)
        return MarkAfter(None, None) if found is None else MarkAfter(AttendanceStatus(found.status), found.marked_at)
    marks = {row.student_id: MarkAfter(row.mark.status, row.marked_at) for row in left.rows if row.mark is not None}
    return marks.get(student_id, MarkAfter(None, None))


async def _read(
    done: Acted[Recorded], key: OccurrenceKey, left: SheetFacts | None
) -> tuple[Occurrence, dict[UUID, RosterEntry]]:
    if left is None:
        head, sheet = await read_sheet(*done.reading, key)
    else:
        head, sheet = left.head, await sheet_of(*done.reading, left.head)
    students = [row.student.id for row in sheet.rows]
    entries = dict(zip(students, show_roster(sheet.rows, head, sheet.sight), strict=True))
    return show_occurrence(head, done.now, sheet=sheet), entries


def _show_left(
    sheet: SheetFacts, students: Collection[UUID], now: datetime
) -> tuple[Occurrence, dict[UUID, RosterEntry]]:
    """Show the occurrence, and the rows of these students. Most acts change one row of many."""
    tally = count(None if row.mark is None else row.mark.status for row in sheet.rows)
    entries = {row.student_id: _show_row(row, sheet.head.key) for row in sheet.rows if row.student_id in students}
    return show_occurrence(sheet.head, now, counted=tally), entries


def _show_row(row: SheetRow, key: OccurrenceKey) -> RosterEntry:
    return with_later(
        RosterEntry,
        id=encode_id("RosterEntry", key.timeslot_id, key.held_on, row.student_id),
        student=with_later(
            Student, id=encode_id("Student", row.student_id), first_name=row.first_name, last_name=row.last_name
        ),
        mark=_show_mark(row),
        place=RosterPlace(key, row.student_id),
    )


def _show_mark(row: SheetRow) -> Mark | None:
    if row.mark is None:
        return None
    return with_later(
        Mark,
        status=row.mark.status,
        is_defaulted=row.mark.is_defaulted,
        source=row.mark.source,
        marked_at=row.marked_at,
        note=row.mark.note,
        revision=row.revision,
        needs_review=row.needs_review,
    )
