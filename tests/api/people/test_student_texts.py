"""addStudentNote, closeStudentNote and updateStudent through the API, with what they do to roll sheets."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from attendance.rules.vocabulary import Permission, Portal
from db import models
from db.ids import new_id
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import Lesson, World, new_world
from tests.support.fingerprint import fingerprint

NOTE = "id level body closedAt writtenBy { firstName }"
ADD = mutation("addStudentNote", f"note {{ {NOTE} }}")
CLOSE = mutation("closeStudentNote", f"note {{ {NOTE} }}")
UPDATE = mutation("updateStudent", "student { medicalAlert rollSheetComment }")
SHEET = """
  revision changes { kind entries { student { firstName } } } roster { indicators { kind detail } }
"""
FULL = (Permission.OFFICE_ATTENDANCE_FULL, Permission.OFFICE_SEE_ALL)


@dataclass
class Desk:
    """The owner, and Ann in a class on Mondays."""

    api: Api
    world: World
    lesson: Lesson
    ann: UUID

    @property
    def student(self) -> dict[str, str]:
        return {"studentId": encode_id("Student", self.ann)}

    async def add(self, body: str = "Likes the deep end.", *, api: Api | None = None, **more: Any) -> Any:
        given = self.student | {"body": body, **more}
        return (await (api or self.api).ask(ADD, input=given))["addStudentNote"]

    async def close(self, note_id: str, **more: Any) -> Any:
        return (await self.api.ask(CLOSE, input={"noteId": note_id, **more}))["closeStudentNote"]

    async def update(self, *, api: Api | None = None, **texts: Any) -> Any:
        return (await (api or self.api).ask(UPDATE, input=self.student | texts))["updateStudent"]

    async def sheet(self) -> Any:
        return await self.api.occurrence(self.lesson.sheet_id(), SHEET)

    async def indicators(self) -> dict[str, str | None]:
        (row,) = (await self.sheet())["roster"]
        return {each["kind"]: each["detail"] for each in row["indicators"]}


@pytest.fixture
async def desk(world: World, api: Api) -> Desk:
    lesson, ann = await world.weekly_class(), await world.student()
    await world.enroll(ann, lesson.offering_id)
    return Desk(await api.as_staff(world, Permission.OWNER), world, lesson, ann)


async def test_R3_4_notes_raise_their_indicator_until_the_last_is_closed(desk: Desk) -> None:
    first = (await desk.add("  Shy. "))["note"]
    assert first == {
        "id": first["id"],
        "level": "NORMAL",
        "body": "Shy.",
        "closedAt": None,
        "writtenBy": {"firstName": "Sam"},
    }
    assert await desk.indicators() == {"NOTES": "1 open note"}
    second = (await desk.add("Peanuts!", level="CRITICAL"))["note"]
    assert await desk.indicators() == {"NOTES": "2 open notes, critical"}
    closed = (await desk.close(second["id"]))["note"]
    assert closed == second | {"closedAt": closed["closedAt"]}
    assert closed["closedAt"] is not None
    assert await desk.indicators() == {"NOTES": "1 open note"}
    await desk.close(first["id"])
    assert await desk.indicators() == {}
    sheet = await desk.sheet()
    assert sheet["revision"] == 4
    assert sheet["changes"] == [{"kind": "ROSTER", "entries": [{"student": {"firstName": "Ann"}}]}] * 4


async def test_a_note_is_closed_once(desk: Desk) -> None:
    note = (await desk.add())["note"]
    first = await desk.close(note["id"])
    desk.api.clock.now = desk.api.clock.now.replace(minute=5)
    before = await fingerprint(desk.world)
    assert await desk.close(note["id"]) == first
    assert await fingerprint(desk.world) == before


async def test_R3_4_medical_text_and_comment_raise_theirs(desk: Desk) -> None:
    done = await desk.update(medicalAlert=" Asthma ", rollSheetComment="Left-handed")
    assert done["student"] == {"medicalAlert": "Asthma", "rollSheetComment": "Left-handed"}
    assert await desk.indicators() == {"MEDICAL_ALERT": "Asthma", "ROLL_SHEET_COMMENT": "Left-handed"}
    assert (await desk.update(rollSheetComment="  "))["student"] == {"medicalAlert": "Asthma", "rollSheetComment": None}
    assert (await desk.update())["student"]["medicalAlert"] == "Asthma"
    await desk.update(medicalAlert=None)
    assert await desk.indicators() == {}
    assert (await desk.sheet())["revision"] == 3


async def test_section_11_medical_texts_are_written_by_who_may_read_them(desk: Desk, api: Api) -> None:
    clerk = await api.as_staff(desk.world, *FULL)
    nurse = await api.as_staff(desk.world, *FULL, Permission.SEE_MEDICAL)
    before = await fingerprint(desk.world)
    refused = await desk.update(api=clerk, medicalAlert="None", rollSheetComment="Left-handed")
    sentence = "You may not see medical texts, so you cannot change them."
    assert refused == {"__typename": "PermissionDenied", "permission": "SEE_MEDICAL", "message": sentence}
    assert await fingerprint(desk.world) == before
    assert (await desk.update(api=nurse, medicalAlert="Asthma"))["student"]["medicalAlert"] == "Asthma"
    shown = await desk.update(api=clerk, rollSheetComment="Left-handed")
    assert shown["student"] == {"medicalAlert": None, "rollSheetComment": "Left-handed"}


async def test_section_11_writing_needs_attendance_full(desk: Desk, api: Api) -> None:
    viewer = await api.as_staff(desk.world, Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL)
    guardian = await api.signed_in(desk.world, await desk.world.guardian(await desk.world.family()), Portal.CUSTOMER)
    before = await fingerprint(desk.world)
    for refused in (await desk.add(api=viewer), await desk.update(api=viewer, rollSheetComment="x")):
        assert (refused["__typename"], refused["permission"]) == ("PermissionDenied", "OFFICE_ATTENDANCE_FULL")
    assert (await api.refused(ADD, input=desk.student | {"body": "x"}))[0] == "UNAUTHENTICATED"
    assert (await guardian.refused(UPDATE, input=desk.student))[0] == "FORBIDDEN"
    assert await fingerprint(desk.world) == before


async def test_R11_3_students_and_notes_not_to_be_seen_are_not_found(desk: Desk, api: Api) -> None:
    note = (await desk.add())["note"]["id"]
    stranger = await api.as_staff(await new_world(desk.world.owner, name="Other Gym"), Permission.OWNER)
    teacher = await api.as_staff(desk.world, Permission.STAFF_ATTENDANCE_FULL, portal=Portal.STAFF)
    before = await fingerprint(desk.world)
    for caller in (stranger, teacher):
        no_student = ("NOT_FOUND", "There is no such student.")
        assert await caller.refused(ADD, input=desk.student | {"body": "x"}) == no_student
        assert await caller.refused(UPDATE, input=desk.student | {"rollSheetComment": "x"}) == no_student
        for known in (note, encode_id("StudentNote", new_id())):
            assert await caller.refused(CLOSE, input={"noteId": known}) == ("NOT_FOUND", "There is no such note.")
    assert await fingerprint(desk.world) == before
    own = await api.as_staff(
        desk.world,
        portal=Portal.STAFF,
        person_id=await desk.world.staff(Permission.STAFF_ATTENDANCE_FULL, teaches=[desk.lesson.offering_id]),
    )
    assert (await desk.add(api=own))["__typename"] == "AddStudentNoteSuccess"


async def test_R4_11_a_retry_writes_one_note(desk: Desk) -> None:
    first = await desk.add(idempotencyKey="1")
    assert await desk.add(idempotencyKey="1") == first
    assert list(await desk.world.owner.scalars(select(models.StudentNote.closed_at))) == [None]


@pytest.mark.parametrize(
    ("query", "given", "words"),
    [
        (ADD, {"body": "  "}, "1 to 2000"),
        (ADD, {"body": "x" * 2001}, "1 to 2000"),
        (UPDATE, {"medicalAlert": "x" * 2001}, "1 to 2000"),
        (UPDATE, {"rollSheetComment": "x" * 501}, "1 to 500"),
    ],
)
async def test_bad_input_is_told(desk: Desk, query: str, given: dict[str, Any], words: str) -> None:
    code, message = await desk.api.refused(query, input=desk.student | given)
    assert code == "BAD_USER_INPUT"
    assert words in message
