"""The context of a resolver, and its ways to the database.

    async with reading(info) as (connection, viewer):  # queries, and each event of a subscription
        ...
    async with changing(info) as (uow, viewer):  # mutations: one transaction, which any exception rolls back
        ...
    async with rehearsing(info) as (uow, viewer):  # previews: a transaction of which nothing is kept
        ...

All restrict the transaction to the viewer's organization, check the credential against the database, and enforce the
access that the root field declares (gql/fields/access.py). One statement identifies and checks the caller.
"""

import asyncio
from collections.abc import AsyncIterator, Hashable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias, cast
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.organization.permissions import Caller, Claims, MayNotEnter, Viewer
from attendance.rules.refusals import PermissionDenied
from attendance.rules.roster.sight import view_of
from db.driver import Beside
from db.idempotency import answer_beside
from db.marks.changes import locking
from db.marks.sheets import marks_beside
from db.organization.security_events import Happening
from db.unit_of_work import UnitOfWork, rehearsal, unit_of_work
from gql.credentials.nobody_there import NobodyThere
from gql.fields.access import PORTALS, Access, access_of, check_to_change, check_to_see, exists_in
from gql.fields.named_occurrences import require_visible_occurrences
from gql.fields.vocabulary import Portal, SecurityEventKind
from gql.protocol.errors import Forbidden, NotAuthenticated
from gql.protocol.strawberry_internals import field_of
from gql.services import Services

# Root fields run concurrently, each on its own connection. The limit keeps one operation from taking all connections of
# the process.
READERS = 4


@dataclass(slots=True)
class Context:
    """The context of one operation.

    claims -- None for an anonymous caller, until this operation signs the caller in.
    address -- the client's address, used for rate limits and security events.
    device -- what the client says of itself, its User-Agent; None when it says nothing.
    view -- the view whose holders share what is read (attendance/rules/roster/sight.py). None when it is read for this
        caller alone.
    caller -- whom the last transaction of the operation has found behind the claims; None before that.
    disclosed -- the students whose medical texts were shown to the holders of `view`.
    """

    services: Services
    claims: Claims | None
    request_id: str
    address: str
    device: str | None = None
    loaders: dict[object, Any] = field(default_factory=dict)
    readers: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(READERS))
    view: Hashable | None = None
    caller: Caller | None = None
    disclosed: set[Hashable] = field(default_factory=set)

    def clock(self) -> datetime:
        """Return the current time, aware and in UTC. A resolver calls this once and passes the value on."""
        return self.services.clock()

    def sharing(self, view: Hashable) -> "Context":
        """Return a context for an answer that others receive too. It can only be used to show what everybody with
        this view sees.
        """
        # Each event makes one, for which `dataclasses.replace` would take three times as long.
        return Context(
            self.services,
            self.claims,
            self.request_id,
            self.address,
            self.device,
            readers=self.readers,
            view=view,
            caller=self.caller,
        )

    def disclose(self, student_id: UUID) -> None:
        """Say that the student's medical text is shown. It is recorded who was shown whose, once a day."""
        if self.view is None:
            self.record((student_id,))
        else:
            self.disclosed.add(student_id)

    def record(self, student_ids: Iterable[Hashable]) -> None:
        """Record that the caller was shown the medical texts of the students."""
        if self.caller is not None:
            self.services.security_log.tell_read(self.caller, cast("Iterable[UUID]", student_ids))

    def tell(self, kind: SecurityEventKind, caller: Caller, detail: str | None = None) -> None:
        """Record a security event of the caller (R12.7)."""
        happening = Happening(kind, caller.person_id, caller.kiosk_id, caller.portal, self.address, detail)
        self.services.security_log.tell(caller.organization_id, happening)

    def tell_of_person(self, organization_id: UUID, person_id: UUID, kind: SecurityEventKind, portal: Portal) -> None:
        """Record a security event of a person who may not be signed in yet (R12.7)."""
        self.services.security_log.tell(
            organization_id, Happening(kind, person_id, portal=portal, address=self.address)
        )


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
    services: Services, claims: Claims | None, request_id: str, address: str | None = None, device: str = ""
) -> Context:
    return Context(services, claims, request_id, address or "", device or None)


@asynccontextmanager
async def reading(info: Info, also: Beside | None = None) -> AsyncIterator[Reading]:
    """Open a snapshot of the viewer's organization for reading. Raises NotAuthenticated and Forbidden.

    also -- a query that may be executed together with the viewer's, before the viewer's permissions are checked
    """
    claims, access = _asked(info)
    services = info.context.services
    async with info.context.readers, services.database.read(claims.organization_id) as connection:
        viewer = await _viewer(info, connection, claims, also)
        _admit(info, access, viewer)
        yield Reading(connection, viewer)


async def read_at_once(info: Info, also: Beside) -> Viewer | None:
    """Execute the query in a snapshot of the viewer's organization and return the viewer, in one round trip. None when
    the viewer is not remembered: then `reading` reads both. Raises NotAuthenticated and Forbidden.
    """
    claims, access = _asked(info)
    services = info.context.services
    async with info.context.readers:
        viewer = await services.viewers.find_at_once(services.database, claims, info.context.clock(), also)
    if viewer is not None:
        _admit(info, access, viewer)
    return viewer


