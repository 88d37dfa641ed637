"""What an enrollment shows of its wait for a place."""

from datetime import datetime
from uuid import UUID

from db.enrollments.waiting_lines import read_positions
from gql.fields.context import Info, Reading
from gql.fields.loaders import load


async def load_position(info: Info, enrollment_id: UUID) -> int | None:
    """Return the position of an enrollment in the line, or None when it does not wait."""
    return await load(info, (enrollment_id, info.context.clock()), _read_positions)


async def _read_positions(source: Reading, asked: list[tuple[UUID, datetime]]) -> list[int | None]:
    ids, now = {id_ for id_, _ in asked}, max(now for _, now in asked)
    found = await read_positions(source.connection, source.viewer.caller.organization_id, ids, now=now)
    return [found.get(id_) for id_, _ in asked]
