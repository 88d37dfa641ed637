"""Edit a makeup token (R8.5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from attendance.actions.tokens.create_makeup_tokens import require_programs
from attendance.actions.tokens.steps.lock_makeup_token import get_makeup_token, lock_makeup_token, why_not
from attendance.actions.tokens.steps.tell_new_tokens import tell_new_tokens, untell_new_tokens
from attendance.rules.organization.permissions import Viewer
from attendance.rules.refusals import LocationNotFound
from attendance.rules.tokens.tokens_by_hand import EDITABLE, TOLD, edited, require_one_end
from attendance.rules.vocabulary import MakeupTokenAct
from db.marks.changes import Author
from db.tokens.makeup_token_changes import LedgerEntry, enter
from db.tokens.student_tokens import read_tokens
from db.tokens.tokens_by_hand import change_token, read_zones
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class TokenChanged:
    token_id: UUID


async def edit_makeup_token(
    uow: UnitOfWork, viewer: Viewer, token_id: UUID, changes: Mapping[str, Any], *, never_expires: bool, now: datetime
) -> TokenChanged:
    """Change the token.

    Two people who edit different fields at once both succeed. When they edit the same field, the later edit wins, and
    the ledger has both. A field that has the wanted value already is not changed. A notice that was not sent yet tells
    the new terms, on the new issue date.

    changes -- columns of the token, as `edited` takes them; others stay

    Raises NothingFound, LocationNotFound, MakeupTokenNotChangeable and MakeupTokenDatesNotPossible.
    """
    await get_makeup_token(uow, viewer.caller, token_id)
    token = await lock_makeup_token(uow, token_id)
    if token.state(now) not in EDITABLE:
        raise await why_not(uow, token, token.state(now), "it cannot be changed any more")
    require_one_end(changes, never_expires, token)
    real = edited(token, {**changes, "expires_on": None} if never_expires else changes)
    await _require_known(uow, {name: after for name, (_, after) in real.items()})
    if not real:
        return TokenChanged(token_id)
    await change_token(uow, token_id, {name: after for name, (_, after) in real.items()})
    facts = {"before": _told(real, 0), "after": _told(real, 1)}
    entry = LedgerEntry(token.student_id, token_id, MakeupTokenAct.EDITED, facts=facts, occurrence=token.missed)
    await enter(uow, [entry], author=Author.of(viewer.caller), now=now)
    await _tell_anew(uow, viewer, token_id, now)
    return TokenChanged(token_id)


async def _require_known(uow: UnitOfWork, new: Mapping[str, Any]) -> None:
    location_id, program_id = new.get("location_id"), new.get("program_id")
    if location_id is not None:
        zones = await read_zones(uow.connection, uow.organization_id)
        if location_id not in zones.of_locations:
            raise LocationNotFound
    await require_programs(uow.connection, uow.organization_id, [] if program_id is None else [program_id])


async def _tell_anew(uow: UnitOfWork, viewer: Viewer, token_id: UUID, now: datetime) -> None:
    if not await untell_new_tokens(uow, [token_id]):
        return
    (token,) = await read_tokens(uow.connection, uow.organization_id, [token_id])
    if token.state(now) in TOLD:
        await tell_new_tokens(uow, [token_id], settings=viewer.settings.makeup_tokens, now=now)


def _told(real: Mapping[str, tuple[Any, Any]], side: int) -> dict[str, Any]:
    """Return the value as JSON."""
    values = {name: both[side] for name, both in real.items()}
    return {
        name: value.isoformat() if isinstance(value, date) else value and str(value) for name, value in values.items()
    }
