"""Ties makeup tokens to the makeups for which they are used, and reads whether these were attended."""

from uuid import UUID

from sqlalchemy import text, update

from attendance.rules.vocabulary import AttendanceStatus
from db import models
from db.makeups.makeup_releases import TiedMakeup
from db.unit_of_work import UnitOfWork

# A makeup of an import may be for all timeslots of the day.
_STATUSES = text("""
SELECT m.status FROM mark m
JOIN timeslot s ON s.organization_id = m.organization_id AND s.id = m.timeslot_id
WHERE m.organization_id = :organization_id AND m.student_id = :student_id AND m.held_on = :held_on
  AND s.offering_id = :offering_id AND m.timeslot_id = coalesce(CAST(:timeslot_id AS uuid), m.timeslot_id)
""")


async def tie_token(uow: UnitOfWork, token_id: UUID, enrollment_id: UUID) -> None:
    """Tie the token to the makeup. The caller has locked the token, which must be free."""
    token = models.MakeupToken
    await uow.connection.execute(
        update(token)
        .where(token.organization_id == uow.organization_id, token.id == token_id)
        .values(makeup_enrollment_id=enrollment_id)
    )


async def was_attended(uow: UnitOfWork, makeup: TiedMakeup) -> bool:
    """Return whether the student is marked with a present-family status at the makeup. The caller has locked the
    occurrence.
    """
    given = {
        "organization_id": uow.organization_id,
        "student_id": makeup.student_id,
        "held_on": makeup.held_on,
        "offering_id": makeup.offering_id,
        "timeslot_id": makeup.timeslot_id,
    }
    statuses = (await uow.connection.execute(_STATUSES, given)).scalars()
    return any(not AttendanceStatus(status).is_absence for status in statuses)
