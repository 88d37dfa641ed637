"""Staff who are away and who stands in for them, through the API (R9.9)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import Permission, Portal
from db import models
from db.engine import Database
from db.wake_ups import Announcer
from gql.fields.global_ids import encode_id
from mail.render import render
from tests.api.tasks.task_client import CANCEL, EXCEPTIONS
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import LONG_AGO, MONDAY, Lesson, World, new_world
from workers.context import WorkerContext
from workers.jobs.work_on_tasks import work_off

NOW = datetime(2026, 11, 16, 18, tzinfo=UTC)
"""Noon of MONDAY in Chicago: its class is at 17:00."""
WEEK = timedelta(days=7)
ROWS = "substitutions { nodes { occurrence { id instructors { firstName } } substitute { firstName } } }"
ABSENCE = f"id startsOn endsOn comment staffMember {{ firstName }} recordedBy {{ firstName }} {ROWS}"
MARK = mutation("markStaffAbsent", f"missedCount stoodInCount staffAbsence {{ {ABSENCE} }}")
ASSIGN = mutation(
    "assignSubstitutes", "backgroundTaskId occurrenceCount changedCount emailCount unreachedOccurrenceIds"
)
REMOVE = mutation("removeStaffAbsence", "removedId isShortened releasedCount emailCount")
LIST = f"""query($from: Date!, $to: Date!, $first: Int, $after: String) {{
  staffAbsences(from: $from, to: $to, first: $first, after: $after) {{ nodes {{ {ABSENCE} }}
  pageInfo {{ hasNextPage endCursor }} }} }}"""
SEE = "query($id: ID!) { occurrence(id: $id) { id roster { student { firstName } } } }"
STORED = text(
    "SELECT timeslot_id, held_on, substitute_id FROM substitution ORDER BY held_on, timeslot_id, absent_person_id"
)


@dataclass
class Desk:
    """Tom teaches Swim on Mondays; Sue may stand in."""

    world: World
    api: Api
    database: Database
    lesson: Lesson
    tom: UUID
    sue: UUID

    async def mark(self, person: UUID | None = None, since: date = MONDAY, weeks: int = 3, **more: Any) -> Any:
        given = {"staffMemberId": staff_id(person or self.tom), "from": str(since), "to": str(since + weeks * WEEK)}
        return (await self.api.ask(MARK, input=given | more))["markStaffAbsent"]

    async def absence(self, **more: Any) -> str:
        found: str = (await self.mark(**more))["staffAbsence"]["id"]
        return found

    async def assign(self, absence: str, *wanted: tuple[str, UUID | None], api: Api | None = None, **more: Any) -> Any:
        pairs = [{"occurrenceId": on, "substituteId": who and staff_id(who)} for on, who in wanted]
        given = {"staffAbsenceId": absence, **({"assignments": pairs} if pairs else {}), **more}
        return (await (api or self.api).ask(ASSIGN, input=given))["assignSubstitutes"]

    async def every(self, absence: str, who: UUID | None, **more: Any) -> Any:
        return await self.assign(absence, everyOccurrence={"substituteId": who and staff_id(who)}, **more)

    async def remove(self, absence: str, **more: Any) -> Any:
        return (await self.api.ask(REMOVE, input={"staffAbsenceId": absence, **more}))["removeStaffAbsence"]

    async def work(self) -> None:
        await work_off(WorkerContext(self.database, Announcer(), lambda: self.api.clock.now))

    async def stored(self) -> list[tuple[date, UUID | None]]:
        return [(row.held_on, row.substitute_id) for row in await self.world.owner.execute(STORED)]

    async def emails(self) -> list[tuple[str, str, str, str]]:
        found = await self.world.rows(models.Email)
        return [(row.recipient.partition("@")[0], row.template, row.facts["held_on"], row.state) for row in found]

    async def teaches(self, person: UUID, lesson: Lesson) -> None:
        await self.world.add(models.OfferingInstructor, offering_id=lesson.offering_id, person_id=person)

    async def sees(self, person: UUID, occurrence: str) -> bool:
        caller = await self.api.signed_in(self.world, person, Portal.STAFF)
        return (await caller.ask(SEE, id=occurrence))["occurrence"] is not None

    def on(self, weeks: int = 0, lesson: Lesson | None = None) -> str:
        return (lesson or self.lesson).sheet_id(MONDAY + weeks * WEEK)


def staff_id(person: UUID) -> str:
    return encode_id("StaffMember", person)


@pytest.fixture
async def desk(world: World, api: Api, database: Database) -> Desk:
    api.clock.now = NOW
    lesson = await world.weekly_class()
    full = Permission.STAFF_ATTENDANCE_FULL
    tom = await world.staff(full, first_name="Tom", teaches=[lesson.offering_id], email="tom@example.org")
    sue = await world.staff(full, first_name="Sue", email="sue@example.org")
    return Desk(world, await api.as_staff(world, Permission.OWNER), database, lesson, tom, sue)


async def test_R9_9_who_is_absent_teaches_nothing_on_these_dates(desk: Desk) -> None:
    other = await desk.world.weekly_class(name="Not his")
    await desk.world.staff(first_name="Uma", teaches=[desk.lesson.offering_id, other.offering_id])
    done = await desk.mark(weeks=1, comment=" Flu. ")
    rows = [
        {"occurrence": {"id": desk.on(week), "instructors": [{"firstName": "Uma"}]}, "substitute": None}
        for week in (0, 1)
    ]
    absence = {
        "id": done["staffAbsence"]["id"],
        "startsOn": "2026-11-16",
        "endsOn": "2026-11-23",
        "comment": "Flu.",
        "staffMember": {"firstName": "Tom"},
        "recordedBy": {"firstName": "Sam"},
        "substitutions": {"nodes": rows},
    }
    counts = {"missedCount": 2, "stoodInCount": 0}
    assert done == {"__typename": "MarkStaffAbsentSuccess", **counts, "staffAbsence": absence}
    listed = await desk.api.ask(LIST, **{"from": "2026-11-01", "to": "2026-11-16"})
    assert listed["staffAbsences"]["nodes"] == [absence]
    node = f"query($id: ID!) {{ node(id: $id) {{ ... on StaffAbsence {{ {ABSENCE} }} }} }}"
    assert (await desk.api.ask(node, id=absence["id"]))["node"] == absence
    assert await desk.sees(desk.tom, desk.on()), "who is away still sees what it teaches"


async def test_R9_9_a_substitute_sees_that_occurrence_alone_until_it_is_taken_back(desk: Desk) -> None:
    absence = await desk.absence()
    assert not await desk.sees(desk.sue, desk.on(1))
    done = await desk.assign(absence, (desk.on(1), desk.sue))
    assert done == {
        "__typename": "AssignSubstitutesSuccess",
        "backgroundTaskId": None,
        "occurrenceCount": 1,
        "changedCount": 1,
        "emailCount": 0,
        "unreachedOccurrenceIds": [],
    }
    assert [await desk.sees(desk.sue, desk.on(week)) for week in (0, 1, 2)] == [False, True, False]
    uma = await desk.world.staff(Permission.STAFF_ATTENDANCE_FULL, first_name="Uma")
    await desk.assign(absence, (desk.on(1), uma))
    assert [await desk.sees(who, desk.on(1)) for who in (desk.sue, uma)] == [False, True]
    await desk.assign(absence, (desk.on(1), None))
    assert not await desk.sees(uma, desk.on(1))
    assert await desk.stored() == [(MONDAY + week * WEEK, None) for week in range(4)]


async def test_R9_9_all_or_none_and_what_stands_is_left_alone(desk: Desk) -> None:
    absence = await desk.absence()
    refused = await desk.assign(absence, (desk.on(1), desk.sue), (desk.on(2), desk.tom))
    assert (refused["__typename"], refused["reason"]) == ("SubstituteNotPossible", "IS_ABSENT_PERSON")
    assert await desk.stored() == [(MONDAY + week * WEEK, None) for week in range(4)]
    await desk.assign(absence, (desk.on(1), desk.sue))
    again = await desk.assign(absence, (desk.on(1), desk.sue), (desk.on(2), desk.sue), emailSubstitutes=True)
    assert (again["occurrenceCount"], again["changedCount"], again["emailCount"]) == (2, 1, 1)


async def _refused(desk: Desk, case: str) -> Any:
    """Each way in which Sue cannot stand in on the second Monday."""
    absence = await desk.absence()
    if case == "is away":
        await desk.mark(desk.sue, MONDAY + WEEK, weeks=0)
    if case == "teaches it":
        await desk.teaches(desk.sue, desk.lesson)
    if case == "leaves":
        await desk.world.change(models.Person, desk.sue, ends_on=MONDAY + WEEK, ends_at=LONG_AGO + 999 * WEEK)
    return absence


@pytest.mark.parametrize(
    ("case", "reason"), [("is away", "IS_AWAY"), ("teaches it", "TEACHES_IT"), ("leaves", "HAS_LEFT")]
)
async def test_R9_9_who_cannot_stand_in(desk: Desk, case: str, reason: str) -> None:
    absence = await _refused(desk, case)
    refused = await desk.assign(absence, (desk.on(1), desk.sue), allowSameTime=True)
    assert (refused["__typename"], refused["reason"]) == ("SubstituteNotPossible", reason)
    assert (refused["occurrenceId"], refused["substituteId"]) == (desk.on(1), staff_id(desk.sue))
    assert (MONDAY + WEEK, desk.sue) not in await desk.stored()


@pytest.mark.parametrize(
    ("start", "minutes", "is_refused"),
    [
        (time(17), 45, True),
        (time(16, 30), 31, True),
        (time(16, 30), 30, False),
        (time(17, 44), 60, True),
        (time(17, 45), 60, False),
    ],
)
async def test_R9_9_nobody_stands_in_while_teaching_something_else(
    desk: Desk, start: time, minutes: int, is_refused: bool
) -> None:
    own = await desk.world.weekly_class(start_time=start, duration_minutes=minutes)
    await desk.teaches(desk.sue, own)
    absence = await desk.absence()
    answer = await desk.assign(absence, (desk.on(1), desk.sue))
    if is_refused:
        assert answer["reason"] == "TEACHES_THEN"
        assert answer["otherOccurrenceId"] == desk.on(1, own)
        allowed = await desk.assign(absence, (desk.on(1), desk.sue), allowSameTime=True)
        assert allowed["changedCount"] == 1
    else:
        assert answer["changedCount"] == 1


async def test_R9_9_a_cancelled_class_keeps_nobody_from_standing_in(desk: Desk) -> None:
    own = await desk.world.weekly_class()
    await desk.world.staff()
    await desk.teaches(desk.sue, own)
    await desk.world.occurrence(own.timeslot_id, MONDAY + WEEK, cancelled_at=LONG_AGO)
    absence = await desk.absence()
    assert (await desk.assign(absence, (desk.on(1), desk.sue)))["changedCount"] == 1
    assert (await desk.assign(absence, (desk.on(2), desk.sue)))["reason"] == "TEACHES_THEN"


async def test_R9_9_nobody_stands_in_for_two_at_once(desk: Desk) -> None:
    other = await desk.world.weekly_class(name="Dance")
    uma = await desk.world.staff(first_name="Uma", teaches=[other.offering_id])
    absence, others = await desk.absence(), await desk.absence(person=uma)
    await desk.assign(absence, (desk.on(1), desk.sue))
    refused = await desk.assign(others, (desk.on(1, other), desk.sue))
    assert (refused["reason"], refused["otherOccurrenceId"]) == ("TEACHES_THEN", desk.on(1))


@pytest.mark.parametrize(
    ("case", "reason"),
    [("another's", "NOT_OF_ABSENCE"), ("outside", "NOT_OF_ABSENCE"), ("over", "OVER"), ("cancelled", "NOT_HELD")],
)
async def test_R9_9_what_gets_no_substitute(desk: Desk, case: str, reason: str) -> None:
    other = await desk.world.weekly_class(name="Not his")
    absence = await desk.absence(since=MONDAY - WEEK)
    await desk.world.occurrence(desk.lesson.timeslot_id, MONDAY + WEEK, cancelled_at=LONG_AGO)
    occurrence = {
        "another's": desk.on(0, other),
        "outside": desk.on(3),
        "over": desk.on(-1),
        "cancelled": desk.on(1),
    }[case]
    refused = await desk.assign(absence, (occurrence, desk.sue))
    assert (refused["__typename"], refused["reason"]) == ("NoSubstituteNeeded", reason)
    assert refused["occurrenceId"] == occurrence
    assert {who for _, who in await desk.stored()} == {None}


async def test_R9_9_a_class_given_later_can_get_a_substitute(desk: Desk) -> None:
    absence = await desk.absence()
    later = await desk.world.weekly_class(name="Later", start_time=time(19))
    await desk.teaches(desk.tom, later)
    assert (await desk.assign(absence, (desk.on(1, later), desk.sue)))["changedCount"] == 1
    assert await desk.sees(desk.sue, desk.on(1, later))


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2026-11-01", "2026-11-14", ("OVER", None)),
        ("2026-11-16", "2027-11-17", ("RANGE_TOO_LONG", None)),
        ("2026-11-30", "2026-12-10", ("OVERLAPS", "first")),
        ("2026-11-23", "2026-11-23", ("OVERLAPS", "first")),
        ("2026-11-24", "2026-11-30", None),
        ("2026-11-01", "2026-11-16", None),
        ("2026-11-16", "2027-11-16", ("OVERLAPS", "first")),
    ],
)
async def test_R9_9_absences_that_cannot_be(
    desk: Desk, since: str, until: str, expected: tuple[str, str | None] | None
) -> None:
    first = await desk.absence(since=MONDAY + WEEK, weeks=0)
    if expected == ("OVERLAPS", "first") and since == "2026-11-30":
        first = await desk.absence(since=date(2026, 12, 1), weeks=0)
    dates: dict[str, Any] = {"from": since, "to": until}
    answer = await desk.mark(**dates)
    if expected is None:
        assert answer["__typename"] == "MarkStaffAbsentSuccess"
        return
    reason, overlapped = expected
    assert (answer["__typename"], answer["reason"]) == ("StaffAbsenceNotPossible", reason)
    assert answer["staffAbsenceId"] == (first if overlapped else None)
    assert (answer["earliestOn"], answer["mostDays"]) == ("2026-11-16", 366)


async def test_R9_9_who_stood_in_and_is_away_stands_in_no_more(desk: Desk) -> None:
    absence = await desk.absence()
    await desk.assign(absence, (desk.on(1), desk.sue), (desk.on(2), desk.sue), emailSubstitutes=True)
    done = await desk.mark(desk.sue, MONDAY + WEEK, weeks=0)
    assert (done["missedCount"], done["stoodInCount"]) == (0, 1)
    assert await desk.stored() == [
        (MONDAY, None),
        (MONDAY + WEEK, None),
        (MONDAY + 2 * WEEK, desk.sue),
        (MONDAY + 3 * WEEK, None),
    ]
    assert await desk.emails() == [
        ("sue", "substitute_assigned", "2026-11-23", "WITHDRAWN"),
        ("sue", "substitute_assigned", "2026-11-30", "QUEUED"),
    ]


async def test_R9_9_emails_to_substitutes_and_families(desk: Desk) -> None:
    family = await desk.world.family(email="baker@example.org")
    places: list[tuple[str, dict[str, Any]]] = [("Ann", {}), ("Bob", {}), ("Cleo", {"drop_on": MONDAY})]
    for name, place in places:
        await desk.world.enroll(
            await desk.world.student(first_name=name, family_id=family), desk.lesson.offering_id, **place
        )
    quiet = await desk.world.family(email=" ")
    await desk.world.enroll(await desk.world.student(family_id=quiet), desk.lesson.offering_id)
    absence = await desk.absence()
    done = await desk.assign(absence, (desk.on(1), desk.sue), emailSubstitutes=True, emailFamilies=True)
    assert done["emailCount"] == 2
    assert sorted(await desk.emails()) == [
        ("baker", "class_substitute", "2026-11-23", "QUEUED"),
        ("sue", "substitute_assigned", "2026-11-23", "QUEUED"),
    ]
    uma = await desk.world.staff(first_name="Uma")
    reassigned = await desk.assign(absence, (desk.on(1), uma), emailSubstitutes=True, emailFamilies=True)
    assert (reassigned["emailCount"], reassigned["unreachedOccurrenceIds"]) == (1, [desk.on(1)])
    assert sorted(await desk.emails()) == [
        ("baker", "class_substitute", "2026-11-23", "QUEUED"),
        ("baker", "class_substitute", "2026-11-23", "WITHDRAWN"),
        ("sue", "substitute_assigned", "2026-11-23", "WITHDRAWN"),
    ]


async def test_R9_8_who_was_told_hears_that_it_stands_in_no_more(desk: Desk) -> None:
    absence = await desk.absence()
    await desk.assign(absence, (desk.on(1), desk.sue), (desk.on(2), desk.sue), emailSubstitutes=True)
    await desk.world.owner.execute(text("UPDATE email SET state = 'SENT', sent_at = now()"))
    await desk.assign(absence, (desk.on(1), None), emailSubstitutes=True)
    done = await desk.remove(absence, emailSubstitutes=True)
    assert done == {
        "__typename": "RemoveStaffAbsenceSuccess",
        "removedId": absence,
        "isShortened": False,
        "releasedCount": 1,
        "emailCount": 1,
    }
    assert (await desk.emails())[2:] == [
        ("sue", "substitute_released", "2026-11-23", "QUEUED"),
        ("sue", "substitute_released", "2026-11-30", "QUEUED"),
    ]
    assert await desk.stored() == []
    assert not await desk.sees(desk.sue, desk.on(2))
    assert (await desk.api.refused(REMOVE, input={"staffAbsenceId": absence}))[0] == "NOT_FOUND"


@pytest.mark.parametrize("template", ["substitute_assigned", "substitute_released", "class_substitute"])
def test_R9_8_what_the_messages_say(template: str) -> None:
    facts = {"offering": "Swim & Dive", "location": "Main Street", "room": "Pool 2", "held_on": "2026-11-23"}
    facts |= {"start_time": "17:00", "absent": "Tom Staff", "substitute": "Sue <Staff>"}
    letter = render(template, facts, organization="Test Gym")
    for said in ("Swim & Dive on Monday, November 23, 2026 at 5:00 PM (Main Street", "Tom Staff", "Sue <Staff>"):
        assert said in letter.text
    assert "Swim &amp; Dive" in letter.html
    assert "Sue &lt;Staff&gt;" in letter.html
    assert "November 23, 2026" in letter.subject


async def test_R9_9_an_absence_that_has_begun_is_shortened(desk: Desk) -> None:
    absence = await desk.absence(since=MONDAY - WEEK)
    await desk.assign(absence, (desk.on(0), desk.sue))
    done = await desk.remove(absence)
    assert (done["isShortened"], done["releasedCount"]) == (True, 1)
    assert await desk.stored() == [(MONDAY - WEEK, None)]
    refused = await desk.remove(absence)
    assert (refused["__typename"], refused["reason"]) == ("StaffAbsenceNotPossible", "OVER")
    listed = await desk.api.ask(LIST, **{"from": "2026-11-01", "to": "2026-12-31"})
    assert [each["endsOn"] for each in listed["staffAbsences"]["nodes"]] == ["2026-11-15"]


@pytest.mark.emptied_database
async def test_R9_4_all_of_an_absence_by_a_background_task(desk: Desk) -> None:
    own = await desk.world.weekly_class(name="Her own")
    absence = await desk.absence(since=MONDAY - WEEK, weeks=15)
    await desk.world.occurrence(desk.lesson.timeslot_id, MONDAY + WEEK, cancelled_at=LONG_AGO)
    await desk.world.session(MONDAY + 2 * WEEK, MONDAY + 2 * WEEK, offerings=[own.offering_id])
    await desk.teaches(desk.sue, own)
    done = await desk.every(absence, desk.sue, emailSubstitutes=True)
    assert (done["occurrenceCount"], done["changedCount"], done["emailCount"]) == (14, None, None)
    assert {who for _, who in await desk.stored()} == {None}
    await desk.work()
    weeks = [0, *range(3, 15)]
    expected = [(MONDAY + week * WEEK, desk.sue) for week in weeks]
    assert [(day, who) for day, who in await desk.stored() if who] == expected
    found = (await desk.api.ask(EXCEPTIONS, id=done["backgroundTaskId"]))["node"]["exceptions"]["nodes"]
    told = [(each["title"], each["itemState"], each["message"]) for each in found]
    busy = "Sue Staff teaches something else at the time of Swim 1 on 2026-11-30."
    assert told == [("Swim 1, 2026-11-30 17:00", "EXCEPTION", busy)]
    assert len(await desk.emails()) == len(weeks)
    await desk.every(absence, None)
    await desk.work()
    assert {who for _, who in await desk.stored()} == {None}
    assert {state for _, _, _, state in await desk.emails()} == {"WITHDRAWN"}


@pytest.mark.emptied_database
async def test_R9_4_more_than_a_few_are_a_background_task_which_can_be_stopped(desk: Desk) -> None:
    absence = await desk.absence(weeks=12)
    wanted = [(desk.on(week), desk.sue) for week in range(11)]
    assert (await desk.assign(absence, *wanted[:10]))["backgroundTaskId"] is None
    await desk.assign(absence, *[(on, None) for on, _ in wanted[:10]])
    done = await desk.assign(absence, *wanted, idempotencyKey="once")
    assert (await desk.assign(absence, *wanted, idempotencyKey="once")) == done
    await desk.api.ask(CANCEL, id=done["backgroundTaskId"])
    await desk.work()
    assert {who for _, who in await desk.stored()} == {None}


@pytest.mark.emptied_database
async def test_R9_4_the_task_of_an_absence_taken_back_assigns_nobody(desk: Desk) -> None:
    absence = await desk.absence(weeks=1)
    done = await desk.every(absence, desk.sue)
    await desk.remove(absence)
    await desk.work()
    assert await desk.stored() == []
    found = (await desk.api.ask(EXCEPTIONS, id=done["backgroundTaskId"]))["node"]["exceptions"]["nodes"]
    assert [each["message"] for each in found] == ["There is no such staff absence."] * 2


async def test_R11_without_see_all_what_one_teaches_alone(desk: Desk) -> None:
    absence = await desk.absence()
    manager = await desk.world.staff(Permission.MANAGE_STAFF, Permission.STAFF_ATTENDANCE_VIEW)
    caller = await desk.api.signed_in(desk.world, manager, Portal.STAFF)
    given = {"staffAbsenceId": absence, "assignments": [{"occurrenceId": desk.on(1), "substituteId": None}]}
    assert (await caller.refused(ASSIGN, input=given))[0] == "NOT_FOUND"
    every = await desk.assign(absence, api=caller, everyOccurrence={"substituteId": None})
    assert every["__typename"] == "NothingToSubstitute"
    listed = await caller.ask(LIST, **{"from": "2026-11-01", "to": "2026-12-31"})
    assert [each["substitutions"]["nodes"] for each in listed["staffAbsences"]["nodes"]] == [[]]


async def test_R11_3_strangers_guardians_and_who_has_left_are_not_found(desk: Desk) -> None:
    absence = await desk.absence()
    elsewhere = await new_world(desk.world.owner, name="Other Gym")
    theirs = await elsewhere.staff()
    left = await desk.world.staff(ended_at=LONG_AGO)
    guardian = await desk.world.guardian(await desk.world.family())
    for person in (theirs, left, guardian):
        given = {"staffMemberId": staff_id(person), "from": "2026-11-16", "to": "2026-11-17"}
        assert await desk.api.refused(MARK, input=given) == ("NOT_FOUND", "There is no such staff member.")
        wanted = [{"occurrenceId": desk.on(1), "substituteId": staff_id(person)}]
        refused = await desk.api.refused(ASSIGN, input={"staffAbsenceId": absence, "assignments": wanted})
        assert refused == ("NOT_FOUND", "There is no such staff member.")
    stranger = await desk.api.as_staff(elsewhere, Permission.OWNER)
    assert await stranger.refused(REMOVE, input={"staffAbsenceId": absence}) == (
        "NOT_FOUND",
        "There is no such staff absence.",
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "Give either input.assignments or input.everyOccurrence."),
        ({"assignments": []}, "input.assignments has 0 entries; 1 to 100 are allowed."),
        ({"assignments": ["one"] * 101}, "input.assignments has 101 entries; 1 to 100 are allowed."),
        ({"assignments": ["one", "one"]}, "input.assignments names an occurrence twice. Name each once."),
    ],
)
async def test_what_cannot_be_asked(desk: Desk, given: dict[str, Any], message: str) -> None:
    one = {"occurrenceId": desk.on(1), "substituteId": None}
    asked: dict[str, Any] = {"staffAbsenceId": encode_id("StaffAbsence", UUID(int=1))}
    asked |= {name: [one for _ in value] for name, value in given.items()}
    assert await desk.api.refused(ASSIGN, input=asked) == ("BAD_USER_INPUT", message)
    for bad, said in (
        ({"from": "2026-11-17", "to": "2026-11-16"}, "input.to is before input.from."),
        ({"from": "2026-11-17", "to": "2026-11-18", "comment": "x" * 501}, "input.comment has 501 characters;"),
    ):
        code, found = await desk.api.refused(MARK, input={"staffMemberId": staff_id(desk.tom), **bad})
        assert (code, found[: len(said)]) == ("BAD_USER_INPUT", said)


async def test_staff_absences_by_date_page_by_page(desk: Desk) -> None:
    uma = await desk.world.staff(first_name="Uma")
    for person, week in ((desk.tom, 2), (uma, 1), (desk.sue, 5)):
        await desk.mark(person, MONDAY + week * WEEK, weeks=1)
    dates = {"from": "2026-11-23", "to": "2026-12-07"}
    first = (await desk.api.ask(LIST, **dates, first=1))["staffAbsences"]
    assert [each["staffMember"]["firstName"] for each in first["nodes"]] == ["Uma"]
    rest = (await desk.api.ask(LIST, **dates, after=first["pageInfo"]["endCursor"]))["staffAbsences"]
    assert [each["staffMember"]["firstName"] for each in rest["nodes"]] == ["Tom"]
    assert rest["pageInfo"]["hasNextPage"] is False
    code, _ = await desk.api.refused(LIST, **{"from": "2026-11-23", "to": "2026-11-22"})
    assert code == "BAD_USER_INPUT"


async def test_the_number_of_statements_does_not_depend_on_the_occurrences(desk: Desk, api: Api) -> None:
    absence = await desk.absence(weeks=12)
    counts = []
    for weeks in (range(2), range(2, 12)):
        await _forget_statements(desk)
        await desk.assign(absence, *[(desk.on(week), desk.sue) for week in weeks], emailSubstitutes=True)
        counts.append(len(api.statements))
    assert counts[0] == counts[1]
    await _forget_statements(desk)
    await desk.api.ask(LIST, **{"from": "2026-11-01", "to": "2026-12-31"})
    one = len(api.statements)
    for number in range(3):
        await desk.mark(await desk.world.staff(first_name=str(number), teaches=[desk.lesson.offering_id]))
    await _forget_statements(desk)
    await desk.api.ask(LIST, **{"from": "2026-11-01", "to": "2026-12-31"})
    assert len(api.statements) == one


async def _forget_statements(desk: Desk) -> None:
    """Substitutes see more than before, and the absent less: the next request reads its caller's access anew."""
    await desk.api.ask("{ viewer { __typename } }")
    desk.api.statements.clear()
