"""Stores the first answers of mutations, for their retries (R4.11)."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from attendance.rules.refusals import IdempotencyKeyReused
from db.driver import Beside, HotStatement
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
_FIRST_WITH_ANSWER = HotStatement("""
INSERT INTO idempotency_key (organization_id, caller_id, key, mutation, fingerprint, used_at, answer)
VALUES (:organization_id, :caller_id, :key, :mutation, :fingerprint, :used_at, CAST(:answer AS jsonb))
""")
_PRIMARY_KEY = "idempotency_key_pk"
_KEPT = """
SELECT i.mutation AS kept_mutation, i.fingerprint AS kept_fingerprint, i.answer AS kept_answer
FROM idempotency_key i
"""
_ANSWER = text(f"""
{_KEPT}
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


def answer_beside(also: Beside, key: str) -> Beside:
    """Return the query with what is kept for a key of the person who is read with it (`db.organization.viewers`), in
    each of its rows. The columns are null when nothing is kept.
    """
    return Beside(_with_answer(also.query), {**also.given, "idempotency_key": key})


@cache
def _with_answer(query: str) -> str:
    return f"""
    SELECT asked.*, kept.*
    FROM ({query}) asked
    LEFT JOIN (
        {_KEPT}
        WHERE i.organization_id = :organization_id AND i.caller_id = CAST(:person_id AS uuid)
          AND i.key = :idempotency_key
    ) kept ON true
    """  # noqa: S608 - constants


async def first_answer(uow: UnitOfWork, retry: Retry, now: datetime) -> dict[str, Any] | None:
    """Return the answer that was given before, or None when this is the first request, which must then call
    `keep_answer`.

    The key's row is the lock: a second request of the same caller with the same key waits until the first has committed
    (and gets its answer) or rolled back (and becomes the first itself), so a failed request does not use up the key.
    A key that was looked up under the lock of a roll sheet (`UnitOfWork.looked_up`) is not locked before its answer is
    kept: other requests with the same input wait for the sheet. Raises IdempotencyKeyReused.
    """
    kept = uow.looked_up.get(retry.key)
    if kept is not None and kept.kept_mutation is None:
        return None
    # A key that stands in the way may be forgotten before it is read.
    while kept is None:
        first = {**_named(uow, retry), "mutation": retry.mutation, "fingerprint": retry.fingerprint, "used_at": now}
        if await _FIRST.rows(uow.connection, first):
            return None
        kept = (await uow.connection.execute(_ANSWER, _named(uow, retry))).one_or_none()
    if (kept.kept_mutation, kept.kept_fingerprint) != (retry.mutation, retry.fingerprint):
        raise IdempotencyKeyReused
    answer: dict[str, Any] = kept.kept_answer
    return answer


async def keep_answer(uow: UnitOfWork, retry: Retry, answer: dict[str, Any], now: datetime) -> None:
    """Store the answer in the transaction that it belongs to. A key that was only looked up is stored with the commit,
    or before the next statement, which fails when it has been used for something else meanwhile (`was_key_taken`). The
    answer then has no texts of people.
    """
    given = {**_named(uow, retry), "answer": orjson.dumps(answer).decode()}
    if retry.key in uow.looked_up:
        given |= {"mutation": retry.mutation, "fingerprint": retry.fingerprint, "used_at": now}
        await uow.put_off(_FIRST_WITH_ANSWER, given)
    else:
        await _KEEP.rows(uow.connection, given)


def was_key_taken(fault: DBAPIError) -> bool:
    """Return whether a transaction failed because its idempotency key was used for something else meanwhile."""
    return getattr(fault.orig, "constraint_name", None) == _PRIMARY_KEY


def _named(uow: UnitOfWork, retry: Retry) -> dict[str, object]:
    return {"organization_id": uow.organization_id, "caller_id": retry.caller_id, "key": retry.key}


async def forget_answers(database: Database, *, used_before: datetime, at_most: int) -> int:
    """Delete the oldest keys of all organizations, committed, and return their number."""
    async with database.begin() as connection:
        found = await connection.execute(_FORGET, {"used_before": used_before, "at_most": at_most})
        forgotten: int = found.scalar_one()
    return forgotten
