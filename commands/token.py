"""The command `token`, which prints an access token for development, without a password."""

import asyncio
import secrets
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Row, func, select

from attendance.rules.organization.permissions import kind_for
from attendance.rules.organization.sign_in import RefreshToken
from attendance.rules.vocabulary import Portal
from clock import clock_from
from commands.database_faults import database_faults
from commands.fault import Fault
from commands.local import settings_here
from db import models
from db.engine import Database, create_engine
from db.ids import new_id
from db.organization.sign_ins import add_sign_in
from db.organization.viewers import find_person
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from gql.services import make_access_tokens
from settings import Settings


def print_token(person: str, *, portal: str, lifetime: timedelta, organization: str | None) -> None:
    """Print an access token for a person in a portal (OFFICE, STAFF or CUSTOMER). Refused in production.

    The token belongs to a new sign-in, which can be ended but not refreshed.

    person -- an e-mail address or id
    organization -- a name or id; needed when several organizations have such a person
    """
    settings = settings_here()
    if settings.in_production:
        raise Fault("No tokens are made in production: sign in with a password.")
    try:
        wanted = Portal(portal.upper())
    except ValueError:
        raise Fault(f"There is no portal {portal!r}: choose OFFICE, STAFF or CUSTOMER.") from None
    print(asyncio.run(make_token(settings, person, wanted, lifetime, organization)))


async def make_token(
    settings: Settings, person: str, portal: Portal, lifetime: timedelta, organization: str | None = None
) -> str:
    """Make the token. Raises Fault if nobody or several people are found, or if the person may not use the portal."""
    database = Database(create_engine(settings.database_url, role=None, pool_size=1))
    now = clock_from(settings.test_clock)()
    try:
        with database_faults():
            found = await _find(database, person, portal, organization)
            token = RefreshToken(found.organization_id, new_id(), secrets.token_bytes(32))
            async with unit_of_work(database, found.organization_id, Announcer()) as uow:
                if await find_person(uow.connection, found.organization_id, portal, found.id, now) is None:
                    raise Fault(f"{person} may not use the portal {portal}.")
                await add_sign_in(uow, token, found.id, portal, now=now, expires_at=now + lifetime)
    finally:
        await database.close()
    tokens = make_access_tokens(settings, lambda: now)
    claims = tokens.claims(found.organization_id, portal, found.id, token.sign_in_id, tokens.expiry(now))
    return tokens.sign(replace(claims, expires_at=now + lifetime), now)


async def _find(database: Database, person: str, portal: Portal, organization: str | None) -> Row[UUID, UUID]:
    """Return the row of the one person meant. Row-level security does not bind the owner, so all organizations are
    searched.
    """
    kind = kind_for(portal)
    if kind is None:
        raise Fault("Kiosks have their own tokens: staff launch a kiosk with the mutation launchKiosk.")
    person_id, organization_id = _uuid(person), _uuid(organization or "")
    statement = (
        select(models.Person.organization_id, models.Person.id)
        .join(models.Organization, models.Organization.organization_id == models.Person.organization_id)
        .where(
            models.Person.kind == kind,
            models.Person.ended_at.is_(None),
            models.Person.id == person_id if person_id else func.lower(models.Person.email) == person.lower(),
        )
    )
    if organization_id is not None:
        statement = statement.where(models.Organization.organization_id == organization_id)
    elif organization is not None:
        statement = statement.where(func.lower(models.Organization.name) == organization.lower())
    async with database.connect() as connection:
        found = (await connection.execute(statement)).all()
    if not found:
        called = "guardian" if portal is Portal.CUSTOMER else "staff member"
        raise Fault(f"There is no {called} {person!r} who could use the portal {portal}.")
    if len(found) > 1:
        raise Fault(f"{person!r} belongs to {len(found)} organizations: choose one with --organization.")
    return found[0]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
