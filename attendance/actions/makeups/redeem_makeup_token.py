"""Book a makeup with a makeup token (R8.6 to R8.8)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.actions.makeups.steps.book_place import Booking, book_place
from attendance.actions.makeups.steps.open_makeups import get_token
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.makeups.makeup_refusals import MakeupApprovalRequired
from attendance.rules.organization.permissions import Viewer
from attendance.rules.vocabulary import Portal
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class TokenRedeemed:
    token_id: UUID
    enrollment_id: UUID


async def redeem_makeup_token(
    uow: UnitOfWork, viewer: Viewer, token_id: UUID, occurrence: OccurrenceKey, *, now: datetime
) -> TokenRedeemed:
    """Redeem the token.

    Families may do so where makeups need no approval. Staff need the permission, which the edge has checked, and may do
    so for every student whom they see.

    Raises NothingFound, MakeupApprovalRequired and what `book_place` raises. Nothing is changed then.
    """
    token = await get_token(uow, viewer, token_id, now)
    is_family = viewer.caller.portal is Portal.CUSTOMER
    if is_family and not viewer.settings.makeup_tokens.auto_approve_makeups:
        raise MakeupApprovalRequired
    booking = Booking(token.student_id, occurrence, token_id)
    return TokenRedeemed(token_id, await book_place(uow, viewer, booking, now=now))
