"""The dates of the story, and how large the business is."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from tests.support.sizes import SIZES

Span = tuple[date, date]
FOUNDED_AT = datetime(2026, 8, 3, 14, tzinfo=UTC)


@dataclass(frozen=True)
class Year:
    """One year of a business.

    desk_every -- one of so many families comes to the desk, where one call after the other registers them
    weekdays -- on which its classes meet at first
    changed_from -- when the timetable of the autumn changes
    booked_on -- when families book makeups in the autumn; in the spring they do so on `replaced_on`
    replaced_on -- when an instructor leaves
    snowed_in -- the week in which classes are cancelled; they are cancelled on the day `noticed_on`
    erased_on -- when a family is erased
    """

    classes: int
    students: int
    teachers: int
    desk_every: int
    weekdays: tuple[int, ...]
    kiosk_share: int
    autumn: Span
    changed_from: date
    booked_on: date
    spring: Span
    replaced_on: date
    noticed_on: date
    snowed_in: Span
    erased_on: date
    summer: Span
    closures: tuple[tuple[str, Span], ...]


_CLOSURES = (
    ("Thanksgiving", (date(2026, 11, 26), date(2026, 11, 28))),
    ("Spring break", (date(2027, 3, 15), date(2027, 3, 20))),
)
SMALL = Year(
    classes=SIZES.year_classes,
    students=SIZES.year_students,
    teachers=2,
    desk_every=3,
    weekdays=(2, 4),
    kiosk_share=20,
    autumn=(date(2026, 10, 12), date(2026, 11, 28)),
    changed_from=date(2026, 10, 26),
    booked_on=date(2026, 11, 9),
    spring=(date(2027, 1, 18), date(2027, 3, 27)),
    replaced_on=date(2027, 1, 25),
    noticed_on=date(2027, 1, 29),
    snowed_in=(date(2027, 2, 1), date(2027, 2, 6)),
    erased_on=date(2027, 3, 1),
    summer=(date(2027, 7, 5), date(2027, 7, 6)),
    closures=_CLOSURES,
)
WHOLE = Year(
    classes=SIZES.year_classes,
    students=SIZES.year_students,
    teachers=12,
    desk_every=10,
    weekdays=(1, 2, 3, 4, 6),
    kiosk_share=5,
    autumn=(date(2026, 8, 31), date(2026, 12, 18)),
    changed_from=date(2026, 10, 12),
    booked_on=date(2026, 11, 16),
    spring=(date(2027, 1, 4), date(2027, 5, 28)),
    replaced_on=date(2027, 1, 18),
    noticed_on=date(2027, 1, 29),
    snowed_in=(date(2027, 2, 1), date(2027, 2, 6)),
    erased_on=date(2027, 4, 5),
    summer=(date(2027, 7, 5), date(2027, 7, 9)),
    closures=_CLOSURES,
)
YEAR = WHOLE if SIZES.year_classes >= 100 else SMALL
