"""The commands `found` and `link`: how a business begins, and how an operator lets its staff in (R12.1)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from attendance.actions.accounts.found_organization import found_organization, give_operators_link, make_owner
from attendance.actions.organization.currencies import is_currency
from attendance.rules.accounts.account_links import LinkTerms
from attendance.rules.accounts.founding import Founding, NotFounded
from attendance.rules.vocabulary import AccountLinkPurpose, SecurityEventKind
from clock import clock_from
from commands.database_faults import database_faults
from commands.fault import Fault
from commands.local import settings_for_links
from db.accounts.account_holders import find_staff_by_address, lock_account
from db.engine import Database, create_engine
from db.ids import new_id
from db.organization.security_events import Counted, Happening, add_security_events
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from settings import Settings

T = TypeVar("T")


def found_business(
    name: str, *, owner: str, time_zone: str, currency: str, location: str | None, owner_name: str | None
) -> None:
    """Found a business and print the owner's link. Raises Fault when nothing was founded.

    location -- the name of the first location; None means that of the business
    owner_name -- first and last name; None means the first part of the address
    """
    first, _, last = (owner_name or owner.partition("@")[0]).strip().partition(" ")
    try:
        founding = Founding(name, location or name, owner, first, last.strip(), time_zone, currency.upper())
    except NotFounded as fault:
        raise Fault(str(fault)) from None
    if not asyncio.run(is_currency(founding.currency)):
        raise Fault(f"{founding.currency!r} is not a currency such as USD.")
    settings = settings_for_links()
    terms = _terms(settings)
    now = clock_from(settings.test_clock)()

    async def carry_out(database: Database) -> str:
        async with unit_of_work(database, new_id(), Announcer()) as uow:
            founded = await found_organization(uow, founding, terms, now=now)
        return terms.address(AccountLinkPurpose.INVITATION, founded.token)

    address = _run(settings, carry_out)
    print(f"{founding.name} is founded, with its location {founding.location} and its owner {owner}.")
    print(f"The owner chooses a password here, once, within 30 minutes:\n\n{address}\n")
    print(f"For another link: python rollbook.py link {owner}")


def print_link(person: str, *, organization: str | None, makes_owner: bool = False) -> None:
    """Print a link for a staff member. Raises Fault when nobody, or several people, have the address.

    makes_owner -- also grant OWNER
    """
    settings = settings_for_links()
    terms = _terms(settings)
    now = clock_from(settings.test_clock)()

    async def carry_out(database: Database) -> str:
        organization_id, person_id = await _find(database, person, organization, now)
        async with unit_of_work(database, organization_id, Announcer()) as uow:
            if makes_owner:
                await make_owner(uow, person_id, now=now)
            holder = await lock_account(uow, person_id)
            is_new = holder is None or holder.password_hash is None
            purpose = AccountLinkPurpose.INVITATION if is_new else AccountLinkPurpose.PASSWORD_RESET
            token = await give_operators_link(uow, person_id, purpose, terms, now=now)
            kind = SecurityEventKind.INVITED if is_new else SecurityEventKind.PASSWORD_RESET_REQUESTED
            await add_security_events(uow, [(Happening(kind, detail=str(person_id)), Counted(1, now, now))])
        return terms.address(purpose, token)

    address = _run(settings, carry_out)
    print(f"{person} chooses a password here, once, within 30 minutes:\n\n{address}")


async def _find(database: Database, person: str, organization: str | None, now: datetime) -> tuple[UUID, UUID]:
    found = await find_staff_by_address(database, person, organization, now=now)
    if not found:
        raise Fault(f"No staff member has the e-mail address {person!r}.")
    if len(found) > 1:
        raise Fault(f"{len(found)} organizations have a staff member {person!r}: choose one with --organization.")
    return found[0]


def _terms(settings: Settings) -> LinkTerms:
    if settings.in_production and settings.public_url is None:
        raise Fault("ROLLBOOK_PUBLIC_URL must be set: it is the address of the pages to which the link leads.")
    return LinkTerms.of(settings.secret.get_secret_value(), settings.pages_url)


def _run(settings: Settings, ask: Callable[[Database], Awaitable[T]]) -> T:
    async def answer() -> T:
        # Row-level security does not bind the owner, so all organizations are visible.
        database = Database(create_engine(settings.database_url, role=None, pool_size=1))
        try:
            with database_faults():
                return await ask(database)
        except NotFounded as fault:
            raise Fault(str(fault)) from None
        finally:
            await database.close()

    return asyncio.run(answer())
