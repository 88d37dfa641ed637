"""Reads and writes second factors (R12.4). Whoever changes one has locked its person."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import CursorResult, text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.accounts.second_factor import SecondFactor
from db.unit_of_work import UnitOfWork

_READ = text("""
SELECT f.sealed_secret, f.confirmed_at, f.last_step
FROM second_factor f WHERE f.organization_id = :organization_id AND f.person_id = :person_id
""")
_SET = text("""
INSERT INTO second_factor AS f (organization_id, person_id, sealed_secret, created_at)
VALUES (:organization_id, :person_id, :sealed, :now)
ON CONFLICT (organization_id, person_id) DO UPDATE SET
    sealed_secret = excluded.sealed_secret, created_at = excluded.created_at, last_step = NULL
WHERE f.confirmed_at IS NULL
""")
_STEP = text("""
UPDATE second_factor SET last_step = :step, confirmed_at = coalesce(confirmed_at, :now)
WHERE organization_id = :organization_id AND person_id = :person_id
""")
_CODES = text("""
INSERT INTO recovery_code (organization_id, person_id, code_hash)
SELECT :organization_id, :person_id, n.code_hash FROM unnest(CAST(:hashes AS bytea[])) AS n (code_hash)
""")
_USE_CODE = text("""
UPDATE recovery_code SET used_at = :now
WHERE organization_id = :organization_id AND person_id = :person_id AND code_hash = :code_hash AND used_at IS NULL
""")
_LEFT = text("""
SELECT count(*) FROM recovery_code c
WHERE c.organization_id = :organization_id AND c.person_id = :person_id AND c.used_at IS NULL
""")
_NO_CODES = text("DELETE FROM recovery_code WHERE organization_id = :organization_id AND person_id = :person_id")
_NO_FACTOR = text("DELETE FROM second_factor WHERE organization_id = :organization_id AND person_id = :person_id")


async def read_second_factor(
    connection: AsyncConnection, organization_id: UUID, person_id: UUID
) -> SecondFactor | None:
    given = {"organization_id": organization_id, "person_id": person_id}
    row = (await connection.execute(_READ, given)).one_or_none()
    return None if row is None else SecondFactor(*row)


async def set_unconfirmed_factor(uow: UnitOfWork, person_id: UUID, sealed: bytes, *, now: datetime) -> None:
    """Store a secret that is not in force yet, in place of another one that is not."""
    await uow.connection.execute(_SET, _mine(uow, person_id) | {"sealed": sealed, "now": now})


async def use_step(uow: UnitOfWork, person_id: UUID, step: int, *, now: datetime) -> None:
    """Remember the step of a code, so that the code is good once. The first one confirms the factor."""
    await uow.connection.execute(_STEP, _mine(uow, person_id) | {"step": step, "now": now})


async def set_recovery_codes(uow: UnitOfWork, person_id: UUID, hashes: Collection[bytes]) -> None:
    """Store the digests of new recovery codes in place of all earlier ones."""
    await uow.connection.execute(_NO_CODES, _mine(uow, person_id))
    await uow.connection.execute(_CODES, _mine(uow, person_id) | {"hashes": list(hashes)})


async def use_recovery_code(uow: UnitOfWork, person_id: UUID, code_hash: bytes, *, now: datetime) -> bool:
    """Use the code and return True. False: the person has no such code, or used it before."""
    done: CursorResult[object] = await uow.connection.execute(
        _USE_CODE, _mine(uow, person_id) | {"code_hash": code_hash, "now": now}
    )
    return done.rowcount == 1


async def count_recovery_codes(connection: AsyncConnection, organization_id: UUID, person_id: UUID) -> int:
    """Return how many codes are left."""
    given = {"organization_id": organization_id, "person_id": person_id}
    return int(await connection.scalar(_LEFT, given) or 0)


async def remove_second_factor(uow: UnitOfWork, person_id: UUID) -> bool:
    """Remove the factor and its recovery codes. False: there was none."""
    await uow.connection.execute(_NO_CODES, _mine(uow, person_id))
    done: CursorResult[object] = await uow.connection.execute(_NO_FACTOR, _mine(uow, person_id))
    return done.rowcount == 1


def _mine(uow: UnitOfWork, person_id: UUID) -> dict[str, object]:
    return {"organization_id": uow.organization_id, "person_id": person_id}
