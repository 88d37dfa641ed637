"""A roll sheet as an act on its marks needs it, and as the act leaves it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.marks.marks import MarkChange, MarkValue, SheetRow
from attendance.rules.tokens.token_runs import ArmedRuns


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """An occurrence, the rows of its roll sheet by last name, then first name (R3.2), its armed token runs, and the
    time of its last change, if there was any.
    """

    head: OccurrenceHead
    rows: tuple[SheetRow, ...]
    armed: ArmedRuns
    changed_at: datetime | None

    @property
    def revision(self) -> int:
        """The number of the last change."""
        return self.head.revision

    def token_holders(self) -> frozenset[UUID]:
        """Return the students on whose absence there is a makeup token, in whatever state."""
        return frozenset(row.student_id for row in self.rows if row.has_token)


def with_changes(
    sheet: SheetFacts, changes: Iterable[MarkChange], *, revision: int, changed_at: datetime
) -> SheetFacts:
    """Return the sheet with the marks of a change put in. A row that only its mark had kept goes with it (R3.1).

    revision, changed_at -- number and time of the change.
    """
    after = {change.student_id: change.after for change in changes}
    rows = tuple(
        _remade(row, after[row.student_id], revision, changed_at) if row.student_id in after else row
        for row in sheet.rows
        if not row.is_subdued or after.get(row.student_id, row.mark) is not None
    )
    return SheetFacts(sheet.head.at_revision(revision), rows, sheet.armed, changed_at)


def with_reviews(
    sheet: SheetFacts, revision: int, *, flagged: Collection[UUID], settled: Collection[UUID]
) -> SheetFacts:
    """Return the sheet after a change of its tokens.

    flagged, settled -- the students whose marks are to be looked at from now on, and not any more (R7.4).
    """
    rows = tuple(
        replace(row, needs_review=row.student_id in flagged)
        if row.student_id in flagged or row.student_id in settled
        else row
        for row in sheet.rows
    )
    return SheetFacts(sheet.head.at_revision(revision), rows, sheet.armed, sheet.changed_at)


def _remade(row: SheetRow, mark: MarkValue | None, revision: int, changed_at: datetime) -> SheetRow:
    """Return the row with another mark. An act may remake all rows, for which `replace` would take twice as long."""
    return SheetRow(
        row.student_id,
        row.enrollment_id,
        mark,
        is_excused=row.is_excused,
        is_subdued=row.is_subdued,
        marked_at=None if mark is None else changed_at,
        revision=None if mark is None else revision,
        has_token=row.has_token,
        needs_review=row.needs_review,
        first_name=row.first_name,
        last_name=row.last_name,
    )
