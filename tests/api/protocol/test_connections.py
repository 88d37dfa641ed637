"""One operation cannot take all connections of the process."""

import asyncio

from sqlalchemy import QueuePool, event

from attendance.rules.vocabulary import Permission
from db.engine import Database
from tests.support.api import Api
from tests.support.factories import World


async def test_root_fields_that_run_side_by_side_share_a_few_connections(
    world: World, api: Api, database: Database
) -> None:
    staff = await api.as_staff(world, Permission.OWNER)
    out = most = 0

    def taken(*_: object) -> None:
        nonlocal out, most
        out += 1
        most = max(most, out)

    def given_back(*_: object) -> None:
        nonlocal out
        out -= 1

    pool = database.engine.sync_engine.pool
    assert isinstance(pool, QueuePool)
    event.listen(pool, "checkout", taken)
    event.listen(pool, "checkin", given_back)
    fields = " ".join(f"f{number}: locations {{ name }}" for number in range(12))
    async with asyncio.timeout(30):
        data = await staff.ask(f"{{ {fields} }}")
    assert len(data) == 12
    assert 1 < most < pool.size()
