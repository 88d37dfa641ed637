"""R7.3 from the mutation to the token, row by row, and R7.9: what the runs would do is visible before they fire."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from attendance.rules.vocabulary import EnrollmentType, OfferingKind, Permission, Portal
from db.engine import Database
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.factories import MONDAY, World, new_world
from tests.support.token_sheet import AFTER_CLASS_AT, DURING_CLASS, END_OF_DAY_AT, TokenSheet, new_sheet
from workers.context import WorkerContext
from workers.jobs.sweep_token_runs import sweep

pytestmark = pytest.mark.emptied_database

SUBMITTED = (
    "issuedTokens { student { id } } revokedTokens { student { id } } occurrence { tokenRuns { phase "
    "dueAt state ranAt wouldIssue wouldRevoke issued revoked } }"
)
RUNS = """query($id: ID!) { occurrence(id: $id) {
  tokenRuns { phase dueAt state ranAt wouldIssue wouldRevoke issued revoked }
} }"""
TOKENS = """query($id: ID!) { student(id: $id) { makeupTokens { nodes { state origin missedOccurrence { id } } } } }"""
LAST_WEEK = MONDAY - timedelta(weeks=1)


def armed(phase: str, due_at: datetime, *, would_issue: int) -> dict[str, Any]:
    return {
        "phase": phase,
        "dueAt": instant(due_at),
        "state": "ARMED",
        "ranAt": None,
        "wouldIssue": would_issue,
        "wouldRevoke": 0,
        "issued": 0,
        "revoked": 0,
    }


def done(phase: str, due_at: datetime, *, ran_at: datetime, issued: int) -> dict[str, Any]:
    return armed(phase, due_at, would_issue=0) | {"state": "DONE", "ranAt": instant(ran_at), "issued": issued}


def instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


@dataclass
class Desk:
    """A class of Ann, Ben and Cas, with someone signed in who may do anything."""

    api: Api
    sheet: TokenSheet
    students: list[UUID]

    async def submit(self, portal: Portal, *marks: tuple[UUID, str], held_on: date = MONDAY) -> dict[str, Any]:
        api = await self.api.as_staff(self.sheet.world, Permission.OWNER, portal=portal)
        found = await api.submit(self.sheet.lesson, dict(marks), held_on, shown=SUBMITTED)
        assert found["__typename"] == "SubmitAttendanceSuccess"
        return found

    def id_of(self, held_on: date = MONDAY) -> str:
        return self.sheet.lesson.sheet_id(held_on)

    async def runs(self, *permissions: Permission) -> list[dict[str, Any]]:
        api = await self.api.as_staff(self.sheet.world, *(permissions or [Permission.OWNER]))
        found: list[dict[str, Any]] = (await api.ask(RUNS, id=self.id_of()))["occurrence"]["tokenRuns"]
        return found

    async def work(self, at: datetime) -> None:
        self.api.clock.now = at
        await sweep(WorkerContext(self.sheet.database, self.sheet.announcer, lambda: at))


async def new_desk(world: World, database: Database, api: Api, **lesson: Any) -> Desk:
    sheet = await new_sheet(world, database, **lesson)
    api.clock.now = DURING_CLASS
    return Desk(api, sheet, [await sheet.add_student(starts_on=LAST_WEEK) for _ in range(3)])


@pytest.fixture
async def desk(world: World, database: Database, api: Api) -> Desk:
    return await new_desk(world, database, api)


@pytest.mark.parametrize(
    ("portal", "office_mode", "staff_mode", "held_on", "at_once"),
    [
        (Portal.STAFF, False, True, MONDAY, False),
        (Portal.STAFF, True, False, MONDAY, True),
        (Portal.STAFF, False, True, LAST_WEEK, True),
        (Portal.OFFICE, True, False, MONDAY, False),
        (Portal.OFFICE, True, False, LAST_WEEK, True),
        (Portal.OFFICE, False, True, MONDAY, True),
        (Portal.OFFICE, False, True, LAST_WEEK, True),
    ],
)
async def test_R7_3_table(
    desk: Desk, portal: Portal, office_mode: bool, staff_mode: bool, held_on: date, at_once: bool
) -> None:
    await desk.sheet.world.change_settings(office_check_in_mode=office_mode, staff_check_in_mode=staff_mode)
    ann, *_ = desk.students
    answer = await desk.submit(portal, (ann, "ABSENT"), held_on=held_on)
    if at_once:
        assert answer["issuedTokens"] == [{"student": {"id": encode_id("Student", ann)}}]
        assert answer["occurrence"]["tokenRuns"] == []
    else:
        assert answer["issuedTokens"] == []
        assert answer["occurrence"]["tokenRuns"] == [
            armed("AFTER_CLASS", AFTER_CLASS_AT, would_issue=1),
            armed("END_OF_DAY", END_OF_DAY_AT, would_issue=1),
        ]
        assert await desk.sheet.tokens() == []


async def test_R7_3_absences_by_default_follow_the_check_in_that_caused_them(desk: Desk) -> None:
    await desk.sheet.world.change_settings(office_check_in_mode=True)
    ann, ben, cas = desk.students
    checked_in = await desk.submit(Portal.OFFICE, (ann, "PRESENT"))
    assert checked_in["issuedTokens"] == []
    assert [run["wouldIssue"] for run in await desk.runs()] == [2, 2]
    # Cas comes late: nothing is issued for her by either run.
    await desk.submit(Portal.OFFICE, (cas, "TARDY"))
    assert [run["wouldIssue"] for run in await desk.runs()] == [1, 1]

    await desk.work(AFTER_CLASS_AT)
    assert await desk.runs() == [
        done("AFTER_CLASS", AFTER_CLASS_AT, ran_at=AFTER_CLASS_AT, issued=1),
        armed("END_OF_DAY", END_OF_DAY_AT, would_issue=0),
    ]
    office = await desk.api.as_staff(desk.sheet.world, Permission.OWNER)
    found = await office.ask(TOKENS, id=encode_id("Student", ben))
    assert found["student"]["makeupTokens"]["nodes"] == [
        {"state": "AVAILABLE", "origin": "ABSENCE", "missedOccurrence": {"id": desk.id_of()}}
    ]
    await desk.work(END_OF_DAY_AT)
    assert [run["state"] for run in await desk.runs()] == ["DONE", "DONE"]
    assert await desk.sheet.live_tokens() == [ben]


async def test_R7_3_a_token_of_a_run_is_revoked_at_once_by_a_late_arrival(desk: Desk) -> None:
    await desk.sheet.world.change_settings(office_check_in_mode=True)
    ann, ben, _ = desk.students
    await desk.submit(Portal.OFFICE, (ann, "PRESENT"))
    await desk.work(AFTER_CLASS_AT)
    answer = await desk.submit(Portal.OFFICE, (ben, "LEFT_EARLY"))
    assert answer["revokedTokens"] == [{"student": {"id": encode_id("Student", ben)}}]
    assert answer["occurrence"]["tokenRuns"][1] == armed("END_OF_DAY", END_OF_DAY_AT, would_issue=0)


async def test_R7_9_the_forecast_is_what_the_run_does(desk: Desk) -> None:
    await desk.sheet.world.change_settings(office_check_in_mode=True, token_limit=1)
    ann, ben, cas = desk.students
    dee = await desk.sheet.add_student(type=EnrollmentType.TRIAL)
    await desk.submit(Portal.OFFICE, (ann, "ABSENT"), held_on=LAST_WEEK)
    await desk.submit(Portal.OFFICE, (ann, "ABSENT"), (ben, "ABSENT"), (cas, "EXCUSED_ABSENCE"), (dee, "ABSENT"))
    # Ann has had this month's token, and a trial earns none.
    assert [run["wouldIssue"] for run in await desk.runs()] == [2, 2]
    await desk.sheet.world.change_settings(token_trigger="EXCUSED_ONLY")
    assert [run["wouldIssue"] for run in await desk.runs()] == [1, 1]
    await desk.work(AFTER_CLASS_AT)
    assert [run["issued"] for run in await desk.runs()] == [1, 0]
    await desk.sheet.world.change_settings(token_trigger="ALL_ABSENCES")
    assert [run["wouldIssue"] for run in await desk.runs()] == [0, 1]
    await desk.sheet.world.change_settings(earning_types=["TRIAL"])
    assert [(run["wouldIssue"], run["wouldRevoke"]) for run in await desk.runs()] == [(0, 0), (1, 1)]
    await desk.work(END_OF_DAY_AT)
    assert [(run["issued"], run["revoked"]) for run in await desk.runs()] == [(1, 0), (1, 1)]


@pytest.mark.parametrize("kind", [OfferingKind.CAMP, OfferingKind.APPOINTMENT])
async def test_R7_1_camps_and_appointments_arm_nothing_and_earn_nothing(
    world: World, database: Database, api: Api, kind: OfferingKind
) -> None:
    desk = await new_desk(world, database, api, kind=kind)
    for mode in (True, False):
        await desk.sheet.world.change_settings(office_check_in_mode=mode)
        answer = await desk.submit(Portal.OFFICE, (desk.students[mode], "ABSENT"))
        assert (answer["issuedTokens"], answer["occurrence"]["tokenRuns"]) == ([], [])
    assert await desk.sheet.tokens() == []


async def test_who_may_not_see_the_occurrence_sees_no_runs(desk: Desk, world: World) -> None:
    await desk.sheet.world.change_settings(office_check_in_mode=True)
    await desk.submit(Portal.OFFICE, (desk.students[0], "ABSENT"))
    seers = (Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL)
    assert len(await desk.runs(*seers)) == 2
    nobody = await desk.api.as_staff(world, Permission.OFFICE_ATTENDANCE_VIEW)
    assert await nobody.ask(RUNS, id=desk.id_of()) == {"occurrence": None}
    elsewhere = await desk.api.as_staff(await new_world(world.owner, name="Other"), Permission.OWNER)
    assert await elsewhere.ask(RUNS, id=desk.id_of()) == {"occurrence": None}
    assert (await desk.api.refused(RUNS, id=desk.id_of()))[0] == "UNAUTHENTICATED"


async def test_R7_9_as_many_statements_for_many_occurrences_as_for_one(
    desk: Desk, world: World, database: Database, api: Api
) -> None:
    await desk.sheet.world.change_settings(office_check_in_mode=True, token_limit=3)
    for each in (desk, *[await new_desk(world, database, api) for _ in range(5)]):
        await each.submit(Portal.OFFICE, *((student, "ABSENT") for student in each.students))
    office = await api.as_staff(world, Permission.OWNER)
    query = """query($filter: OccurrenceFilter!, $first: Int) { occurrences(filter: $filter, first: $first) {
      nodes { tokenRuns { wouldIssue } }
    } }"""
    counts = []
    for first in (1, 6):
        office.statements.clear()
        found = await office.ask(query, filter={"from": str(MONDAY), "to": str(MONDAY)}, first=first)
        assert found["occurrences"]["nodes"] == [{"tokenRuns": [{"wouldIssue": 3}, {"wouldIssue": 3}]}] * first
        counts.append(len(office.statements))
    assert counts[0] == counts[1]
