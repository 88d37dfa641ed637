"""R16.5: a family is erased while somebody writes about it: nothing that was written is left."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any, TypeAlias
from unittest.mock import patch

import pytest
from sqlalchemy import text

from attendance.actions.reports.write_report_part import write_report_part
from attendance.rules.vocabulary import AttendanceStatus, Permission
from attendance.tasks import write_report
from db import models
from db.engine import Database
from db.wake_ups import Announcer
from gql.fields.global_ids import encode_id
from tests.api.people.household import dump
from tests.support.api import Api, serving
from tests.support.at_once import at_once
from tests.support.documents import mutation
from tests.support.factories import MONDAY, Lesson, World
from tests.support.sizes import SIZES
from workers.context import WorkerContext
from workers.jobs.work_on_tasks import work_off

ERASE = mutation("eraseFamily")
SECRET = "SecretOfAnn"
Write: TypeAlias = Callable[[World, Lesson, str, str], tuple[str, dict[str, Any]]]

WRITES: dict[str, Write] = {
    "updateStudent": lambda _world, _lesson, ann, _token: ("updateStudent", {"studentId": ann, "medicalAlert": SECRET}),
    "addStudentNote": lambda _world, _lesson, ann, _token: ("addStudentNote", {"studentId": ann, "body": SECRET}),
    "submitAttendance": lambda _world, lesson, ann, _token: (
        "submitAttendance",
        {
            "occurrenceId": lesson.sheet_id(),
            "marks": [{"studentId": ann, "status": "PRESENT", "note": SECRET}],
        },
    ),
    "recordExpectedAbsence": lambda _world, _lesson, ann, _token: (
        "recordExpectedAbsence",
        {"studentId": ann, "startsOn": "2026-11-23", "comment": SECRET},
    ),
    "editMakeupToken": lambda _world, _lesson, _ann, token: ("editMakeupToken", {"tokenId": token, "comment": SECRET}),
    "createMakeupTokens": lambda _world, _lesson, ann, _token: (
        "createMakeupTokens",
        {"studentId": ann, "tokens": [{"comment": SECRET, "sendEmail": True}]},
    ),
}


@pytest.fixture
async def api(crowded: Database) -> AsyncIterator[Api]:
    async with serving(crowded) as api:
        yield api


@pytest.mark.parametrize("name", WRITES)
async def test_R16_5_an_erasure_and_a_text_at_once(name: str, world: World, api: Api) -> None:
    owner = await api.as_staff(world, Permission.OWNER)
    for _ in range(SIZES.long_race_rounds):
        lesson, family = await world.weekly_class(), await world.family(email="home@example.com")
        ann = await world.student(family_id=family)
        await world.enroll(ann, lesson.offering_id)
        token = await world.makeup_token(ann)
        field, given = WRITES[name](world, lesson, encode_id("Student", ann), encode_id("MakeupToken", token))
        preview = "query($id: ID!) { eraseFamilyPreview(familyId: $id) { seen } }"
        id_ = encode_id("Family", family)
        seen = (await owner.ask(preview, id=id_))["eraseFamilyPreview"]["seen"]
        erase = partial(owner.send, ERASE, input={"familyId": id_, "seen": seen})
        erased, written = await at_once(erase, partial(owner.send, mutation(field), input=given))
        if "errors" in erased:
            # The two were in each other's way, and PostgreSQL has ended the erasure: it is sent again (R16.3).
            assert erased["errors"][0]["extensions"]["code"] == "UNAVAILABLE", erased
            erased = await erase()
        assert erased["data"]["eraseFamily"]["__typename"] == "EraseFamilySuccess", erased
        codes = {error["extensions"]["code"] for error in written.get("errors", ())}
        assert codes <= {"NOT_FOUND", "UNAVAILABLE"}, written
        assert SECRET not in await dump(world.owner, world.organization_id)


async def test_R16_5_two_erasures_at_once(world: World, api: Api) -> None:
    owner = await api.as_staff(world, Permission.OWNER)
    for _ in range(SIZES.long_race_rounds):
        ann = await world.student()
        (student,) = await world.rows(models.Student, id=ann)
        id_ = encode_id("Family", student.family_id)
        preview = "query($id: ID!) { eraseFamilyPreview(familyId: $id) { seen } }"
        seen = (await owner.ask(preview, id=id_))["eraseFamilyPreview"]["seen"]
        both = await at_once(*[partial(owner.send, ERASE, input={"familyId": id_, "seen": seen})] * 2)
        kinds = sorted("refused" if "errors" in each else each["data"]["eraseFamily"]["__typename"] for each in both)
        assert kinds == ["EraseFamilySuccess", "refused"], both


async def test_R16_5_an_erasure_waits_for_a_report_that_is_being_written(
    world: World, api: Api, crowded: Database
) -> None:
    """Otherwise a report that has read the names would be kept after them. The next report reads what is left."""
    owner = await api.as_staff(world, Permission.OWNER)
    ann = await world.student(first_name=SECRET)
    (student,) = await world.rows(models.Student, id=ann)
    lesson = await world.weekly_class()
    await world.mark(ann, lesson.timeslot_id, status=AttendanceStatus.ABSENT)
    id_ = encode_id("Family", student.family_id)
    preview = "query($id: ID!) { eraseFamilyPreview(familyId: $id) { seen } }"
    seen = (await owner.ask(preview, id=id_))["eraseFamilyPreview"]["seen"]
    file = {"file": "ABSENCES", "filter": {"from": str(MONDAY), "to": str(MONDAY)}}
    assert "errors" not in await owner.send(mutation("writeReport"), input=file)
    written, go_on = asyncio.Event(), asyncio.Event()

    async def write(*given: Any, **more: Any) -> str:
        text = await write_report_part(*given, **more)
        assert SECRET in text
        written.set()
        await go_on.wait()
        return text

    with patch.object(write_report, "write_report_part", write):
        working = asyncio.create_task(work_off(WorkerContext(crowded, Announcer(), lambda: api.clock.now)))
        await written.wait()
        erasing = asyncio.create_task(owner.act("eraseFamily", familyId=id_, seen=seen))
        done, _ = await asyncio.wait([erasing], timeout=0.5)
        assert not done
        go_on.set()
        await working
        assert (await erasing)["__typename"] == "EraseFamilySuccess"
    assert SECRET not in await dump(world.owner, world.organization_id)


async def test_R16_5_no_erasure_during_an_import(world: World, api: Api, crowded: Database) -> None:
    owner = await api.as_staff(world, Permission.OWNER)
    (student,) = await world.rows(models.Student, id=await world.student())
    id_ = encode_id("Family", student.family_id)
    preview = "query($id: ID!) { eraseFamilyPreview(familyId: $id) { seen } }"
    seen = (await owner.ask(preview, id=id_))["eraseFamilyPreview"]["seen"]
    key = int.from_bytes(world.organization_id.bytes[-4:], "big", signed=True)
    async with crowded.engine.begin() as importing:
        await importing.execute(text("SELECT pg_advisory_xact_lock(7065513, :key)"), {"key": key})
        refused = await owner.act("eraseFamily", familyId=id_, seen=seen)
        assert refused["__typename"] == "ImportIsRunning"
    assert (await owner.act("eraseFamily", familyId=id_, seen=seen))["__typename"] == "EraseFamilySuccess"
