"""R13.1: a family leaves while somebody changes its places: one comes after the other, and the rows stay sound."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from attendance.rules.vocabulary import Permission
from db import models
from db.engine import Database
from gql.fields.global_ids import encode_id
from tests.support.api import Api, serving
from tests.support.at_once import at_once
from tests.support.audit import assert_sound
from tests.support.documents import mutation
from tests.support.factories import MONDAY, World
from tests.support.sizes import SIZES

END = mutation("endFamily")
NEXT = MONDAY + timedelta(days=7)
NAMES = ("dropEnrollment", "transferEnrollment", "enrollStudent", "redeemMakeupToken", "endStudent")


@pytest.fixture
async def api(crowded: Database) -> AsyncIterator[Api]:
    async with serving(crowded) as api:
        yield api


async def _asked(name: str, world: World, owner: Api) -> tuple[str, dict[str, Any]]:
    """The family, and the input of an act about its student, who has a place in one of two classes, and a token."""
    swim, dive = await world.weekly_class(capacity=4), await world.weekly_class(name="Dive", capacity=4)
    family = await world.family()
    ann = await world.student(family_id=family)
    place = encode_id("Enrollment", await world.enroll(ann, swim.offering_id))
    student, target = encode_id("Student", ann), encode_id("Offering", dive.offering_id)
    made = await owner.act("createMakeupTokens", "makeupTokens { id }", studentId=student, tokens=[{}])
    given: dict[str, dict[str, Any]] = {
        "dropEnrollment": {"enrollmentId": place, "dropOn": str(NEXT)},
        "transferEnrollment": {"enrollmentId": place, "offeringId": target, "startsOn": str(NEXT)},
        "enrollStudent": {"studentId": student, "offeringId": target, "type": "ACTIVE", "startsOn": str(NEXT)},
        "redeemMakeupToken": {"tokenId": made["makeupTokens"][0]["id"], "occurrenceId": dive.sheet_id(NEXT)},
        "endStudent": {"studentId": student, "from": str(MONDAY + timedelta(days=1))},
    }
    return encode_id("Family", family), given[name]


@pytest.mark.parametrize("name", NAMES)
async def test_R13_1_a_family_ends_while_its_places_change(name: str, world: World, api: Api) -> None:
    owner = await api.as_staff(world, Permission.OWNER)
    await world.change_settings(expire_after_last_drop_days=3)
    for _ in range(SIZES.long_race_rounds // 2):
        family, given = await _asked(name, world, owner)
        ended, changed = await at_once(
            partial(owner.send, END, input={"familyId": family, "from": str(MONDAY + timedelta(days=1))}),
            partial(owner.send, mutation(name), input=given),
        )
        assert ended.get("data", {}).get("endFamily", {}).get("__typename") == "EndFamilySuccess", ended
        assert "errors" not in changed, changed
    # The place that everybody began with is over in each round; what was given meanwhile may have come after.
    swims = {row.id for row in await world.rows(models.Offering) if row.name != "Dive"}
    places = [row for row in await world.rows(models.Enrollment) if row.offering_id in swims]
    assert places
    assert {row.drop_on for row in places} == {MONDAY}
    await assert_sound(world, now=owner.clock.now)
