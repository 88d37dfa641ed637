"""The last day on which a makeup token can be used. It is fixed when the token is issued (R7.7)."""

from calendar import monthrange
from datetime import date, timedelta

from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.vocabulary import ExpiryAnchor, ExpiryUnit

_MONTHS_A_YEAR = 12


def expires_on(
    settings: MakeupTokenSettings, *, issued_on: date, missed_on: date | None, session_ends_on: date | None
) -> date | None:
    """Return the last local day on which the token can be used, or None when it never expires.

    Days, weeks and months count from the issue date or from the missed class; from the issue date when no class was
    missed. END_OF_SESSION means never when the session has no end, as a rolling session. A date after the end of the
    supported calendar also means never.
    """
    count = settings.expiry_count
    from_missed = settings.expiry_anchor is ExpiryAnchor.MISSED_CLASS and missed_on is not None
    anchor = missed_on if from_missed and missed_on is not None else issued_on
    try:
        match settings.expiry_unit:
            case ExpiryUnit.NEVER:
                return None
            case ExpiryUnit.END_OF_SESSION:
                return session_ends_on
            case ExpiryUnit.DAYS:
                return anchor + timedelta(days=count)
            case ExpiryUnit.WEEKS:
                return anchor + timedelta(weeks=count)
            case ExpiryUnit.MONTHS:
                return months_after(anchor, count)
    except (OverflowError, ValueError):
        return None


def returned_tokens_usable_until(today: date, settings: MakeupTokenSettings) -> date:
    """Return the day until which tokens can be used at least when the business cancels their makeups today (R8.6c)."""
    return today + timedelta(days=settings.returned_token_days)


def put_off(last_day: date | None, until: date) -> date | None:
    """Return the last day of a token whose makeup the business has cancelled (R8.6c): `until` or later. None means that
    the token has no last day.
    """
    return None if last_day is None else max(last_day, until)


def months_after(anchor: date, months: int) -> date:
    """Return the same day of a later month, or the last day of that month: one month after 31 January is the last of
    February.
    """
    years, month_index = divmod(anchor.month - 1 + months, _MONTHS_A_YEAR)
    year, month = anchor.year + years, month_index + 1
    return date(year, month, min(anchor.day, monthrange(year, month)[1]))