def _admit(info: Info, access: Access, viewer: Viewer) -> None:
    """Raises Forbidden when the viewer may not read the root field, or is seen otherwise than the stream expects."""
    _check_to_see(info, access, viewer)
    if info.context.view is not None and view_of(viewer) != info.context.view:
        raise Forbidden("Your permissions have just changed.")


def _check_to_see(info: Info, access: Access, viewer: Viewer) -> None:
    """Raises Forbidden, which is a security event, when the viewer lacks a permission for the root field."""
    info.context.caller = viewer.caller
    try:
        check_to_see(access, viewer.caller)
    except Forbidden:
        info.context.tell(SecurityEventKind.PERMISSION_DENIED, viewer.caller, info.field_name)
        raise


@asynccontextmanager
async def changing(info: Info, given: Any = None, *, sheet: OccurrenceKey | None = None) -> AsyncIterator[Changing]:
    """Open a transaction in the viewer's organization.

    given -- the mutation's input, if it can name occurrences.
    sheet -- the roll sheet on whose marks the block acts: its occurrence is locked as the transaction begins, and it is
        read together with the viewer and what is kept for the input's idempotency key. Somebody who turns out not to be
        allowed to act has then locked it for a moment.

    Raises NotAuthenticated, Forbidden and the refusal PermissionDenied; OccurrenceNotFound in place of the refusal when
    the input names an occurrence that the caller may not see (R4.12).
    """
    claims, access = _asked(info)
    context, organization_id = info.context, claims.organization_id
    services = context.services
    first, also = None, None
    if sheet is not None and exists_in(access, claims.portal):
        first, also = locking(organization_id, sheet), marks_beside(sheet)
        if also is not None and given.idempotency_key is not None:
            also = answer_beside(also, given.idempotency_key)
    async with unit_of_work(services.database, organization_id, services.announcer, services.clock, first=first) as uow:
        viewer = await _viewer(info, uow.connection, claims, also)
        context.caller = viewer.caller
        if sheet is not None and first is not None:
            uow.opened[sheet] = None if also is None else also.rows
            if also is not None and also.rows and given.idempotency_key is not None:
                uow.looked_up[given.idempotency_key] = also.rows[0]
        try:
            await _check_to_change(access, uow, viewer, given)
            yield Changing(uow, viewer)
        except (Forbidden, PermissionDenied):
            context.tell(SecurityEventKind.PERMISSION_DENIED, viewer.caller, info.field_name)
            raise


REHEARSED = (
    "The change is made and rolled back, so the answer is exact unless something else changes before the mutation. "
    "`idempotencyKey` has no effect here."
)
"""What the description of a preview says about `rehearsing`."""


@asynccontextmanager
async def rehearsing(info: Info) -> AsyncIterator[Changing]:
    """Open a transaction in the viewer's organization that is rolled back, for a preview.

    Raises NotAuthenticated, and Forbidden, also in place of a PermissionDenied of the block.
    """
    claims, access = _asked(info)
    services = info.context.services
    async with (
        info.context.readers,
        rehearsal(services.database, claims.organization_id, info.context.clock) as uow,
    ):
        viewer = await _viewer(info, uow.connection, claims)
        _check_to_see(info, access, viewer)
        try:
            yield Changing(uow, viewer)
        except PermissionDenied as refused:
            raise Forbidden(refused.message) from refused


async def _check_to_change(access: Access, uow: UnitOfWork, viewer: Viewer, given: Any) -> None:
    try:
        check_to_change(access, viewer.caller)
    except PermissionDenied:
        await require_visible_occurrences(uow, viewer, given)
        raise


def _asked(info: Info) -> tuple[Claims, Access]:
    """Return the caller's claims and the access that the root field declares.

    `field_of(info)` is the root field itself only in its own resolver: a nested resolver has no declaration.
    """
    access, claims = access_of(field_of(info)), info.context.claims
    if claims is None:
        raise NotAuthenticated("Sign in first: this needs an access token.")
    return claims, access


async def _viewer(info: Info, connection: AsyncConnection, claims: Claims, also: Beside | None = None) -> Viewer:
    """Raises NotAuthenticated when the sign-in has ended, and Forbidden when its portal is closed to the person."""
    context: Context = info.context
    services = context.services
    try:
        viewer = await services.viewers.find(connection, claims, services.clock(), also)
    except MayNotEnter as refused:
        happening = Happening(
            SecurityEventKind.PERMISSION_DENIED,
            claims.person_id,
            portal=refused.portal,
            address=context.address,
            detail=info.field_name,
        )
        services.security_log.tell(claims.organization_id, happening)
        raise Forbidden(f"You have no permission to use {PORTALS[refused.portal]}.") from None
    if viewer is None:
        raise NobodyThere(claims)
    return viewer
