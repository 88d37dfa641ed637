"""What a resolver is given, and the two ways from it to the database.

async with reading(info) as (connection, viewer): # queries and each event of a subscription async with
changing(info) as (uow, viewer): # mutations: one transaction, rolled back by any exception

Both make the transaction the organization's own, check the credential against the database and hold the
access that the root field declares (gql/fields/access.py): two statements, all that a request spends on knowing
who asks.
"""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

import strawberry
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.organization.permissions import Claims, Viewer
from attendance.rules.roster.sight import view_of
from db.organization.viewers import find_viewer
from db.unit_of_work import UnitOfWork, unit_of_work
from gql.credentials.nobody_there import NobodyThere
from gql.fields.access import Access, access_of, check_to_change, check_to_see
from gql.protocol.errors import Forbidden, NotAuthenticated
from gql.services import Services

# Root fields run side by side, each on a connection: one operation must not take all that the process has.
READERS = 4


@dataclass(slots=True)
class Context:
    """One operation. `claims` is None for an anonymous caller, until it signs in with this operation;
    `address` is the client's, for rate limits alone. `view`: what is read is for everybody with this view of things
    (attendance/rules/roster/sight.py).
    """

    services: Services
    claims: Claims | None
    request_id: str
    address: str
    loaders: dict[object, Any] = field(default_factory=dict)
    readers: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(READERS))
    view: Hashable | None = None

    def clock(self) -> datetime:
        """Now, aware and in UTC. A resolver asks once and hands the answer down."""
        return self.services.clock()

    def sharing(self, view: Hashable) -> "Context":
        """For an answer that others get too: it may show what they see as well, and nothing else."""
        return replace(self, view=view, loaders={})


Info: TypeAlias = strawberry.Info[Context, Any]


class Reading(NamedTuple):
    """A snapshot of the viewer's organization, and the viewer."""

    connection: AsyncConnection
    viewer: Viewer


class Changing(NamedTuple):
    """A transaction in the viewer's organization, and the viewer."""

    uow: UnitOfWork
    viewer: Viewer


async def make_context(
    services: Services, claims: Claims | None, request_id: str, address: str | None = None
) -> Context:
    return Context(services, claims, request_id, address or "")


@asynccontextmanager
async def reading(info: Info) -> AsyncIterator[Reading]:
    """Raises NotAuthenticated and Forbidden."""
    claims, access = _asked(info)
    services = info.context.services
    async with info.context.readers, services.database.read(claims.organization_id) as connection:
        viewer = await _viewer(connection, claims, services.clock())
        check_to_see(access, viewer.caller)
        if info.context.view is not None and view_of(viewer) != info.context.view:
            raise Forbidden("What you may see has just changed.")
        yield Reading(connection, viewer)


@asynccontextmanager
async def changing(info: Info) -> AsyncIterator[Changing]:
    """Raises NotAuthenticated and Forbidden, and the refusal PermissionDenied."""
    claims, access = _asked(info)
    services = info.context.services
    async with unit_of_work(services.database, claims.organization_id, services.announcer) as uow:
        viewer = await _viewer(uow.connection, claims, services.clock())
        check_to_change(access, viewer.caller)
        yield Changing(uow, viewer)


def _asked(info: Info) -> tuple[Claims, Access]:
    """Who asks, and what the root field declares. Its own field, for a nested resolver has nothing to
    declare.
    """
    access = access_of(info._field)
    if info.context.claims is None:
        raise NotAuthenticated("Sign in first: this needs an access token.")
    return info.context.claims, access


async def _viewer(connection: AsyncConnection, claims: Claims, now: datetime) -> Viewer:
    viewer = await find_viewer(connection, claims, now)
    if viewer is None:
        raise NobodyThere(claims)
    return viewer
