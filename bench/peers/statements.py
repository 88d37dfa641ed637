"""The named statements of statements.sql, and the pool that runs them for the peers written in Python."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

CONNECTIONS = 8


def named_statements() -> dict[str, str]:
    """Return the statements by name."""
    blocks = Path(__file__).with_name("statements.sql").read_text().split("-- name: ")[1:]
    return {block.split(maxsplit=1)[0]: block.split("\n", 1)[1] for block in blocks}


def key_of(occurrence_id: str) -> tuple[UUID, date]:
    """Return the timeslot and the date of a peer's id of an occurrence."""
    timeslot_id, _, held_on = occurrence_id.partition(":")
    return UUID(timeslot_id), date.fromisoformat(held_on)


class Answers:
    """What the statements answer for one organization: the database's text of JSON, None when there is no row."""

    def __init__(self, url: str, organization_id: str, staff_id: str) -> None:
        self._url = url
        self._organization_id = UUID(organization_id)
        self._staff_id = UUID(staff_id)
        self._statements = named_statements()
        self._pool: Any = None
        # A connection that nobody holds is closed.
        self._listening: Any = None

    async def open(self) -> None:
        self._pool = await asyncpg.create_pool(self._url, min_size=CONNECTIONS, max_size=CONNECTIONS)

    async def listen(self, heard: Any) -> None:
        """Call `heard` with the payload of each notification on the channel `peers`."""
        self._listening = await asyncpg.connect(self._url)
        await self._listening.add_listener("peers", lambda *given: heard(given[3]))

    async def sheet(self, occurrence_id: str) -> str | None:
        return await self._answer("sheet", *key_of(occurrence_id))

    async def check_in(self, occurrence_id: str, student_id: str) -> str | None:
        return await self._answer("check_in", *key_of(occurrence_id), UUID(student_id), self._staff_id)

    async def day(self, on_date: date, first: int) -> str | None:
        return await self._answer("day", on_date, first)

    async def event(self, occurrence_id: str, revision: int) -> str | None:
        return await self._answer("event", *key_of(occurrence_id), revision)

    async def _answer(self, name: str, *values: object) -> str | None:
        found: str | None = await self._pool.fetchval(self._statements[name], self._organization_id, *values)
        return found
