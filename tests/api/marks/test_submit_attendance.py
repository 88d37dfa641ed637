"""submitAttendance through the API: what is saved, what is refused, and that a refusal changes nothing."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import AttendanceStatus, OfferingKind, Permission, Portal
from db.ids import new_id
from gql.fields.global_ids import encode_id, encode_occurrence_id
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import MONDAY, Lesson, World, new_world
from tests.support.fingerprint import fingerprint

SUBMIT = mutation(
    "submitAttendance",
    "occurrence { revision attendanceState tally { present tardy absent excusedAbsence unmarked } roster "
    "{ id } } changedEntries { student { firstName } mark { status note source isDefaulted revision "
    "markedBy { __typename } } } issuedTokens { id state student { id } } revokedTokens { id state }",
)


@dataclass
class Desk:
    """Somebody signed in before a roll sheet with Ann, Ben and Cas."""

    api: Api
    world: World
    lesson: Lesson
    students: dict[str, UUID]

    @property
    def occurrence_id(self) -> str:
        return self.lesson.sheet_id()

    def id_of(self, name: str) -> str:
        return encode_id("Student", self.students[name])

    def input(self, *marks: tuple[str, str | None], **more: Any) -> dict[str, Any]:
        named = [{"studentId": self.id_of(name), "status": status} for name, status in marks]
        return {"occurrenceId": self.occurrence_id, "marks": named, **more}

    async def submit(self, *marks: tuple[str, str | None], api: Api | None = None, **more: Any) -> dict[str, Any]:
        answer = await (api or self.api).ask(SUBMIT, input=self.input(*marks, **more))
        return answer["submitAttendance"]  # type: ignore[no-any-return]


@pytest.fixture
async def desk(world: World, api: Api) -> Desk:
    lesson = await world.weekly_class()
    students = {name: await world.student(first_name=name) for name in ("Ann", "Ben", "Cas")}
    for student in students.values():
        await world.enroll(student, lesson.offering_id)
    return Desk(await api.as_staff(world, Permission.OWNER), world, lesson, students)


async def test_R4_2_named_marks_and_the_rest_are_saved_together(desk: Desk) -> None:
    done = await desk.submit(("Ben", "TARDY"), markRest="PRESENT")
    assert done["occurrence"] == {
        "revision": 1,
        "attendanceState": "TAKEN",
        "tally": {"present": 2, "tardy": 1, "absent": 0, "excusedAbsence": 0, "unmarked": 0},
        "roster": done["occurrence"]["roster"],
    }
    by = {"__typename": "StaffMember"}
    mark = {"note": None, "source": "OFFICE", "isDefaulted": False, "revision": 1, "markedBy": by}
    assert done["changedEntries"] == [
        {"student": {"firstName": name}, "mark": {"status": status} | mark}
        for name, status in (("Ann", "PRESENT"), ("Ben", "TARDY"), ("Cas", "PRESENT"))
    ]


async def test_R4_1_notes_stay_unless_told_otherwise(desk: Desk) -> None:
    ann = desk.id_of("Ann")

    async def note_after(**given: Any) -> Any:
        done = await desk.submit(marks=[{"studentId": ann, **given}])
        return done["changedEntries"][0]["mark"]

    assert (await note_after(status="PRESENT", note="  new shoes "))["note"] == "new shoes"
    assert (await note_after(status="TARDY"))["note"] == "new shoes"
    assert (await note_after(status="TARDY", note=None))["note"] is None
    assert await note_after(status=None) is None
    assert (await note_after(status="PRESENT"))["note"] is None
    assert await note_after() is None, "leaving the status out is null"


async def test_R7_3_an_absence_earns_at_once_and_its_ground_taken_away_revokes_at_once(desk: Desk) -> None:
    done = await desk.submit(("Ann", "ABSENT"), ("Ben", "PRESENT"))
    (token,) = done["issuedTokens"]
    assert token == {"id": token["id"], "state": "AVAILABLE", "student": {"id": desk.id_of("Ann")}}
    undone = await desk.submit(("Ann", "LEFT_EARLY"))
    assert undone["revokedTokens"] == [{"id": token["id"], "state": "REVOKED"}]


async def test_R1_1_the_source_is_the_portal_of_the_credential(desk: Desk, api: Api) -> None:
    staff = await api.as_staff(desk.world, Permission.OWNER, portal=Portal.STAFF)
    done = await desk.submit(("Ann", "PRESENT"), api=staff)
    assert done["changedEntries"][0]["mark"]["source"] == "STAFF"


async def test_R4_10_a_conflict_tells_both_values_and_saves_nothing(desk: Desk, api: Api) -> None:
    colleague = await api.as_staff(desk.world, Permission.OWNER)
    await desk.submit(("Ann", "PRESENT"), ("Ben", "PRESENT"))
    await desk.submit(("Ann", "TARDY"), api=colleague)
    before = await fingerprint(desk.world)
    refused = await desk.submit(("Ann", "ABSENT"), ("Ben", "ABSENT"), seenRevision=1)
    assert (refused["__typename"], refused["seenRevision"], refused["currentRevision"]) == ("AttendanceConflict", 1, 2)
    assert refused["conflicts"] == [
        {
            "studentId": desk.id_of("Ann"),
            "wantedStatus": "ABSENT",
            "currentStatus": "TARDY",
            "currentNote": None,
            "changedAt": "2026-11-17T03:00:00Z",
            "revision": 2,
        }
    ]
    assert await fingerprint(desk.world) == before


async def test_R4_11_a_retry_gets_the_first_answer_and_does_nothing_twice(desk: Desk) -> None:
    first = await desk.submit(("Ann", "ABSENT"), idempotencyKey="tap 1")
    before = await fingerprint(desk.world)
    again = await desk.submit(("Ann", "ABSENT"), idempotencyKey="tap 1")
    assert again == first
    assert await fingerprint(desk.world) == before
    code, message = await desk.api.refused(SUBMIT, input=desk.input(("Ann", "PRESENT"), idempotencyKey="tap 1"))
    assert (code, message.startswith("This idempotencyKey was used")) == ("BAD_USER_INPUT", True)
    assert await fingerprint(desk.world) == before


async def test_R4_11_keys_are_the_callers_own_and_a_refusal_burns_none(desk: Desk, api: Api) -> None:
    colleague = await api.as_staff(desk.world, Permission.OWNER)
    await desk.submit(("Ann", "PRESENT"), idempotencyKey="1")
    other = await desk.submit(("Ben", "PRESENT"), idempotencyKey="1", api=colleague)
    assert other["changedEntries"][0]["student"] == {"firstName": "Ben"}
    refused = await desk.submit(("Ann", "ABSENT"), ("Ben", "ABSENT"), seenRevision=0, idempotencyKey="2")
    assert refused["__typename"] == "AttendanceConflict"
    kept = await desk.submit(("Ann", "ABSENT"), ("Ben", "ABSENT"), seenRevision=2, idempotencyKey="2")
    assert kept["__typename"] == "SubmitAttendanceSuccess"


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (OfferingKind.CLASS, "Class is not scheduled to meet on this date."),
        (OfferingKind.CAMP, "Camp is not scheduled to meet on this date."),
        (OfferingKind.APPOINTMENT, "Appointment is not scheduled to meet on this date."),
    ],
)
async def test_R2_3_R4_12_out_of_range_is_refused_in_the_articles_words(
    desk: Desk, kind: OfferingKind, sentence: str
) -> None:
    offering = await desk.world.offering(kind=kind, ends_on=MONDAY.replace(day=1))
    desk.lesson = Lesson(offering, await desk.world.timeslot(offering))
    before = await fingerprint(desk.world)
    refused = await desk.submit()
    assert refused == {"__typename": "AttendanceNotRecordable", "reason": "NOT_SCHEDULED", "message": sentence}
    assert await fingerprint(desk.world) == before


async def test_R4_12_who_is_not_on_the_roster_is_named(desk: Desk) -> None:
    desk.students["Zoe"] = await desk.world.student(first_name="Zoe")
    before = await fingerprint(desk.world)
    refused = await desk.submit(("Ann", "PRESENT"), ("Zoe", "PRESENT"))
    assert (refused["__typename"], refused["studentIds"]) == ("StudentNotOnRoster", [desk.id_of("Zoe")])
    assert await fingerprint(desk.world) == before


@pytest.mark.parametrize(
    ("portal", "held", "missing"),
    [
        (Portal.OFFICE, [Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL], "OFFICE_ATTENDANCE_FULL"),
        (Portal.STAFF, [Permission.STAFF_ATTENDANCE_VIEW, Permission.STAFF_SEE_ALL], "STAFF_ATTENDANCE_FULL"),
        (Portal.STAFF, [Permission.STAFF_ATTENDANCE_FULL, Permission.STAFF_SEE_ALL], "EXCUSE_ABSENCES"),
    ],
)
async def test_R4_12_a_missing_permission_is_named(
    desk: Desk, api: Api, portal: Portal, held: list[Permission], missing: str
) -> None:
    staff = await api.as_staff(desk.world, *held, portal=portal)
    before = await fingerprint(desk.world)
    refused = await desk.submit(("Ann", "EXCUSED_ABSENCE"), api=staff)
    assert (refused["__typename"], refused["permission"]) == ("PermissionDenied", missing)
    assert await fingerprint(desk.world) == before


async def test_R4_12_R11_3_what_the_caller_may_not_see_is_not_found(desk: Desk, api: Api) -> None:
    teacher = await api.as_staff(desk.world, Permission.STAFF_ATTENDANCE_FULL, portal=Portal.STAFF)
    stranger = await api.as_staff(await new_world(desk.world.owner, name="Other Gym"), Permission.OWNER)
    before = await fingerprint(desk.world)
    for caller in (teacher, stranger):
        assert (await caller.refused(SUBMIT, input=desk.input(("Ann", "PRESENT"))))[0] == "NOT_FOUND"
    unknown = encode_occurrence_id(OccurrenceKey(new_id(), MONDAY))
    wrong_day = desk.lesson.sheet_id(MONDAY.replace(day=17))
    for occurrence in (unknown, wrong_day):
        answer = await desk.api.refused(SUBMIT, input=desk.input(occurrenceId=occurrence))
        assert answer == ("NOT_FOUND", "There is no such occurrence.")
    assert await fingerprint(desk.world) == before


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"occurrenceId": "nonsense"}, "input.occurrenceId"),
        ({"occurrenceId": encode_id("Student", UUID(int=1))}, "It must be the id of an Occurrence"),
        ({"marks": [{"studentId": "x", "status": "PRESENT"}]}, "input.marks.0.studentId"),
        ({"marks": [{"studentId": encode_id("Student", UUID(int=1)), "status": "HERE"}]}, "HERE"),
        ({"marks": [{"studentId": encode_id("Student", UUID(int=1)), "status": "ABSENT"}] * 2}, "already named"),
        ({"marks": [{"studentId": encode_id("Student", UUID(int=1)), "status": "ABSENT"}] * 501}, "at most 500"),
        ({"marks": [{"studentId": encode_id("Student", UUID(int=1)), "status": "ABSENT", "note": "n" * 1001}]}, "1000"),
        (
            {"marks": [{"studentId": encode_id("Student", UUID(int=1)), "status": None, "note": "n"}]},
            "cannot have a note",
        ),
        ({"marks": [{"studentId": encode_id("Student", UUID(int=1)), "status": "ABSENT", "note": "\x00"}]}, "U+0000"),
        ({"seenRevision": -1}, "negative"),
        ({"seenRevision": 5}, "seenRevision is 5"),
        ({"idempotencyKey": ""}, "1 to 200"),
        ({"idempotencyKey": "k" * 201}, "1 to 200"),
        ({"markRest": "NOBODY"}, "NOBODY"),
    ],
)
async def test_bad_input_is_told_and_changes_nothing(desk: Desk, given: dict[str, Any], words: str) -> None:
    before = await fingerprint(desk.world)
    code, message = await desk.api.refused(SUBMIT, input=desk.input(**given))
    assert code == "BAD_USER_INPUT"
    assert words in message
    assert await fingerprint(desk.world) == before


async def test_without_a_credential_or_from_the_wrong_portal_nothing_happens(desk: Desk, api: Api) -> None:
    family = await desk.world.family()
    guardian = await api.signed_in(desk.world, await desk.world.guardian(family), Portal.CUSTOMER)
    before = await fingerprint(desk.world)
    assert (await api.refused(SUBMIT, input=desk.input(("Ann", "PRESENT"))))[0] == "UNAUTHENTICATED"
    assert (await guardian.refused(SUBMIT, input=desk.input(("Ann", "PRESENT"))))[0] == "FORBIDDEN"
    assert await fingerprint(desk.world) == before


async def test_the_number_of_statements_does_not_depend_on_the_number_of_rows(desk: Desk) -> None:
    counts = []
    # The first act of somebody takes one statement more, since nobody has been remembered.
    for rows in (1, 1, 20):
        lesson = await desk.world.weekly_class()
        desk.students = {str(n): await desk.world.student(first_name=str(n)) for n in range(rows)}
        for student in desk.students.values():
            await desk.world.enroll(student, lesson.offering_id)
        desk.lesson = lesson
        desk.api.statements.clear()
        done = await desk.submit(markRest=AttendanceStatus.ABSENT)
        assert len(done["issuedTokens"]) == rows
        counts.append(len(desk.api.statements))
    assert counts[1] == counts[2], counts
