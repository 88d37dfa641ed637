"""Ties makeup tokens to the makeups for which they are used."""

from uuid import UUID

from sqlalchemy import update

from db import models
from db.unit_of_work import UnitOfWork


async def tie_token(uow: UnitOfWork, token_id: UUID, enrollment_id: UUID) -> None:
    """Tie the token to the makeup. The caller has locked the token, which must be free."""
    token = models.MakeupToken
    await uow.connection.execute(
        update(token)
        .where(token.organization_id == uow.organization_id, token.id == token_id)
        .values(makeup_enrollment_id=enrollment_id)
    )
