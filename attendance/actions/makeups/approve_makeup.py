"""Approve a family's request for a makeup (R8.7)."""

from datetime import datetime
from uuid import UUID

from attendance.actions.makeups.request_makeup import RequestWritten
from attendance.actions.makeups.steps.book_place import Booking, book_place
from attendance.actions.makeups.steps.open_makeups import get_request
from attendance.rules.organization.permissions import Viewer
from db.unit_of_work import UnitOfWork


async def approve_makeup(
    uow: UnitOfWork, viewer: Viewer, request_id: UUID, comment: str | None, *, now: datetime
) -> RequestWritten:
    """Book the requested makeup.

    The checks are made again, because since the request the class may have filled up, begun or been cancelled. What
    only depends on when the makeup was requested is not checked again: the token's last day, the horizon, and the
    latest booking time (R8.6b). The edge has checked the permission.

    Raises NothingFound, MakeupRequestSettled and what `book_place` raises. The request then stays open.
    """
    asked = await get_request(uow, viewer.caller, request_id, now)
    booking = Booking(asked.student_id, asked.occurrence, asked.token_id, request_id, comment)
    await book_place(uow, viewer, booking, now=now)
    return RequestWritten(request_id)
