"""The commands `erase` and `export-family`: what a family can ask of a business about its own data (R16.5)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import click
import orjson

from attendance.actions.people.erase_family import FamilyErased, erase_family, preview_erasure
from attendance.rules.organization.amounts import amount_text
from attendance.rules.people.erasing import ErasureCounts, Household
from attendance.rules.refusals import Refusal
from attendance.rules.vocabulary import SecurityEventKind
from clock import clock_from
from commands.database_faults import database_faults
from commands.fault import Fault
from commands.local import settings_here
from db.engine import Database, create_engine
from db.marks.changes import SYSTEM
from db.organization.security_events import Counted, Happening, add_security_events
from db.people.erasing import find_organization_of_family
from db.people.family_export import read_family_export
from db.unit_of_work import UnitOfWork, unit_of_work
from db.wake_ups import Announcer, connect_redis, to_processes
from gql.fields.global_ids import decode_id
from gql.protocol.errors import BadInput
from settings import Settings

T = TypeVar("T")


def erase(family: str, student: str | None, *, yes: bool) -> None:
    """Erase the family, or one student of it, after a question. Raises Fault when nothing is erased.

    family, student -- ids as the API gives them, or UUIDs
    """
    family_id, student_id = key_of(family, "Family"), None if student is None else key_of(student, "Student")
    settings = settings_here()
    organization_id = _run(settings, lambda database: organization_of(database, settings, family_id))
    now = clock_from(settings.test_clock)()

    async def preview(database: Database) -> tuple[Household, ErasureCounts]:
        async with database.read(organization_id) as connection:
            return await preview_erasure(connection, organization_id, family_id, student_id, now=now)

    async def carry_out(database: Database) -> FamilyErased:
        redis = connect_redis(settings.redis_url)
        announcer = Announcer(to_processes(redis))
        announcer.start()
        try:
            async with unit_of_work(database, organization_id, announcer) as uow:
                done = await erase_family(uow, family_id, student_id, household.seen, author=SYSTEM, now=now)
                await _record(uow, SecurityEventKind.FAMILY_ERASED, family_id, now)
                return done
        finally:
            await announcer.close()
            await redis.aclose()

    household, counts = _run(settings, preview)
    print(_sentence(household, counts))
    if not yes and not click.confirm("This cannot be undone. Erase?"):
        raise Fault("Nothing was erased.")
    done = _run(settings, carry_out)
    print(f"Erased: {done.student_count} students and {done.guardian_count} guardians.")


def export(family: str, output: Path | None) -> None:
    """Write everything that is held about the family as JSON. Raises Fault when there is no such family."""
    family_id = key_of(family, "Family")
    settings = settings_here()
    organization_id = _run(settings, lambda database: organization_of(database, settings, family_id))

    async def read(database: Database) -> dict[str, list[dict[str, Any]]] | None:
        async with database.read(organization_id) as connection:
            exported = await read_family_export(connection, organization_id, family_id)
        if exported is not None:
            async with unit_of_work(database, organization_id, Announcer()) as uow:
                await _record(uow, SecurityEventKind.FAMILY_EXPORTED, family_id, clock_from(settings.test_clock)())
        return exported

    found = _run(settings, read)
    if found is None:
        raise Fault("There is no such family.")
    written = orjson.dumps(found, option=orjson.OPT_INDENT_2)
    if output is None:
        print(written.decode())
    else:
        output.write_bytes(written)
        print(f"Everything about the family is in {output}.")


def key_of(given: str, type_name: str) -> UUID:
    """Return the UUID of an id of the API, or of a UUID. Raises Fault."""
    try:
        return UUID(given)
    except ValueError:
        pass
    try:
        return decode_id(given, type_name, type_name.lower())
    except BadInput as fault:
        raise Fault(str(fault)) from None


async def organization_of(database: Database, settings: Settings, family_id: UUID) -> UUID:
    """Return the organization that has the family. Raises Fault."""
    owner = Database(create_engine(settings.database_url, role=None, pool_size=1))
    try:
        found = await find_organization_of_family(owner, family_id)
    finally:
        await owner.close()
    if len(found) != 1:
        raise Fault(f"{'Several organizations have' if found else 'No organization has'} a family with this id.")
    return found[0]


async def _record(uow: UnitOfWork, kind: SecurityEventKind, family_id: UUID, now: datetime) -> None:
    """Record what an operator did: a security event of nobody (R12.7)."""
    await add_security_events(uow, [(Happening(kind, detail=str(family_id)), Counted(1, now, now))])


def _sentence(household: Household, counts: ErasureCounts) -> str:
    whom = f"the family {household.name}" if household.is_whole else f"one student of the family {household.name}"
    return (
        f"To be erased: {whom}, with {len(household.student_ids)} students, {len(household.guardian_ids)} guardians, "
        f"{counts.notes} notes and {counts.waiting_emails} waiting e-mails. "
        f"{len(household.enrollment_ids)} enrollments end. {counts.marks} marks and {counts.tokens} makeup tokens stay "
        f"without a name. The balance is {amount_text(household.balance, household.currency)} {household.currency}."
    )


def _run(settings: Settings, ask: Callable[[Database], Awaitable[T]]) -> T:
    async def answer() -> T:
        database = Database(create_engine(settings.database_url, pool_size=1))
        try:
            with database_faults():
                return await ask(database)
        except Refusal as refusal:
            raise Fault(str(refusal)) from None
        finally:
            await database.close()

    return asyncio.run(answer())
