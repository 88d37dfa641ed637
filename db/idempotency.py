"""Stores the first answers of mutations, for their retries (R4.11)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from attendance.rules.refusals import IdempotencyKeyReused
from db.driver import HotStatement
from db.engine import Database
from db.unit_of_work import UnitOfWork

_FIRST = HotStatement("""
INSERT INTO idempotency_key (organization_id, caller_id, key, mutation, fingerprint, used_at)
VALUES (:organization_id, :caller_id, :key, :mutation, :fingerprint, :used_at)
ON CONFLICT DO NOTHING
RETURNING key
""")
_KEEP = HotStatement("""
UPDATE idempotency_key i SET answer = CAST(:answer AS jsonb)
WHERE i.organization_id = :organization_id AND i.caller_id = :caller_id AND i.key = :key
""")
_ANSWER = text("""
SELECT i.mutation, i.fingerprint, i.answer FROM idempotency_key i
WHERE i.organization_id = :organization_id AND i.caller_id = :caller_id AND i.key = :key
""")
_FORGET = text("SELECT forget_answers(:used_before, :at_most)")


@dataclass(frozen=True, slots=True)
class Retry:
    """What identifies a retry: the caller, its key, the mutation, and a digest of the input."""

    caller_id: UUID
    key: str
    mutation: str
    fingerprint: str


async def first_answer(uow: UnitOfWork, retry: Retry, now: datetime) -> dict[str, Any] | None:
    """Return the answer that was given before, or None when this is the first request, which must then call
    `keep_answer`.

    The key's row is the lock: a second request of the same caller with the same key waits until the first has committed
    (and gets its answer) or rolled back (and becomes the first itself), so a failed request does not use up the key.
    Raises IdempotencyKeyReused.
    """
    mine = {"organization_id": uow.organization_id, "caller_id": retry.caller_id, "key": retry.key}
    first = {**mine, "mutation": retry.mutation, "fingerprint": retry.fingerprint, "used_at": now}
    if await _FIRST.rows(uow.connection, first):
        return None
    row = (await uow.connection.execute(_ANSWER, mine)).one()
    if (row.mutation, row.fingerprint) != (retry.mutation, retry.fingerprint):
        raise IdempotencyKeyReused
    answer: dict[str, Any] = row.answer
    return answer


async def keep_answer(uow: UnitOfWork, retry: Retry, answer: dict[str, Any]) -> None:
    """Store the answer in the transaction that it belongs to."""
    mine = {"organization_id": uow.organization_id, "caller_id": retry.caller_id, "key": retry.key}
    await _KEEP.rows(uow.connection, {**mine, "answer": orjson.dumps(answer).decode()})


async def forget_answers(database: Database, *, used_before: datetime, at_most: int) -> int:
    """Delete the oldest keys of all organizations, committed, and return their number."""
    async with database.begin() as connection:
        found = await connection.execute(_FORGET, {"used_before": used_before, "at_most": at_most})
        forgotten: int = found.scalar_one()
    return forgotten
