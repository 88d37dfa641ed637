"""R12.6: two owners plan each other's end at once, and a planned end comes while it is taken back."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest

from attendance.actions.accounts.end_staff import end_as_planned
from attendance.rules.vocabulary import Permission, Portal
from db import models
from db.engine import Database
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from tests.races.accounts.test_owners_at_once import tried
from tests.support.api import Api, serving
from tests.support.at_once import at_once
from tests.support.factories import World
from tests.support.sizes import SIZES

pytestmark = pytest.mark.emptied_database

LATER = date(2030, 1, 1)


async def test_R12_6_one_owner_has_no_planned_end(crowded: Database, world: World) -> None:
    async with serving(crowded) as api:
        for _ in range(SIZES.long_race_rounds):
            owners = [await world.staff(Permission.OWNER) for _ in range(2)]
            apis = [await api.signed_in(world, each, Portal.OFFICE) for each in owners]
            answers = await at_once(
                *(
                    partial(tried, mine, "endStaff", other, **{"from": str(LATER)})
                    for mine, other in zip(apis, owners[::-1], strict=True)
                )
            )
            assert sorted(answers) == ["EndStaffSuccess", "LastOwner"]
            for each in owners:
                await world.change(models.Person, each, permissions=[])


async def test_R12_6_an_end_comes_while_it_is_taken_back(crowded: Database, world: World) -> None:
    async with serving(crowded) as api:
        boss = await api.as_staff(world, Permission.OWNER)
        for number in range(SIZES.long_race_rounds):
            nia = await world.staff(Permission.OFFICE_ATTENDANCE_VIEW)
            hers = await api.signed_in(world, nia, Portal.OFFICE)
            due = api.clock.now + timedelta(hours=1)
            await world.change(models.Person, nia, ends_on=due.date(), ends_at=due)
            came: Callable[[], Awaitable[bool | str]] = partial(_come, crowded, world, nia, due)
            taken: Callable[[], Awaitable[bool | str]] = partial(tried, boss, "restoreStaff", nia)
            ended, answer = await at_once(*((came, taken) if number % 2 else (taken, came)))
            if not isinstance(ended, bool):
                ended, answer = answer, ended
            assert answer == "RestoreStaffSuccess"
            (person,) = await world.rows(models.Person, id=nia)
            assert (person.ended_at, person.ends_at) == (None, None)
            assert await _works(hers) is not ended


async def _come(database: Database, world: World, person: UUID, due: datetime) -> bool:
    async with unit_of_work(database, world.organization_id, Announcer()) as uow:
        return await end_as_planned(uow, person, now=due)


async def _works(api: Api) -> bool:
    body = await api.send("{ viewer { __typename } }")
    return "errors" not in body
