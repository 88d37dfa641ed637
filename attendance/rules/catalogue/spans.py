"""Which dates a change of a session's or a closure's dates concerns (R13.2)."""

from datetime import date, timedelta

from attendance.rules.calendar.timeslots import CALENDAR, DateSpan

_DAY = timedelta(days=1)


def changed_dates(before: DateSpan | None, after: DateSpan | None) -> DateSpan | None:
    """Return the span from the first to the last date that is in one of the two and not in the other, or None when
    there is no such date.

    before, after -- spans with a start; None stands for no date at all
    """
    ends = [_bounds(span) for span in (before, after) if span is not None]
    if not ends:
        return None
    if len(ends) == 1:
        return _span(*ends[0])
    (first, last), (start, end) = ends
    if max(first, start) > min(last, end):
        return _span(min(first, start), max(last, end))
    differing = []
    if first != start:
        differing += [min(first, start), max(first, start) - _DAY]
    if last != end:
        differing += [min(last, end) + _DAY, max(last, end)]
    return _span(differing[0], differing[-1]) if differing else None


def _bounds(span: DateSpan) -> tuple[date, date]:
    return span.starts_on or date.min, span.ends_on or date.max


def _span(first: date, last: date) -> DateSpan:
    return DateSpan(first, None if CALENDAR.ends_on is None or last > CALENDAR.ends_on else last)
