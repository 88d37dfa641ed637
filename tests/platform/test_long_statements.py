"""Each connection plans a statement once, however long its text is."""

from db.checking_out import driver_of
from db.engine import Database
from tests.support.factories import World


async def test_a_long_statement_is_planned_once(database: Database, world: World) -> None:
    statement = f"SELECT 1 /* {'x' * 20_000} */"
    async with database.read(world.organization_id) as connection:
        driver = driver_of(connection)
        assert driver is not None
        for _ in range(2):
            await driver.fetch(statement)
        kept = "SELECT generic_plans FROM pg_prepared_statements WHERE statement = $1"
        assert await driver.fetchval(kept, statement) == 2
