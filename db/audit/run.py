"""Run the checks of the audit on a live database, without harm to it (R16.1)."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from itertools import chain
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.audit import absences, catalogue, ledger, mail, makeups, marks, organization, revisions, tasks, tokens, waiting
from db.audit.check import Check, Finding

CHECKS: tuple[Check, ...] = tuple(
    chain.from_iterable(
        family.CHECKS
        for family in (
            revisions,
            marks,
            tokens,
            ledger,
            makeups,
            absences,
            tasks,
            mail,
            catalogue,
            organization,
            waiting,
        )
    )
)
_ORGANIZATIONS = text("""
SELECT organization_id FROM organization
WHERE CAST(:named AS text) IS NULL OR name = :named OR CAST(organization_id AS text) = lower(:named)
ORDER BY organization_id
""")
# The database has this much memory for each step of a plan, and uses files for the rest. It leaves the other processors
# to those who wait for an answer.
_LIMITS = (
    text("SET LOCAL work_mem = '32MB'"),
    text("SET LOCAL hash_mem_multiplier = 1"),
    text("SET LOCAL max_parallel_workers_per_gather = 0"),
    text("SET LOCAL statement_timeout = 0"),
)


async def find_organizations(engine: AsyncEngine, named: str | None = None) -> list[UUID]:
    """Return the ids of the organizations with this name or id. None means all."""
    async with engine.connect() as connection:
        return list((await connection.execute(_ORGANIZATIONS, {"named": named})).scalars())


async def audit_organization(
    engine: AsyncEngine,
    organization_id: UUID,
    *,
    now: datetime,
    checks: Sequence[Check] = CHECKS,
    begins: Callable[[Check], None] = lambda _: None,
) -> AsyncIterator[Finding]:
    """Yield each row of the organization that is wrong, check by check.

    All checks see one snapshot, which ends with the iteration: nothing that a check compares belongs to two
    organizations, and a snapshot for all of them would keep the database from clearing away old rows for as long. The
    transaction can write nothing, takes no lock that a reader or writer waits for, and reads wrong rows in portions.

    engine -- of the owner, whom row-level security does not bind
    begins -- is called before each check
    """
    async with engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        async with connection.begin():
            for limit in _LIMITS:
                await connection.execute(limit)
            for check in checks:
                begins(check)
                async for finding in _findings(connection, organization_id, check, now):
                    yield finding


async def _findings(
    connection: AsyncConnection, organization_id: UUID, check: Check, now: datetime
) -> AsyncIterator[Finding]:
    given: dict[str, object] = {"organization_id": organization_id}
    if check.needs_now:
        given["now"] = now
    # PostgreSQL keeps the memory of a cursor until the transaction ends, or is rolled back to before it.
    before = await connection.begin_nested()
    try:
        async with connection.stream(check.statement, given) as rows:
            async for row in rows:
                yield Finding(check.name, check.table, organization_id, row.id, row.wrong, row.right)
    finally:
        await before.rollback()
