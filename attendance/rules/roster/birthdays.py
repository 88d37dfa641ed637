"""Which birthday is near a date (R3.4)."""

import calendar
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Birthday:
    """The date on which a birthday is celebrated, and the age reached then in whole years."""

    on_date: date
    age: int


def birthday_near(birth_on: date, on_date: date, window_days: int) -> Birthday | None:
    """Return the birthday that is at most `window_days` before or after the date, or None when there is none.

    When there are two, the nearest one is returned. The window extends across New Year. Somebody born on 29 February
    celebrates on the 28th in common years. The day of birth itself is not a birthday.
    """
    nearby = (_birthday_in(birth_on, year) for year in (on_date.year - 1, on_date.year, on_date.year + 1))
    distances = [
        (abs((birthday.on_date - on_date).days), birthday.on_date, birthday) for birthday in nearby if birthday.age > 0
    ]
    if not distances:
        return None
    distance, _, birthday = min(distances, key=lambda found: found[:2])
    return birthday if distance <= window_days else None


def _birthday_in(birth_on: date, year: int) -> Birthday:
    is_moved = (birth_on.month, birth_on.day) == (2, 29) and not calendar.isleap(year)
    return Birthday(birth_on.replace(year=year, day=28 if is_moved else birth_on.day), year - birth_on.year)
