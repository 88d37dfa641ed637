"""The audit finds nothing wrong after a family was erased (R16.5)."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.vocabulary import Permission
from gql.fields.global_ids import encode_id
from tests.audit.sound_school import NOW, sound_school
from tests.support.api import Api
from tests.support.audit import assert_sound

PREVIEW = "query($id: ID!) { eraseFamilyPreview(familyId: $id) { seen } }"


@pytest.mark.parametrize("name", ["ann", "ben"])
async def test_R16_1_what_is_kept_of_an_erased_family_agrees_with_itself(
    owner: AsyncConnection, api: Api, name: str
) -> None:
    school = await sound_school(owner)
    world = school.world
    for sql in (
        "UPDATE mark SET note = 'Came late.' WHERE organization_id = :own AND revision = 2",
        "UPDATE changed_entry SET after_note = 'Came late.' WHERE organization_id = :own AND revision = 2",
    ):
        await owner.execute(text(sql), {"own": world.organization_id})
    family = await owner.scalar(text("SELECT family_id FROM student WHERE id = :id"), {"id": getattr(school, name)})
    api = await api.as_staff(world, Permission.OWNER)
    id = encode_id("Family", family)
    seen = (await api.ask(PREVIEW, id=id))["eraseFamilyPreview"]["seen"]

    answer = await api.act("eraseFamily", "studentCount", familyId=id, seen=seen)

    assert answer == {"__typename": "EraseFamilySuccess", "studentCount": 1}
    await assert_sound(world, now=NOW)
