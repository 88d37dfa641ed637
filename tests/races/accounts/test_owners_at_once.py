"""R12.6: owners who end or strip each other at once, and one who is ended while ending another."""

from functools import partial
from typing import Any
from uuid import UUID

from attendance.rules.vocabulary import Permission, Portal
from db import models
from db.engine import Database
from gql.fields.global_ids import encode_id
from tests.support.api import Api, serving
from tests.support.at_once import at_once
from tests.support.documents import mutation
from tests.support.factories import World
from tests.support.sizes import SIZES


async def tried(api: Api, name: str, person: UUID, **more: Any) -> str:
    """The type of the answer, or the code of the error: who was ended just before has no sign-in any more."""
    given = {"staffMemberId": encode_id("StaffMember", person), **more}
    body = await api.send(mutation(name), input=given)
    if "errors" in body:
        return str(body["errors"][0]["extensions"]["code"])
    return str(body["data"][name]["__typename"])


async def active_owners(world: World) -> list[UUID]:
    found = await world.rows(models.Person)
    return [row.id for row in found if row.ended_at is None and "OWNER" in row.permissions]


async def test_R12_6_one_owner_is_left(crowded: Database, world: World) -> None:
    async with serving(crowded) as api:
        for number in range(SIZES.long_race_rounds):
            owners = [await world.staff(Permission.OWNER) for _ in range(2)]
            apis = [await api.signed_in(world, each, Portal.OFFICE) for each in owners]
            act = "endStaff" if number % 2 else "updateStaff"
            more: dict[str, Any] = {} if number % 2 else {"permissions": []}
            answers = await at_once(
                *(partial(tried, mine, act, other, **more) for mine, other in zip(apis, owners[::-1], strict=True))
            )
            assert sum(answer.endswith("Success") for answer in answers) == 1
            (left,) = await active_owners(world)
            await world.change(models.Person, left, permissions=[])


async def test_R12_6_who_has_just_been_ended_ends_nobody(crowded: Database, world: World) -> None:
    async with serving(crowded) as api:
        for _ in range(SIZES.long_race_rounds):
            three = [await world.staff(Permission.OWNER) for _ in range(3)]
            apis = [await api.signed_in(world, each, Portal.OFFICE) for each in three]
            # In a ring: whoever begins ends the next, who ends nobody; the third ends the first.
            answers = await at_once(
                *(
                    partial(tried, mine, "endStaff", other)
                    for mine, other in zip(apis, three[1:] + three[:1], strict=True)
                )
            )
            assert sum(answer.endswith("Success") for answer in answers) == 2
            (left,) = await active_owners(world)
            await world.change(models.Person, left, permissions=[])
