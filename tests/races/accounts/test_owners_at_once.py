"""R12.6: owners who end or strip each other at once, and a manager who is ended while granting."""

from functools import partial
from typing import Any
from uuid import UUID

from attendance.rules.vocabulary import Permission, Portal
from db import models
from db.engine import Database
from gql.fields.global_ids import encode_id
from tests.support.api import serving
from tests.support.at_once import at_once
from tests.support.factories import World
from tests.support.sizes import SIZES


async def active_owners(world: World) -> list[UUID]:
    found = await world.rows(models.Person)
    return [row.id for row in found if row.ended_at is None and "OWNER" in row.permissions]


async def test_R12_6_one_owner_is_left(crowded: Database, world: World) -> None:
    async with serving(crowded) as api:
        for number in range(SIZES.race_rounds):
            owners = [await world.staff(Permission.OWNER) for _ in range(2)]
            apis = [await api.signed_in(world, each, Portal.OFFICE) for each in owners]
            others: list[dict[str, Any]] = [{"staffMemberId": encode_id("StaffMember", each)} for each in owners[::-1]]
            act = "endStaff" if number % 2 else "updateStaff"
            more: dict[str, Any] = {} if number % 2 else {"permissions": []}
            answers = await at_once(
                *(partial(mine.act, act, **other, **more) for mine, other in zip(apis, others, strict=True))
            )
            (left,) = await active_owners(world)
            assert sorted(answer["__typename"] for answer in answers)[0] in {"EndStaffSuccess", "PermissionDenied"}
            assert sum(answer["__typename"].endswith("Success") for answer in answers) == 1
            await world.change(models.Person, left, permissions=[])


async def test_R12_6_who_has_just_been_ended_ends_nobody(crowded: Database, world: World) -> None:
    await world.staff(Permission.OWNER)
    async with serving(crowded) as api:
        for _ in range(SIZES.race_rounds):
            three = [await world.staff(Permission.OWNER) for _ in range(3)]
            apis = [await api.signed_in(world, each, Portal.OFFICE) for each in three]
            ended = [encode_id("StaffMember", each) for each in (three[1], three[2], three[0])]
            await at_once(
                *(partial(mine.act, "endStaff", staffMemberId=each) for mine, each in zip(apis, ended, strict=True))
            )
            found = {row.id: row.ended_at for row in await world.rows(models.Person)}
            # In whatever order, the second is not let do it by whom the first has ended.
            assert sum(found[each] is None for each in three) in {1, 2}
