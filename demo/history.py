"""Takes eight weeks of attendance day by day, so that a makeup booked with a token is on a later roll sheet."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from demo.business import Business, Meeting
from demo.makeups import use_some
from demo.sheets import Sheet
from demo.taking import Attendance

WEEKS = 8
_FORGOTTEN = 0.02
_CORRECTED = 0.08


def live_through(attendance: Attendance) -> None:
    """Take attendance from eight weeks ago through yesterday, each site by its own calendar. A few sheets stay
    untaken.
    """
    business = attendance.business
    for days_ago in range(WEEKS * 7, 0, -1):
        for meeting in meetings_of_day(business, -days_ago):
            if business.random.random() < _FORGOTTEN or meeting.starts_at > business.now:
                continue
            attendance.take(meeting)
            sheet = attendance.sheet(meeting)
            if business.random.random() < _CORRECTED and sheet.marks:
                attendance.correct(sheet, _first_absent(sheet), _next_morning(meeting))
            use_some(attendance, meeting)


def meetings_of_day(business: Business, day: int) -> list[Meeting]:
    """Return what is held `day` days after each site's today, by start."""
    found = [
        meeting
        for course in business.courses
        for on_date in (course.site.today + timedelta(days=day),)
        for meeting in business.meetings(course, on_date, on_date)
    ]
    return sorted(found, key=lambda meeting: (meeting.starts_at, meeting.course.name, meeting.slot.id))


def _next_morning(meeting: Meeting) -> datetime:
    """Return an instant long after both token runs of any class."""
    day = meeting.held_on + timedelta(days=1)
    return datetime.combine(day, time(10, 20), meeting.course.site.zone).astimezone(UTC)


def _first_absent(sheet: Sheet) -> UUID:
    """Return the first absent student, or anybody if all came."""
    absent = [student for student, mark in sheet.marks.items() if mark["status"].is_absence]
    return next(iter(absent or sheet.marks))
