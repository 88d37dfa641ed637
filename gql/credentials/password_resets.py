"""Sends the resets that people ask for without being signed in (R12.2).

The answer does not wait: a task of the process looks for the accounts, so neither the answer nor its time tells whether
an address is known. What a process has not sent when it is killed is lost, and the person asks again.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from attendance.actions.accounts.invitations import send_reset
from attendance.rules.accounts.account_links import LinkTerms
from attendance.rules.accounts.account_refusals import AccountNotFound, NotInvitable
from attendance.rules.organization.sign_in import Account
from attendance.rules.vocabulary import NotInvitableReason, PersonKind, SecurityEventKind
from db.engine import Database
from db.organization.security_events import Happening
from db.organization.sign_ins import find_accounts
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from gql.credentials.security_log import SecurityLog

log = structlog.get_logger("rollbook.security")

_MOST_WAITING = 1000
_EVERYBODY = frozenset(PersonKind)


class PasswordResets:
    """The addresses for which a reset was requested and not sent yet, in the order of the requests."""

    def __init__(
        self,
        database: Database,
        announcer: Announcer,
        clock: Callable[[], datetime],
        terms: LinkTerms,
        security_log: SecurityLog,
    ) -> None:
        self._database, self._announcer, self._clock = database, announcer, clock
        self._terms, self._security_log = terms, security_log
        self._waiting: dict[str, str] = {}
        self._task: asyncio.Task[None] | None = None

    def request(self, email: str, network_address: str) -> None:
        """Send a link to each account of the e-mail address that has a password, soon."""
        if len(self._waiting) < _MOST_WAITING:
            self._waiting[email] = network_address
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._send_all(), name="password-resets")

    async def close(self) -> None:
        """Send what was requested, and return. More can be requested afterwards."""
        if self._task is not None:
            await self._task

    async def _send_all(self) -> None:
        while self._waiting:
            email, network_address = next(iter(self._waiting.items()))
            del self._waiting[email]
            try:
                for account in await find_accounts(self._database, email):
                    if account.password_hash is not None:
                        await self._send(account, network_address)
            except Exception as fault:
                log.warning("password_reset_not_sent", fault=type(fault).__name__)

    async def _send(self, account: Account, network_address: str) -> None:
        organization_id = account.organization_id
        try:
            async with unit_of_work(self._database, organization_id, self._announcer, self._clock) as uow:
                await send_reset(uow, account.person_id, _EVERYBODY, self._terms, by=None, now=self._clock())
        except AccountNotFound:
            return
        except NotInvitable as refused:
            if refused.not_invitable_reason is NotInvitableReason.TOO_MANY:
                kind = SecurityEventKind.PASSWORD_RESET_LIMITED
                self._security_log.tell(organization_id, Happening(kind, account.person_id, address=network_address))
