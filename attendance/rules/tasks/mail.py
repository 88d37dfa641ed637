"""When a message is tried again, and when no more (R9.8)."""

from datetime import timedelta

ATTEMPTS = 8
_FIRST_WAIT = timedelta(minutes=1)
_GROWTH = 4
_LONGEST_WAIT = timedelta(hours=6)


def wait_before_retry(attempts: int) -> timedelta | None:
    """After so many failed attempts, at least one; None: it has failed for good. Each wait is four times the one
    before, from a minute to six hours: eight attempts within 18 hours, which outlasts a night's outage.
    """
    if attempts >= ATTEMPTS:
        return None
    growth: int = _GROWTH ** (attempts - 1)
    return min(_FIRST_WAIT * growth, _LONGEST_WAIT)
