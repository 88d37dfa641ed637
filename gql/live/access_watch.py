"""Asks for the number of the last change of access, so that streams and sockets notice when rights change (R10.4)."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from db.engine import Database
from db.organization.access import access_epochs
from gql.live.patience import patiently
from gql.protocol.streams import BriefMemo


@dataclass
class AccessWatch:
    """The numbers of organizations, asked once for all who want to know them at the same time. Each process has one."""

    database: Database
    memo: BriefMemo = field(default_factory=lambda: BriefMemo(2.0))
    _wanted: set[UUID] = field(default_factory=set)
    _asking: asyncio.Task[Mapping[UUID, int]] | None = None

    async def epochs(self, organization_ids: Collection[UUID]) -> Mapping[UUID, int]:
        """Return the numbers as they are now, and perhaps those of others. Organizations without a change are left out.

        Whoever asks in the same turn of the event loop shares the statement.
        """
        self._wanted.update(organization_ids)
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask(), name="ask-for-access")
            self._asking.add_done_callback(lambda done: done.cancelled() or done.exception())
        # One that leaves must not cancel the statement for the others.
        return await asyncio.shield(self._asking)

    async def _ask(self) -> Mapping[UUID, int]:
        wanted, self._wanted, self._asking = self._wanted, set(), None
        return await access_epochs(self.database, wanted)

    async def epoch(self, organization_id: UUID) -> int:
        """Return the number as it was at most `memo.seconds` ago."""
        return await self.memo.once(organization_id, lambda: patiently(lambda: self._read(organization_id)))

    async def _read(self, organization_id: UUID) -> int:
        return (await self.epochs([organization_id])).get(organization_id, 0)
