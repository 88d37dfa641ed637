"""Makes today's roll sheets: taken this morning, taken by staff just now, half taken, and still to come."""

from attendance.rules.vocabulary import ChangeKind, OfferingKind, Source
from demo.business import Meeting
from demo.catalogue import Part
from demo.history import meetings_of_day
from demo.sheets import Hand, Sheet
from demo.taking import Attendance

_FORGOTTEN_EVERY = 3
_LEFT_OPEN = (Part.ROLL_SHEET, Part.LATER)


def live_today(attendance: Attendance) -> None:
    """Take today's attendance. Every third of the ordinary classes that have ended stays untaken."""
    business = attendance.business
    ended = 0
    for meeting in meetings_of_day(business, 0):
        part = meeting.course.part
        if meeting.starts_at > business.now or part in _LEFT_OPEN:
            continue
        if part is Part.IN_PROGRESS:
            attendance.take(meeting, attendance.office, share=0.5)
        elif part is Part.TAKEN_BY_OFFICE:
            attendance.take(meeting, attendance.office)
        elif part is Part.JUST_ENDED:
            attendance.take(meeting, Hand(Source.STAFF, meeting.course.instructor_ids[0]))
            _take_one_off_the_roster(attendance, meeting)
        elif meeting.ends_at <= business.now:
            ended += 1
            if ended % _FORGOTTEN_EVERY or meeting.course.kind is not OfferingKind.CLASS:
                attendance.take(meeting)


def _take_one_off_the_roster(attendance: Attendance, meeting: Meeting) -> None:
    """Delete the enrollment of a student who is marked, so that the row is subdued (R3.1)."""
    sheet: Sheet = attendance.sheet(meeting)
    place = next(
        (place for student, place in sheet.roster.items() if not sheet.marks[student]["status"].is_absence), None
    )
    if place is not None:
        attendance.business.change_place(meeting.course, place, is_deleted=True)
        sheet.change(ChangeKind.ROSTER, attendance.office, attendance.business.now, [place.student_id])
