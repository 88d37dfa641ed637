"""Choose the offerings of a session that are carried over to another one (R13.5)."""

from collections.abc import Collection
from uuid import UUID

from attendance.actions.catalogue.steps.find import require_row
from attendance.rules.catalogue.catalogue_refusals import NotPossible
from attendance.rules.refusals import NothingFound
from db import models
from db.catalogue.carrying import offerings_to_carry
from db.unit_of_work import UnitOfWork


async def choose_offerings(
    uow: UnitOfWork, from_session_id: UUID, to_session_id: UUID, ids: Collection[UUID]
) -> list[tuple[UUID, str]]:
    """Return the offerings of the session, or those with these ids, with their names and ordered by them.

    Raises NothingFound, and NotPossible when both sessions are one or when there is nothing to carry over.
    """
    await require_row(uow, models.Session, from_session_id)
    await require_row(uow, models.Session, to_session_id)
    if from_session_id == to_session_id:
        raise NotPossible("The classes are in this session already. Choose another session to carry them over to.")
    found = await offerings_to_carry(uow, from_session_id, ids)
    if len(found) < len(set(ids)):
        raise NothingFound("There is no such offering in the session.")
    if not found:
        raise NotPossible("The session has no offerings.")
    return found
