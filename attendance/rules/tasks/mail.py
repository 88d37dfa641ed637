"""When an e-mail is retried, and when no longer (R9.8)."""

from datetime import timedelta

ATTEMPTS = 8
_FIRST_WAIT = timedelta(minutes=1)
_GROWTH = 4
_LONGEST_WAIT = timedelta(hours=6)


def wait_before_retry(attempts: int) -> timedelta | None:
    """Return the wait after this number of failed attempts (at least one), or None when the e-mail has failed for good.

    Each wait is four times as long as the one before, from a minute to six hours: eight attempts within 18 hours, which
    is longer than an outage of one night.
    """
    if attempts >= ATTEMPTS:
        return None
    growth: int = _GROWTH ** (attempts - 1)
    return min(_FIRST_WAIT * growth, _LONGEST_WAIT)
