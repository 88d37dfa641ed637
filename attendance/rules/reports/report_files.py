"""Which files reports are written to, and in which parts (R15.1)."""

from collections.abc import Iterator
from datetime import date, timedelta

from attendance.rules.calendar.timeslots import DateSpan, bounded
from attendance.rules.vocabulary import ReportFile

_IN_PARTS = frozenset({ReportFile.ABSENCES, ReportFile.NOT_TAKEN})
_PART = timedelta(days=28)
_DAY = timedelta(days=1)


def parts_of(file: ReportFile, within: DateSpan) -> list[DateSpan]:
    """Return the dates of each part of a file. Reports that list single sheets have parts of four weeks, so that no
    transaction is long. Reports of sums have one part.
    """
    return list(_weeks(within)) if file in _IN_PARTS else [within]


def file_name(file: ReportFile, starts_on: date, ends_on: date) -> str:
    """Return the name, for example "absences 2026-09-01 2026-12-20.csv"."""
    return f"{file.value.lower().replace('_', ' ')} {starts_on} {ends_on}.csv"


def _weeks(within: DateSpan) -> Iterator[DateSpan]:
    starts_on, ends_on = bounded(within)
    while starts_on <= ends_on:
        yield DateSpan(starts_on, min(ends_on, starts_on + _PART - _DAY))
        starts_on += _PART
