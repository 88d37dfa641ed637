import pytest

from attendance.rules.vocabulary import Permission, Portal
from db.engine import Database
from tests.support.api import Api
from tests.support.cancelling_office import Office
from tests.support.factories import World


@pytest.fixture
async def office(world: World, api: Api, database: Database) -> Office:
    staff = await api.signed_in(world, await world.staff(Permission.OWNER, first_name="May"), Portal.OFFICE)
    return Office(staff, world, database, await world.weekly_class())
