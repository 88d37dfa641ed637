"""R7.9: why is there no makeup token? Every absence has its answer, also where nothing was ever written."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from attendance.rules.vocabulary import EnrollmentType, MakeupTokenOrigin, OfferingKind, Permission, Portal
from db import models
from db.engine import Database
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import LONG_AGO, MONDAY, World
from tests.support.token_sheet import ABSENT, AFTER_CLASS_AT, DURING_CLASS, EXCUSED, PRESENT, TokenSheet, new_sheet
from workers.context import WorkerContext
from workers.jobs.sweep_token_runs import sweep

WEEK = timedelta(weeks=1)
ASK = """query($id: ID!, $first: Int, $after: String) { student(id: $id) {
  makeupTokenDecisions(first: $first, after: $after) {
    nodes { status outcome cause message dueAt token { id state origin } facts { name value }
      occurrence { id date } entries { act cause } }
    pageInfo { hasNextPage endCursor }
  }
} }"""
SUBMIT = mutation("submitAttendance")


@dataclass
class Desk:
    """Ann in a class, and an owner who marks her and asks; DURING_CLASS of MONDAY."""

    api: Api
    sheet: TokenSheet
    ann: UUID

    @property
    def world(self) -> World:
        return self.sheet.world

    async def mark(self, status: str | None, held_on: date = MONDAY) -> None:
        done = await self.api.submit(self.sheet.lesson, {self.ann: status}, held_on)
        assert done["__typename"] == "SubmitAttendanceSuccess"

    async def ask(self, api: Api | None = None, **more: Any) -> dict[str, Any]:
        found = await (api or self.api).ask(ASK, id=encode_id("Student", self.ann), **more)
        answer: dict[str, Any] = found["student"]["makeupTokenDecisions"]
        return answer

    async def only(self) -> dict[str, Any]:
        (decision,) = (await self.ask())["nodes"]
        assert decision["occurrence"]["date"] == str(MONDAY)
        found: dict[str, Any] = decision
        return found

    async def told(self) -> tuple[str | None, str, str | None]:
        """Status, outcome and cause of the only one."""
        decision = await self.only()
        return decision["status"], decision["outcome"], decision["cause"]


async def new_desk(world: World, database: Database, api: Api, **more: Any) -> Desk:
    api.clock.now = DURING_CLASS
    sheet = await new_sheet(world, database, **more)
    owner = await api.as_staff(world, Permission.OWNER)
    return Desk(owner, sheet, await sheet.add_student(starts_on=MONDAY - 9 * WEEK))


@pytest.fixture
async def desk(world: World, database: Database, api: Api) -> Desk:
    return await new_desk(world, database, api)


async def test_R7_9_an_absence_that_earned_a_token(desk: Desk) -> None:
    await desk.mark("ABSENT")
    decision = await desk.only()
    assert (decision["outcome"], decision["cause"], decision["message"]) == (
        "ISSUED",
        None,
        "A makeup token was issued.",
    )
    assert (decision["token"]["state"], decision["token"]["origin"]) == ("AVAILABLE", "ABSENCE")
    assert decision["entries"] == [{"act": "ISSUED", "cause": None}]
    assert (decision["dueAt"], decision["facts"]) == (None, [])


async def test_R7_9_a_present_student_has_nothing_decided(desk: Desk) -> None:
    await desk.mark("PRESENT")
    assert (await desk.ask())["nodes"] == []


@pytest.mark.emptied_database
async def test_R7_9_an_absence_that_waits_for_its_run_and_then_is_issued(desk: Desk) -> None:
    await desk.sheet.world.change_settings(office_check_in_mode=True)
    await desk.mark("ABSENT")
    decision = await desk.only()
    assert (decision["outcome"], decision["dueAt"], decision["token"]) == ("WAITING", "2026-11-17T00:15:00Z", None)
    assert decision["message"] == "A makeup token will be issued by a run that is due at 2026-11-17 00:15 UTC."
    # What the run will decide is told as what it would decide now.
    await desk.sheet.world.change_settings(token_trigger="EXCUSED_ONLY")
    decision = await desk.only()
    assert (decision["outcome"], decision["cause"]) == ("SKIPPED", "NOT_EXCUSED")
    assert decision["dueAt"] == "2026-11-17T00:15:00Z"
    await desk.sheet.world.change_settings(token_trigger="ALL_ABSENCES")
    await sweep(WorkerContext(desk.sheet.database, desk.sheet.announcer, lambda: AFTER_CLASS_AT))
    decision = await desk.only()
    assert (decision["outcome"], decision["token"]["state"]) == ("ISSUED", "AVAILABLE")
    # The run at the end of the day looks at it again.
    assert decision["dueAt"] == "2026-11-17T05:59:00Z"


@pytest.mark.parametrize(
    ("settings", "status", "cause", "message"),
    [
        (
            {"token_trigger": "EXCUSED_ONLY"},
            "ABSENT",
            "NOT_EXCUSED",
            "There is no makeup token: only excused absences earn makeup tokens.",
        ),
        (
            {"tokens_enabled": False},
            "EXCUSED_ABSENCE",
            "TOKENS_OFF",
            "There is no makeup token: makeup tokens are switched off.",
        ),
        (
            {"earning_types": ["TRIAL"]},
            "ABSENT",
            "TYPE_DOES_NOT_EARN",
            "There is no makeup token: enrollments of this type earn no makeup tokens.",
        ),
    ],
)
async def test_R7_9_a_skip_stands_as_it_was_decided_whatever_the_settings_are_now(
    desk: Desk, settings: dict[str, Any], status: str, cause: str, message: str
) -> None:
    await desk.sheet.world.change_settings(**settings)
    await desk.mark(status)
    decision = await desk.only()
    assert (decision["outcome"], decision["cause"], decision["message"]) == ("SKIPPED", cause, message)
    assert (decision["token"], decision["entries"]) == (None, [{"act": "SKIPPED", "cause": cause}])
    await desk.sheet.world.change_settings(token_trigger="ALL_ABSENCES", tokens_enabled=True, earning_types=["ACTIVE"])
    assert (await desk.told())[1:] == ("SKIPPED", cause)


async def test_R7_9_over_the_limit_tells_the_count_and_the_limit_of_then(desk: Desk) -> None:
    await desk.sheet.world.change_settings(token_limit=1, token_limit_period="YEAR")
    await desk.mark("ABSENT", MONDAY - WEEK)
    await desk.mark("ABSENT")
    await desk.sheet.world.change_settings(token_limit=5)
    latest, earlier = (await desk.ask())["nodes"]
    assert (latest["outcome"], latest["cause"]) == ("SKIPPED", "OVER_LIMIT")
    assert latest["message"] == "There is no makeup token: the limit is reached (1 of 1)."
    assert latest["facts"] == [{"name": "counted", "value": "1"}, {"name": "limit", "value": "1"}]
    assert (earlier["outcome"], earlier["occurrence"]["date"]) == ("ISSUED", str(MONDAY - WEEK))


@pytest.mark.parametrize("kind", [OfferingKind.CAMP, OfferingKind.APPOINTMENT])
async def test_R7_1_a_camp_or_appointment_missed_tells_that_it_is_no_class(
    world: World, database: Database, api: Api, kind: OfferingKind
) -> None:
    desk = await new_desk(world, database, api, kind=kind)
    await desk.mark("ABSENT")
    decision = await desk.only()
    assert (decision["outcome"], decision["cause"], decision["entries"]) == ("SKIPPED", "NOT_A_CLASS", [])


async def test_R7_9_marks_for_which_nothing_was_ever_written_have_an_answer(desk: Desk) -> None:
    # As an import leaves them: no ledger, no run.
    await desk.sheet.set_mark(desk.ann, ABSENT)
    assert await desk.told() == ("ABSENT", "UNDECIDED", None)
    await desk.sheet.world.change_settings(token_trigger="EXCUSED_ONLY")
    assert await desk.told() == ("ABSENT", "SKIPPED", "NOT_EXCUSED")
    await desk.sheet.set_mark(desk.ann, EXCUSED)
    assert await desk.told() == ("EXCUSED_ABSENCE", "UNDECIDED", None)
    await desk.sheet.cancel()
    assert await desk.told() == ("EXCUSED_ABSENCE", "SKIPPED", "OCCURRENCE_CANCELLED")


async def test_R7_9_the_limit_speaks_of_such_marks_too(desk: Desk) -> None:
    slot = desk.sheet.lesson.timeslot_id
    await desk.sheet.set_mark(desk.ann, ABSENT)
    await desk.world.occurrence(slot, MONDAY - WEEK)
    await desk.world.makeup_token(desk.ann, origin=MakeupTokenOrigin.ABSENCE, timeslot_id=slot, held_on=MONDAY - WEEK)
    await desk.sheet.world.change_settings(token_limit=1)
    latest, earlier = (await desk.ask())["nodes"]
    assert (latest["cause"], latest["message"]) == (
        "OVER_LIMIT",
        "There is no makeup token: the limit is reached (1 of 1).",
    )
    # A token for which no mark is left is told of too.
    assert (earlier["status"], earlier["outcome"]) == (None, "ISSUED")


async def test_R7_9_a_corrected_mark_leaves_the_token_that_was_taken_back(desk: Desk) -> None:
    await desk.mark("ABSENT")
    await desk.mark("PRESENT")
    decision = await desk.only()
    assert (decision["status"], decision["outcome"], decision["cause"]) == ("PRESENT", "REVOKED", "NOT_ABSENT")
    assert decision["token"]["state"] == "REVOKED"
    assert decision["message"] == "The makeup token was revoked: the student was not absent."
    await desk.mark(None)
    assert (await desk.told())[:2] == (None, "REVOKED")
    # Absent again, in check-in mode: the run will give it back.
    await desk.sheet.world.change_settings(office_check_in_mode=True)
    await desk.mark("ABSENT")
    decision = await desk.only()
    assert (decision["outcome"], decision["token"]["state"]) == ("WAITING", "REVOKED")


async def test_R7_9_a_token_that_staff_deleted_stays_deleted(desk: Desk) -> None:
    await desk.mark("ABSENT")
    (token,) = await desk.sheet.tokens()
    await desk.sheet.world.change(models.MakeupToken, token.id, deleted_at=LONG_AGO)
    decision = await desk.only()
    assert (decision["outcome"], decision["cause"]) == ("DELETED", "DELETED_BY_HAND")
    assert decision["token"]["id"] == encode_id("MakeupToken", token.id)


async def test_R9_2_a_cancelled_class_shows_the_token_that_took_the_place(desk: Desk) -> None:
    await desk.mark("ABSENT")
    (token,) = await desk.sheet.tokens()
    await desk.sheet.world.change(models.MakeupToken, token.id, revoked_at=LONG_AGO)
    await desk.world.makeup_token(
        desk.ann,
        origin=MakeupTokenOrigin.CANCELLATION,
        timeslot_id=desk.sheet.lesson.timeslot_id,
        held_on=MONDAY,
    )
    decision = await desk.only()
    assert (decision["outcome"], decision["token"]["origin"]) == ("ISSUED", "CANCELLATION")


async def test_R7_9_absences_of_all_offerings_come_newest_first_in_pages(desk: Desk) -> None:
    for week in range(5):
        await desk.mark("ABSENT" if week != 2 else "PRESENT", MONDAY - week * WEEK)
    camp = await desk.world.offering(kind=OfferingKind.CAMP)
    slot = await desk.world.timeslot(camp, weekday=None, starts_on=MONDAY - WEEK, ends_on=MONDAY)
    await desk.world.mark(desk.ann, slot, held_on=MONDAY - timedelta(days=3), status=EXCUSED)
    await desk.world.mark(desk.ann, slot, held_on=MONDAY, status=PRESENT)
    whole = [each["occurrence"]["date"] for each in (await desk.ask())["nodes"]]
    assert whole == [str(MONDAY - days * timedelta(days=1)) for days in (0, 3, 7, 21, 28)]
    paged: list[str] = []
    page: dict[str, Any] = {"pageInfo": {"hasNextPage": True, "endCursor": None}}
    while page["pageInfo"]["hasNextPage"]:
        page = await desk.ask(first=2, after=page["pageInfo"]["endCursor"])
        paged += [each["occurrence"]["date"] for each in page["nodes"]]
    assert paged == whole


async def test_R7_9_R11_2_guardians_are_told_why_but_not_who_did_it(desk: Desk) -> None:
    await desk.mark("ABSENT")
    (ann,) = await desk.world.rows(models.Student, id=desk.ann)
    gail = await desk.api.signed_in(desk.world, await desk.world.guardian(ann.family_id), Portal.CUSTOMER)
    (told,) = (await desk.ask(gail))["nodes"]
    (known,) = (await desk.ask())["nodes"]
    assert len(known["entries"]) == 1
    assert told == {**known, "entries": []}
    # They see no token that is taken from them, but are told why there is none.
    await desk.sheet.world.change(models.MakeupToken, (await desk.sheet.tokens())[0].id, deleted_at=LONG_AGO)
    (told,) = (await desk.ask(gail))["nodes"]
    assert (told["outcome"], told["cause"], told["token"]) == ("DELETED", "DELETED_BY_HAND", None)
    other = await desk.world.guardian(await desk.world.family())
    stranger = await desk.api.signed_in(desk.world, other, Portal.CUSTOMER)
    assert await stranger.ask(ASK, id=encode_id("Student", desk.ann)) == {"student": None}


async def test_R11_3_staff_without_see_all_learn_of_what_they_teach_alone(desk: Desk) -> None:
    await desk.mark("ABSENT")
    other = await desk.world.weekly_class(name="Gym")
    await desk.world.mark(desk.ann, other.timeslot_id, status=ABSENT)
    assert len((await desk.ask())["nodes"]) == 2
    tom = await desk.world.staff(Permission.OFFICE_ATTENDANCE_VIEW, teaches=[desk.sheet.lesson.offering_id])
    (seen,) = (await desk.ask(await desk.api.as_staff(desk.world, person_id=tom)))["nodes"]
    assert seen["outcome"] == "ISSUED"


async def test_R7_9_as_many_statements_for_many_students_and_absences_as_for_one(desk: Desk) -> None:
    await desk.sheet.world.change_settings(token_limit=3)
    query = """query($first: Int) { students { nodes { makeupTokenDecisions(first: $first) {
      nodes { outcome token { state } entries { act } } } } } }"""
    counts = []
    for students in (1, 6):
        for _ in range(students - 1):
            student = await desk.sheet.add_student(type=EnrollmentType.ACTIVE)
            for week in range(5):
                await desk.world.mark(
                    student, desk.sheet.lesson.timeslot_id, held_on=MONDAY - week * WEEK, status=ABSENT
                )
        if students == 1:
            await desk.mark("ABSENT")
        desk.api.statements.clear()
        found = (await desk.api.ask(query, first=students))["students"]["nodes"]
        assert sum(len(each["makeupTokenDecisions"]["nodes"]) for each in found) == (1 if students == 1 else 26)
        counts.append(len(desk.api.statements))
    assert counts[0] == counts[1], desk.api.statements
