"""Book a makeup without a makeup token (R8.10)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.actions.makeups.steps.book_place import Booking, book_place
from attendance.actions.makeups.steps.open_makeups import require_student
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.organization.permissions import Viewer
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class MakeupBooked:
    enrollment_id: UUID


async def book_makeup(
    uow: UnitOfWork, viewer: Viewer, student_id: UUID, occurrence: OccurrenceKey, *, now: datetime
) -> MakeupBooked:
    """Book the makeup. All checks of R8.6 are made, except those about tokens. The edge has checked the permission.

    Raises StudentNotFound and what `book_place` raises. Nothing is changed then.
    """
    await require_student(uow, viewer.caller, student_id)
    return MakeupBooked(await book_place(uow, viewer, Booking(student_id, occurrence), now=now))
