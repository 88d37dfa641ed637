"""Until when a family gives a booked makeup back (R8.12)."""

from datetime import datetime, timedelta

from attendance.rules.makeups.give_back_refusals import GivingBackTooLate
from attendance.rules.organization.settings import MakeupTokenSettings


def require_in_time(starts_at: datetime, settings: MakeupTokenSettings, *, now: datetime) -> None:
    """Check that the makeup could still be booked, by the latest booking time alone. Raises GivingBackTooLate.

    As for booking, the last minute before the start, or before the latest booking time, is inclusive, and a class that
    begins at this moment has begun.
    """
    minutes = settings.makeup_latest_booking_minutes
    latest_at = starts_at - timedelta(minutes=minutes)
    if latest_at < now or starts_at <= now:
        raise GivingBackTooLate(latest_at, minutes)
