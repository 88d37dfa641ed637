"""What a submitted roll sheet does to the marks of its occurrence (R4.1, R4.2, R4.5, R4.10, R4.12)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from uuid import UUID

from attendance.rules.marks.attendance_refusals import StudentNotOnRoster
from attendance.rules.vocabulary import AttendanceStatus, Source

NOTE_LIMIT = 1000


class Keep(Enum):
    """A value that means "leave it unchanged", for a note of which None means "remove it"."""

    NOTE = "NOTE"


@dataclass(frozen=True, slots=True)
class MarkValue:
    """A mark as its row shows it. `source` is SYSTEM exactly when the mark is defaulted (R4.5)."""

    status: AttendanceStatus
    note: str | None
    is_defaulted: bool
    source: Source


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of the roll sheet before the act. `is_excused` says that an approved, excused expected absence covers
    it.
    """

    student_id: UUID
    enrollment_id: UUID | None
    mark: MarkValue | None
    is_excused: bool = False


@dataclass(frozen=True, slots=True)
class WantedMark:
    """The mark that the caller wants for one row. A status of None clears the mark, and a note of None removes the
    note.
    """

    status: AttendanceStatus | None
    note: str | Keep | None = Keep.NOTE


@dataclass(frozen=True, slots=True)
class MarkChange:
    """The change of one row's mark. `before` and `after` are None when the row is not marked."""

    student_id: UUID
    enrollment_id: UUID | None
    before: MarkValue | None
    after: MarkValue | None


def plan_submission(
    rows: Sequence[SheetRow],
    wanted: Mapping[UUID, WantedMark],
    *,
    mark_rest: AttendanceStatus | None,
    source: Source,
    check_in_sources: Collection[Source],
) -> tuple[MarkChange, ...]:
    """Return the changes that a submission makes, in the order of the rows. Rows that stay the same are left out.

    `mark_rest` fills the rows that are not named and that nobody has marked, which are those without a mark and those
    marked by default. A mark that somebody made changes only when it is named (R4.2). The first check-in is a
    present-family mark from one of `check_in_sources`. It sets every row that is still unmarked to a defaulted ABSENT,
    or to EXCUSED_ABSENCE when that was approved beforehand (R4.5).

    Raises StudentNotOnRoster when a named student has no row (R4.12).
    """
    require_on_roster(rows, wanted)
    after = {row.student_id: _after(row, wanted.get(row.student_id), mark_rest, source) for row in rows}
    had_begun = has_begun((row.mark for row in rows), check_in_sources)
    if source in check_in_sources and not had_begun and has_begun(after.values(), check_in_sources):
        after = {row.student_id: after[row.student_id] or defaulted(row) for row in rows}
    return tuple(
        MarkChange(row.student_id, row.enrollment_id, row.mark, after[row.student_id])
        for row in rows
        if row.mark != after[row.student_id]
    )


def require_on_roster(rows: Sequence[SheetRow], wanted: Collection[UUID]) -> None:
    """Raise StudentNotOnRoster when one of the students has no row (R4.12)."""
    strangers = sorted(set(wanted) - {row.student_id for row in rows})
    if strangers:
        raise StudentNotOnRoster(
            tuple(strangers),
            f"{len(strangers)} of the students are not on this roll sheet. Query its roster for the students who are.",
        )


def _after(
    row: SheetRow, wanted: WantedMark | None, mark_rest: AttendanceStatus | None, source: Source
) -> MarkValue | None:
    if wanted is None:
        is_decided = row.mark is not None and not row.mark.is_defaulted
        wanted = None if is_decided or mark_rest is None else WantedMark(mark_rest)
    if wanted is None:
        return row.mark
    if wanted.status is None:
        return None
    kept = row.mark.note if row.mark is not None else None
    note = kept if wanted.note is Keep.NOTE else wanted.note
    asked = MarkValue(wanted.status, note or None, is_defaulted=False, source=source)
    # A submission that repeats what a mark already says does not make the mark again.
    if row.mark is not None and replace(asked, source=row.mark.source) == row.mark:
        return row.mark
    return asked


def has_begun(marks: Iterable[MarkValue | None], check_in_sources: Collection[Source]) -> bool:
    """Return whether any student on the sheet is checked in. A mark from a portal without check-in mode is not a
    check-in.
    """
    return any(mark is not None and not mark.status.is_absence and mark.source in check_in_sources for mark in marks)


def defaulted(row: SheetRow) -> MarkValue:
    """Return the default mark of a row on which nobody has decided (R4.5)."""
    status = AttendanceStatus.EXCUSED_ABSENCE if row.is_excused else AttendanceStatus.ABSENT
    return MarkValue(status, None, is_defaulted=True, source=Source.SYSTEM)
