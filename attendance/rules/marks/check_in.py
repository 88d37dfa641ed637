"""Rules of checking in: which marks are check-ins, and what a check-in does to a row (R1.2, R4.5 to R4.8)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from attendance.rules.marks.attendance_refusals import CheckInModeOff
from attendance.rules.marks.marks import (
    MarkChange,
    MarkValue,
    SheetRow,
    WantedMark,
    defaulted,
    has_begun,
    require_on_roster,
)
from attendance.rules.organization.permissions import Caller
from attendance.rules.organization.settings import OrganizationSettings
from attendance.rules.vocabulary import AttendanceStatus, Source


def check_in_sources(settings: OrganizationSettings) -> frozenset[Source]:
    """Return the sources whose present-family marks are check-ins: the kiosk, and each portal while its own switch
    is on (R1.2).
    """
    sources = {Source.KIOSK}
    if settings.classes.office_check_in_mode:
        sources.add(Source.OFFICE)
    if settings.staff_portal.staff_check_in_mode:
        sources.add(Source.STAFF)
    return frozenset(sources)


def require_check_in_mode(caller: Caller, settings: OrganizationSettings) -> None:
    """Raise CheckInModeOff when check-in mode is off in the caller's portal (R4.3)."""
    if caller.source not in check_in_sources(settings):
        raise CheckInModeOff(caller.portal)


def check_in_status(
    *, source: Source, starts_at: datetime, ends_at: datetime, now: datetime, marks_tardy: bool
) -> AttendanceStatus:
    """Return the status of a check-in (R5.3): TARDY after the start when the setting says so, otherwise PRESENT. A
    check-in exactly at the start is on time.

    Staff who check a student in after the end record the past and not an arrival, so the status is PRESENT.
    """
    is_arrival = source is Source.KIOSK or now < ends_at
    return AttendanceStatus.TARDY if marks_tardy and is_arrival and now > starts_at else AttendanceStatus.PRESENT


def plan_check_in(
    rows: Sequence[SheetRow], student_id: UUID, *, status: AttendanceStatus, source: Source
) -> dict[UUID, WantedMark]:
    """Return the mark that a check-in wants, or nothing when the present mark stands (R4.8).

    A student who was already checked in keeps the first time and status. Of the marks that staff made, the kiosk
    changes only ABSENT.

    Raises StudentNotOnRoster (R4.12).
    """
    require_on_roster(rows, [student_id])
    mark = next(row.mark for row in rows if row.student_id == student_id)
    return {} if mark is not None and stands(mark, source) else {student_id: WantedMark(status)}


def stands(mark: MarkValue, source: Source) -> bool:
    """Return whether a check-in from this source leaves the mark as it is (R4.8)."""
    if not mark.status.is_absence:
        return True
    is_decided = not mark.is_defaulted and mark.status is not AttendanceStatus.ABSENT
    return is_decided and source is Source.KIOSK


def default_for_newcomer(rows: Sequence[SheetRow], student_id: UUID) -> tuple[MarkChange, ...]:
    """Return the default mark for a student who joins a sheet, as one change or none (R4.7).

    A student starts with a defaulted absence when the sheet has begun checking in or already has defaulted marks. A
    student who has a mark keeps it.
    """
    by_check_in = has_begun(rows)
    if not by_check_in and not any(row.mark is not None and row.mark.is_defaulted for row in rows):
        return ()
    return tuple(
        _default(row, by_check_in=by_check_in) for row in rows if row.student_id == student_id and row.mark is None
    )


def default_everybody(rows: Sequence[SheetRow]) -> tuple[MarkChange, ...]:
    """Return the defaulted absences of a sheet that nobody has marked (R4.13), or none when there is any mark."""
    if any(row.mark is not None for row in rows):
        return ()
    return tuple(_default(row, by_check_in=False) for row in rows)


def _default(row: SheetRow, *, by_check_in: bool) -> MarkChange:
    return MarkChange(row.student_id, row.enrollment_id, None, defaulted(row, by_check_in=by_check_in))
