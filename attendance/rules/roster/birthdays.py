"""Which birthday is near a date (R3.4)."""

import calendar
from datetime import date, timedelta
from functools import lru_cache

from attendance.rules.quickly_made import quickly_made


@quickly_made
class Birthday:
    """The date on which a birthday is celebrated, and the age reached then in whole years."""

    on_date: date
    age: int


def birthday_near(birth_on: date, on_date: date, window_days: int) -> Birthday | None:
    """Return the birthday that is at most `window_days` before or after the date, or None when there is none.

    When there are two, the nearest one is returned. The window extends across New Year. Somebody born on 29 February
    celebrates on the 28th in common years. The day of birth itself is not a birthday.
    """
    if (birth_on.month, birth_on.day) not in _celebrated_near(on_date, window_days):
        return None
    first, last = _window(on_date, window_days)
    nearest: date | None = None
    for year in range(max(first.year, on_date.year - 1, birth_on.year + 1), min(last.year, on_date.year + 1) + 1):
        day = _birthday_in(birth_on, year)
        if first <= day <= last and (nearest is None or abs(day - on_date) < abs(nearest - on_date)):
            nearest = day
    return None if nearest is None else Birthday(nearest, nearest.year - birth_on.year)


@lru_cache(64)
def _window(on_date: date, window_days: int) -> tuple[date, date]:
    """Return the first and the last date that are near enough. All rows of a roll sheet ask for the same."""
    window = timedelta(days=window_days)
    return on_date - window, on_date + window


@lru_cache(64)
def _celebrated_near(on_date: date, window_days: int) -> frozenset[tuple[int, int]]:
    """Return the months and days of birth that are celebrated near enough. Few rows of a roll sheet have one."""
    first, last = _window(on_date, window_days)
    days = (first + timedelta(days=number) for number in range(min((last - first).days, 366) + 1))
    near = {(day.month, day.day) for day in days}
    return frozenset({*near, (2, 29)} if (2, 28) in near else near)


def _birthday_in(birth_on: date, year: int) -> date:
    is_moved = (birth_on.month, birth_on.day) == (2, 29) and not calendar.isleap(year)
    return birth_on.replace(year=year, day=28 if is_moved else birth_on.day)
