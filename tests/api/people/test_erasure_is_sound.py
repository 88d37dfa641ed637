"""R16.5, R16.1: the audit finds nothing wrong in an organization whose families were erased."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.actions.people.erase_family import erase_family, preview_erasure
from db import models
from db.engine import Database
from db.marks.changes import SYSTEM
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from tests.audit.sound_school import NOW, sound_school
from tests.support.audit import assert_sound


@pytest.mark.parametrize("name", ["ann", "ben"])
async def test_R16_5_the_audit_is_content_with_an_erasure(
    name: str, owner: AsyncConnection, database: Database
) -> None:
    school = await sound_school(owner)
    world, student_id = school.world, getattr(school, name)
    (student,) = await world.rows(models.Student, id=student_id)
    given: Any = (world.organization_id, student.family_id, None)
    async with unit_of_work(database, world.organization_id, Announcer()) as uow:
        found, _ = await preview_erasure(uow.connection, *given, now=NOW)
        await erase_family(uow, student.family_id, None, found.seen, author=SYSTEM, now=NOW)
    assert (await world.rows(models.Student, id=student_id))[0].first_name == "Erased"
    await assert_sound(world, now=NOW)
