"""Rules of the kiosk: which occurrences it reaches, when it checks in, and what identifies a family (section 5,
R11.2).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from attendance.rules.calendar.occurrences import LocationFacts, OccurrenceHead, PersonFacts
from attendance.rules.calendar.timeslots import OccurrenceKey, local_date
from attendance.rules.kiosk.kiosk_refusals import CheckInNotUndoable, KioskReadOnly, OutsideCheckInWindow
from attendance.rules.marks.check_in import stands
from attendance.rules.marks.marks import MarkValue
from attendance.rules.organization.settings import KioskSettings
from attendance.rules.vocabulary import KioskState, NoCheckInReason, NoUndoReason, OccurrenceState, Source

LONGEST_PHONE = 40
UNDO_WINDOW = timedelta(minutes=1)
"""For how long after a check-in the kiosk can take it back, the last instant included (R4.5b)."""


@dataclass(frozen=True, slots=True)
class CheckInWindow:
    """The time during which a kiosk checks in, both ends inclusive (R5.3). None leaves that side open."""

    opens_at: datetime | None
    closes_at: datetime | None

    def __contains__(self, now: datetime) -> bool:
        return (self.opens_at is None or self.opens_at <= now) and (self.closes_at is None or now <= self.closes_at)


def check_in_window(settings: KioskSettings, starts_at: datetime) -> CheckInWindow:
    early, late = settings.kiosk_early_minutes, settings.kiosk_late_minutes
    return CheckInWindow(
        None if early is None else starts_at - timedelta(minutes=early),
        None if late is None else starts_at + timedelta(minutes=late),
    )


def is_kiosks_day(head: OccurrenceHead, location_id: UUID | None, now: datetime) -> bool:
    """Return whether a kiosk at the location reaches the occurrence: it is today's, or it began yesterday and is
    still running (R11.2).
    """
    is_near = head.key.held_on == local_date(now, head.zone) or head.starts_at <= now < head.ends_at
    return head.offering.location.id == location_id and is_near


def require_kiosk_open(settings: KioskSettings, starts_at: datetime, now: datetime) -> None:
    """Raise KioskReadOnly or OutsideCheckInWindow when the kiosk may not check in now (R5.3). It is called only for
    a check-in that would change something.
    """
    if settings.kiosk_read_only:
        raise KioskReadOnly
    window = check_in_window(settings, starts_at)
    if now not in window:
        is_early = window.opens_at is not None and now < window.opens_at
        sentence = "Check-in has not opened yet." if is_early else "Check-in has closed. Please ask the staff."
        raise OutsideCheckInWindow(window.opens_at, window.closes_at, sentence)


@dataclass(frozen=True, slots=True)
class CheckInMade:
    """A student's present-family mark, and what a kiosk must know to take it back (R4.5b).

    kiosk_id -- the device that made it. None when a person did.
    before -- the mark that it replaced. None when the student was not marked.
    """

    by_check_in: bool
    kiosk_id: UUID | None
    marked_at: datetime
    before: MarkValue | None


def require_undoable(made: CheckInMade | None, kiosk_id: UUID | None, now: datetime) -> CheckInMade:
    """Return the check-in. Raises CheckInNotUndoable unless this kiosk made it within the last minute."""
    if made is None or not made.by_check_in:
        raise CheckInNotUndoable(NoUndoReason.NOT_CHECKED_IN, None, "The student is not checked in.")
    if made.kiosk_id is None or made.kiosk_id != kiosk_id:
        raise CheckInNotUndoable(
            NoUndoReason.NOT_BY_THIS_KIOSK, None, "This check-in was made elsewhere. Please ask the staff."
        )
    until = made.marked_at + UNDO_WINDOW
    if now > until:
        raise CheckInNotUndoable(
            NoUndoReason.TOO_LATE, until, "It is too late to undo this check-in here. Please ask the staff."
        )
    return made


def no_check_in_reason(
    head: OccurrenceHead, mark: MarkValue | None, settings: KioskSettings, now: datetime
) -> NoCheckInReason | None:
    """Return why a student of the roster cannot be checked in at the kiosk now, or None when it is possible.

    The reasons about the student come before those about the kiosk, because they remain when the kiosk's state changes.
    """
    if head.state is not OccurrenceState.SCHEDULED:
        return NoCheckInReason.NOT_HELD
    if mark is not None and not mark.status.is_absence:
        return NoCheckInReason.CHECKED_IN
    if mark is not None and stands(mark, Source.KIOSK):
        return NoCheckInReason.MARKED_BY_STAFF
    if settings.kiosk_read_only:
        return NoCheckInReason.READ_ONLY
    window = check_in_window(settings, head.starts_at)
    if now in window:
        return None
    is_early = window.opens_at is not None and now < window.opens_at
    return NoCheckInReason.TOO_EARLY if is_early else NoCheckInReason.TOO_LATE


@dataclass(frozen=True, slots=True)
class LaunchedKiosk:
    """A kiosk as staff see it (R5.1). It works until `expires_at`, or until it is revoked."""

    id: UUID
    name: str
    location: LocationFacts
    launched_by: PersonFacts
    launched_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    revoked_by: PersonFacts | None

    def state(self, now: datetime) -> KioskState:
        if self.revoked_at is not None:
            return KioskState.REVOKED
        return KioskState.ACTIVE if now < self.expires_at else KioskState.EXPIRED


@dataclass(frozen=True, slots=True)
class Arrival:
    """A student who is expected at an occurrence, or was marked there, with what a kiosk may know (R5.2)."""

    student_id: UUID
    first_name: str
    key: OccurrenceKey
    mark: MarkValue | None


@dataclass(frozen=True, slots=True)
class FamilyCode:
    """The content of a family's QR code whose signature is valid (R5.2). `number` distinguishes it from the family's
    earlier codes.
    """

    organization_id: UUID
    family_id: UUID
    number: int
