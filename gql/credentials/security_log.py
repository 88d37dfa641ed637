"""Records security events and reads of medical texts (R12.7), without making anybody wait.

Each event is a line of the log at once. Its row is written a moment later by a task of the process, together with
others: a request neither takes longer for it nor tells by its time whether an account exists. What a process has not
written when it is killed is in the log alone.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import IntegrityError

from attendance.rules.organization.permissions import Caller
from attendance.rules.vocabulary import SecurityEventKind
from db.engine import Database, set_tenant
from db.organization.security_events import Counted, Happening, add_medical_reads, add_security_events
from db.organization.sign_ins import find_accounts
from db.unit_of_work import UnitOfWork

log = structlog.get_logger("rollbook.security")

_MOST_PENDING = 10_000
_MOST_REMEMBERED = 50_000
_PAUSE_AFTER_FAULT = 5.0


class SecurityLog:
    """What has happened and is not written yet. Events of one kind, person, address and hour are one row."""

    def __init__(self, database: Database, clock: Callable[[], datetime], *, pause: float = 0.2) -> None:
        """pause -- the seconds between an event and its row, in which others are collected"""
        self.pause = pause
        self._database, self._clock = database, clock
        self._events: dict[tuple[UUID, Happening, datetime], Counted] = {}
        self._by_email: dict[tuple[str, Happening, datetime], Counted] = {}
        self._reads: dict[tuple[UUID, UUID, UUID], datetime] = {}
        self._written: set[tuple[UUID, UUID, UUID]] = set()
        self._day = clock().date()
        self._task: asyncio.Task[None] | None = None

    def tell(self, organization_id: UUID, happening: Happening) -> None:
        """Record an event of an organization."""
        self._log(happening, organization_id=str(organization_id))
        self._count(self._events, (organization_id, happening))

    def tell_of_address(self, email: str, happening: Happening) -> None:
        """Record an event of each account that has the e-mail address. Without an account, it is in the log alone."""
        self._log(happening)
        self._count(self._by_email, (email, happening))

    def tell_read(self, caller: Caller, student_ids: Iterable[UUID]) -> None:
        """Record that the caller was shown the medical texts of these students, once a day for each."""
        if caller.person_id is None or caller.family_id is not None:
            return
        now = self._clock()
        if now.date() != self._day or len(self._written) > _MOST_REMEMBERED:
            self._day = now.date()
            self._written.clear()
        for student_id in student_ids:
            key = (caller.organization_id, caller.person_id, student_id)
            if key not in self._written and len(self._reads) < _MOST_PENDING:
                self._written.add(key)
                self._reads[key] = now
                self._begin()

    async def close(self) -> None:
        """Write what is pending, as the last thing that a process does. It may be called before, too."""
        self.stop()
        await self._write_all()

    def stop(self) -> None:
        """Write nothing by itself any more."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _log(self, happening: Happening, **facts: str) -> None:
        told = {
            "person_id": happening.person_id and str(happening.person_id),
            "kiosk_id": happening.kiosk_id and str(happening.kiosk_id),
            "portal": happening.portal and happening.portal.value,
            "address": happening.address or None,
            "detail": happening.detail,
        }
        calm = happening.kind in _CALM
        say = log.info if calm else log.warning
        say(f"security.{happening.kind.lower()}", **facts, **{name: it for name, it in told.items() if it is not None})

    def _count(self, pending: dict[Any, Counted], key: tuple[Any, ...]) -> None:
        now = self._clock()
        whole = (*key, now.replace(minute=0, second=0, microsecond=0))
        if (counted := pending.get(whole)) is not None:
            counted.count, counted.last_at = counted.count + 1, now
        elif len(pending) < _MOST_PENDING:
            pending[whole] = Counted(1, now, now)
        self._begin()

    def _begin(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write_soon(), name="security-log")

    async def _write_soon(self) -> None:
        while self._events or self._by_email or self._reads:
            await asyncio.sleep(self.pause)
            if not await self._write_all():
                await asyncio.sleep(_PAUSE_AFTER_FAULT)

    async def _write_all(self) -> bool:
        """Write what is pending. False: the database did not take it, and it is pending still."""
        events, by_email, reads = self._events, self._by_email, self._reads
        self._events, self._by_email, self._reads = {}, {}, {}
        try:
            for (email, happening, hour), counted in by_email.items():
                for account in await find_accounts(self._database, email):
                    of_account = replace(happening, person_id=account.person_id)
                    events[account.organization_id, of_account, hour] = counted
            by_email = {}
            await self._write(events, reads)
        except Exception as fault:
            log.warning("security_log_not_written", fault=type(fault).__name__, count=len(events) + len(reads))
            self._events = events | self._events
            self._by_email = by_email | self._by_email
            self._reads = reads | self._reads
            return False
        return True

    async def _write(
        self, events: dict[tuple[UUID, Happening, datetime], Counted], reads: dict[tuple[UUID, UUID, UUID], datetime]
    ) -> None:
        by_hour: dict[tuple[UUID, datetime], list[tuple[Happening, Counted]]] = defaultdict(list)
        for (organization_id, happening, hour), counted in events.items():
            by_hour[organization_id, hour].append((happening, counted))
        for (organization_id, hour), happened in by_hour.items():
            await self._in_transaction(organization_id, partial(add_security_events, happened=happened))
            for happening, _ in happened:
                del events[organization_id, happening, hour]
        by_organization: dict[UUID, list[tuple[UUID, UUID, datetime]]] = defaultdict(list)
        for (organization_id, person_id, student_id), at in reads.items():
            by_organization[organization_id].append((person_id, student_id, at))
        for organization_id, read in by_organization.items():
            await self._in_transaction(organization_id, partial(add_medical_reads, reads=read))
            for person_id, student_id, _ in read:
                del reads[organization_id, person_id, student_id]

    async def _in_transaction(self, organization_id: UUID, write: Callable[[UnitOfWork], Awaitable[None]]) -> None:
        """Write in a transaction of the organization. What can never be written is dropped, and the log says so."""
        try:
            async with self._database.begin() as connection:
                await set_tenant(connection, organization_id)
                await write(UnitOfWork(connection, organization_id))
        except IntegrityError:
            log.warning("security_log_refused", organization_id=str(organization_id))


_CALM = frozenset(
    {
        SecurityEventKind.SIGNED_IN,
        SecurityEventKind.SESSION_ENDED,
        SecurityEventKind.KIOSK_LAUNCHED,
        SecurityEventKind.KIOSK_REVOKED,
        SecurityEventKind.FAMILY_ERASED,
        SecurityEventKind.FAMILY_EXPORTED,
    }
)
