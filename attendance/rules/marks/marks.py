"""What a submitted roll sheet does to the marks of its occurrence (R4.1, R4.2, R4.5, R4.10, R4.12)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from uuid import UUID

from attendance.rules.marks.attendance_refusals import StudentNotOnRoster
from attendance.rules.quickly_made import quickly_made
from attendance.rules.vocabulary import AttendanceStatus, Source

NOTE_LIMIT = 1000


class Keep(Enum):
    """A value that means "leave it unchanged", for a note of which None means "remove it"."""

    NOTE = "NOTE"


@quickly_made
class MarkValue:
    """A mark as its row shows it. `source` is SYSTEM exactly when the mark is defaulted (R4.5).

    by_check_in -- a present-family mark: whether it was made by check-in, also if its status was corrected since. A
        default: whether it stands because somebody is checked in, so that it goes when the last check-in is taken back
        (R4.5b). False for every other mark.
    """

    status: AttendanceStatus
    note: str | None
    is_defaulted: bool
    source: Source
    by_check_in: bool = False

    @property
    def is_check_in(self) -> bool:
        return self.by_check_in and not self.is_defaulted


@quickly_made
class SheetRow:
    """A row of the roll sheet before the act. `is_excused` says that an approved, excused expected absence covers
    it.

    is_subdued -- whether only its mark keeps the row, because no enrollment covers the date (R3.1).
    marked_at, revision -- when the mark was last changed. None when there is no mark.
    has_token -- whether there is a makeup token of the absence, in whatever state.
    needs_review -- whether that token is tied to a makeup although the mark does not earn it any more (R7.4).
    """

    student_id: UUID
    enrollment_id: UUID | None
    mark: MarkValue | None
    is_excused: bool = False
    is_subdued: bool = False
    marked_at: datetime | None = None
    revision: int | None = None
    has_token: bool = False
    needs_review: bool = False
    first_name: str = ""
    last_name: str = ""


@dataclass(frozen=True, slots=True)
class WantedMark:
    """The mark that the caller wants for one row. A status of None clears the mark, and a note of None removes the
    note.
    """

    status: AttendanceStatus | None
    note: str | Keep | None = Keep.NOTE


@quickly_made
class MarkChange:
    """The change of one row's mark. `before` and `after` are None when the row is not marked.

    follows -- whether a default goes with the last check-in, without a decision about this row (R4.5b).
    """

    student_id: UUID
    enrollment_id: UUID | None
    before: MarkValue | None
    after: MarkValue | None
    follows: bool = False


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
    marked by default. A mark that somebody made changes only when it is named (R4.2).

    A present-family mark from one of `check_in_sources` is a check-in. Each check-in sets every row that is still
    unmarked to a defaulted ABSENT, or to EXCUSED_ABSENCE when that was approved beforehand (R4.5). Clearing the last
    check-in of the sheet takes back the defaults that stand because of check-ins (R4.5b).

    Raises StudentNotOnRoster when a named student has no row (R4.12).
    """
    require_on_roster(rows, wanted)
    is_checking_in = source in check_in_sources
    after = {
        row.student_id: _after(row, wanted.get(row.student_id), mark_rest, source, is_checking_in=is_checking_in)
        for row in rows
    }
    if is_checking_in and any(
        _is_check_in(after[row.student_id]) and after[row.student_id] != row.mark for row in rows
    ):
        after = {row.student_id: after[row.student_id] or defaulted(row, by_check_in=True) for row in rows}
    cleared = [row.student_id for row in rows if _is_check_in(row.mark) and after[row.student_id] is None]
    return changes_of(rows, after, taken_back=cleared)


def plan_undo(rows: Sequence[SheetRow], student_id: UUID, before: MarkValue | None) -> tuple[MarkChange, ...]:
    """Return the changes that take the student's check-in back (R4.5b): the row gets the mark from before. While others
    are checked in, a row that nobody had decided about is absent by default, as their check-ins would have made it.
    """
    row = next(row for row in rows if row.student_id == student_id)
    others = [other for other in rows if other.student_id != student_id]
    after = {other.student_id: other.mark for other in others}
    if before is None and any(_is_check_in(other.mark) for other in others):
        before = defaulted(row, by_check_in=True)
    return changes_of(rows, after | {student_id: before}, taken_back=[student_id])


def changes_of(
    rows: Sequence[SheetRow], after: Mapping[UUID, MarkValue | None], *, taken_back: Collection[UUID] = ()
) -> tuple[MarkChange, ...]:
    """Return the changes from the rows' marks to the marks in `after`, in the order of the rows.

    taken_back -- students whose check-in the act takes back. When no check-in is left, the defaults that stand because
        of check-ins go too (R4.5b). A default that somebody has confirmed or changed is not one any more.
    """
    follows: set[UUID] = set()
    if taken_back and not any(_is_check_in(mark) for mark in after.values()):
        follows = {student for student, mark in after.items() if mark and mark.is_defaulted and mark.by_check_in}
    final = {student: None if student in follows else mark for student, mark in after.items()}
    return tuple(
        MarkChange(
            row.student_id,
            row.enrollment_id,
            row.mark,
            final[row.student_id],
            follows=row.student_id in follows and row.student_id not in taken_back,
        )
        for row in rows
        if row.mark != final[row.student_id]
    )


def require_on_roster(rows: Sequence[SheetRow], wanted: Collection[UUID]) -> None:
    """Raise StudentNotOnRoster when one of the students has no row (R4.12)."""
    strangers = sorted(set(wanted) - {row.student_id for row in rows})
    if strangers:
        who = "One of the students is" if len(strangers) == 1 else f"{len(strangers)} of the students are"
        raise StudentNotOnRoster(
            tuple(strangers), f"{who} not on this roll sheet. Query its roster for the students who are."
        )


def has_begun(rows: Iterable[SheetRow]) -> bool:
    """Return whether a student on the sheet is checked in, or was and left defaults behind. A present mark that was
    made without check-in mode is not a check-in.
    """
    return any(row.mark is not None and row.mark.by_check_in for row in rows)


def ends_checking_in(rows: Sequence[SheetRow], changes: Iterable[MarkChange]) -> bool:
    """Return whether the changes leave nothing on the sheet that check-ins made, although it had begun (R4.5b)."""
    after = {change.student_id: change.after for change in changes}
    marks = [after.get(row.student_id, row.mark) for row in rows]
    return has_begun(rows) and not any(mark is not None and mark.by_check_in for mark in marks)


def defaulted(row: SheetRow, *, by_check_in: bool) -> MarkValue:
    """Return the default mark of a row on which nobody has decided (R4.5)."""
    status = AttendanceStatus.EXCUSED_ABSENCE if row.is_excused else AttendanceStatus.ABSENT
    return MarkValue(status, None, is_defaulted=True, source=Source.SYSTEM, by_check_in=by_check_in)


def _after(
    row: SheetRow,
    wanted: WantedMark | None,
    mark_rest: AttendanceStatus | None,
    source: Source,
    *,
    is_checking_in: bool,
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
    by_check_in = not wanted.status.is_absence and (is_checking_in or _is_check_in(row.mark))
    asked = MarkValue(wanted.status, note or None, is_defaulted=False, source=source, by_check_in=by_check_in)
    # A submission that repeats what a mark already says does not make the mark again.
    if row.mark is not None and row.mark == replace(asked, source=row.mark.source, by_check_in=row.mark.by_check_in):
        return row.mark
    return asked


def _is_check_in(mark: MarkValue | None) -> bool:
    return mark is not None and mark.is_check_in
