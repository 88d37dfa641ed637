"""Subscribers who may see different things never share an answer; who shares one gets what it gets alone (R10.4)."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import update

from attendance.rules.organization.permissions import Claims
from attendance.rules.vocabulary import AttendanceStatus, ChangeKind, MakeupTokenOrigin, NoteLevel, Permission, Portal
from db import models
from db.engine import Database
from gql.live import group as group_module
from gql.protocol.answers import Answer
from gql.protocol.errors import NotAuthenticated
from gql.protocol.streams import Stream as Executing
from tests.api.live.live_process import Process, live_process
from tests.support.factories import MONDAY, World
from tests.support.streams import Stream

P = Permission
OFFICE, STAFF = (P.OFFICE_ATTENDANCE_VIEW, P.OFFICE_SEE_ALL), (P.STAFF_ATTENDANCE_VIEW, P.STAFF_SEE_ALL)
# The viewers in a room, by all that visibility depends on: their portal, what they hold, whether they teach the class.
WHO: dict[str, tuple[tuple[Permission, ...], Portal, bool]] = {
    "desk": (OFFICE, Portal.OFFICE, False),
    "desk that sees medical": ((*OFFICE, P.SEE_MEDICAL), Portal.OFFICE, False),
    "desk that sees balances": ((*OFFICE, P.SEE_BALANCES), Portal.OFFICE, False),
    "desk that sees both": ((*OFFICE, P.SEE_MEDICAL, P.SEE_BALANCES), Portal.OFFICE, False),
    "desk that records": ((*OFFICE, P.OFFICE_ATTENDANCE_FULL), Portal.OFFICE, False),
    "owner": ((P.OWNER,), Portal.OFFICE, False),
    "owner in the Staff Portal": ((P.OWNER,), Portal.STAFF, False),
    "staff": (STAFF, Portal.STAFF, False),
    "staff that sees medical": ((*STAFF, P.SEE_MEDICAL), Portal.STAFF, False),
    "staff with SEE_BALANCES": ((*STAFF, P.SEE_BALANCES), Portal.STAFF, False),
    "teacher": ((P.STAFF_ATTENDANCE_VIEW,), Portal.STAFF, True),
    "another teacher": ((P.STAFF_ATTENDANCE_VIEW,), Portal.STAFF, True),
    "teacher at the desk": ((P.OFFICE_ATTENDANCE_VIEW,), Portal.OFFICE, True),
}
EVERYTHING = """
subscription Everything($id: ID!, $after: Int) { rollSheetChanged(occurrenceId: $id, afterRevision: $after) {
  revision kind removedEntryIds changedBy { __typename }
  entries { ...row student { ...student } }
  occurrence {
    id attendanceState openings instructors { id } tally { present absent unmarked total }
    roster { ...row student { id medicalAlert family { balance } } }
    changes(first: 2) { revision entries { indicators { kind detail } } }
    tokenRuns { state wouldIssue wouldRevoke }
  }
} }
fragment row on RosterEntry { id isSubdued mark { status revision } indicators { kind detail } }
fragment student on Student {
  id firstName medicalAlert rollSheetComment birthOn family { name balance checkInCode }
  notes { id body level } enrollments { id type offering { name } }
  today { mark { status } isEditable notEditable { reason } }
  attendance(first: 2) { nodes { mark { status } isEditable occurrence { id } } }
  nextOccurrences(first: 2) { id instructors { id } }
  makeupTokens(first: 3) { nodes { id state missedOccurrence { id } request { id } comment } }
  makeupTokenGroups { usableHere { id } }
  makeupTokenDecisions(first: 2) { nodes { __typename } }
}
"""


@pytest.fixture
async def process(database: Database, world: World, redis_url: str) -> AsyncIterator[Process]:
    async with live_process(database, world, redis_url, capacity=64) as process:
        yield process


async def claims_of(process: Process, who: str) -> Claims:
    permissions, portal, teaches = WHO[who]
    return await process.claims(*permissions, portal=portal, teaches=teaches)


async def listening(process: Process, stack: AsyncExitStack, who: str) -> Stream:
    """It has the state."""
    stream = await stack.enter_async_context(process.subscribed(await claims_of(process, who)))
    await stream.next()
    return stream


async def groups(process: Process, count: int) -> int:
    """The groups of so many that wait."""
    found = process.services.fan_out._groups
    async with asyncio.timeout(5):
        while sum(len(group.followers) for group in found.values()) < count:
            await asyncio.sleep(0.01)
    return len(found)


async def stop(waiting: Sequence[asyncio.Future[Any]]) -> None:
    for each in waiting:
        each.cancel()
    await asyncio.wait(waiting)


async def test_R10_4_viewers_who_may_see_different_things_are_in_different_groups(process: Process) -> None:
    async with AsyncExitStack() as stack:
        streams = {who: await listening(process, stack, who) for who in WHO}
        waiting = [asyncio.ensure_future(stream.next()) for stream in streams.values()]
        assert await groups(process, len(WHO)) == len(WHO)
        found = process.services.fan_out._groups.values()
        views = {follower.live.view for group in found for follower in group.followers}
        assert all(one != other for one, other in combinations(views, 2))
        assert len(views) == len(WHO)
        await stop(waiting)


@pytest.mark.parametrize("who", WHO)
async def test_R10_4_people_with_the_same_rights_share_unless_what_they_teach_decides(
    process: Process, who: str
) -> None:
    async with AsyncExitStack() as stack:
        streams = [await listening(process, stack, who) for _ in range(2)]
        waiting = [asyncio.ensure_future(stream.next()) for stream in streams]
        teaches = WHO[who][2]
        assert await groups(process, 2) == (2 if teaches else 1)
        await stop(waiting)


@pytest.mark.parametrize(
    "changed", [{"staff_sees_balances": True}, {"birthday_window_days": 7}, {"families_see_comments": True}]
)
async def test_R10_4_who_came_under_other_settings_is_in_another_group(
    process: Process, changed: dict[str, Any]
) -> None:
    async with AsyncExitStack() as stack:
        first = await listening(process, stack, "staff with SEE_BALANCES")
        waiting = [asyncio.ensure_future(first.next())]
        assert await groups(process, 1) == 1
        await process.sheet.world.change_settings(**changed)
        second = await listening(process, stack, "staff with SEE_BALANCES")
        waiting.append(asyncio.ensure_future(second.next()))
        assert await groups(process, 2) == 2
        await process.services.fan_out.check()
        await asyncio.sleep(0.2)
        assert await groups(process, 2) == 1
        await stop(waiting)


async def furnish(process: Process) -> None:
    """Something of everything that not everybody sees."""
    world, students = process.sheet.world, process.sheet.students
    await world.change_settings(staff_sees_balances=False)
    await world.owner.execute(update(models.Family).values(balance=Decimal("12.50")))
    private = {"medical_alert": "Peanuts", "roll_sheet_comment": "Shy", "birth_on": date(2016, 11, 18)}
    await world.owner.execute(update(models.Student).values(**private))
    elsewhere = await world.weekly_class()
    await world.occurrence(elsewhere.timeslot_id)
    for student in students.values():
        await world.note(student, level=NoteLevel.NORMAL)
        await world.enroll(student, elsewhere.offering_id)
        await world.makeup_token(student)
        await world.makeup_token(
            student, origin=MakeupTokenOrigin.ABSENCE, timeslot_id=elsewhere.timeslot_id, held_on=MONDAY
        )


@pytest.mark.parametrize("seed", range(2))
async def test_R10_4_what_is_shared_is_what_each_would_get_alone(process: Process, seed: int) -> None:
    """Whose operation has another text shares with nobody."""
    chance = random.Random(seed)
    await furnish(process)
    crowd = [chance.choice(list(WHO)) for _ in range(7)]
    async with AsyncExitStack() as stack:
        shared, alone = [], []
        for number, who in enumerate(crowd):
            claims = await claims_of(process, who)
            shared.append(await stack.enter_async_context(process.subscribed(claims, query=EVERYTHING)))
            lonely = f"{EVERYTHING}# {number}"
            alone.append(await stack.enter_async_context(process.subscribed(claims, query=lonely)))
        everybody = [*shared, *alone]
        told = await asyncio.gather(*(stream.next() for stream in everybody))
        for number in range(4):
            waiting = [asyncio.ensure_future(stream.next()) for stream in everybody]
            teachers = sum(WHO[who][2] for who in crowd)
            expected = len({who for who in crowd if not WHO[who][2]}) + teachers + len(crowd)
            assert await groups(process, len(everybody)) == expected
            name = chance.choice(list(process.sheet.students))
            if number == 2:
                await process.sheet.touch(ChangeKind.ROSTER, name)
            else:
                await process.sheet.submit(**{name: list(AttendanceStatus)[number]})
            await process.hear()
            told = await asyncio.gather(*waiting)
            for who, together, by_itself in zip(crowd, told[: len(crowd)], told[len(crowd) :], strict=True):
                assert together == by_itself, who
    students = [entry["student"] for event in told for entry in event["entries"]]
    seen = {(student["medicalAlert"], student["family"]["balance"]) for student in students}
    assert len(seen) > 1, "the seed chose people who all see the same"


HISTORY = """
subscription History($id: ID!) { rollSheetChanged(occurrenceId: $id) {
  revision occurrence { changes(first: 1) { entries { indicators { kind detail } } } }
} }
"""


def told_of(event: dict[str, Any]) -> list[str | None]:
    """The texts of medical alerts that the event shows."""
    entries = [entry for change in event["occurrence"]["changes"] for entry in change["entries"]]
    indicators = [indicator for entry in entries for indicator in entry["indicators"]]
    return [each["detail"] for each in indicators if each["kind"] == "MEDICAL_ALERT"]


async def test_R10_4_a_right_won_while_an_answer_is_made_is_not_shown_to_the_others(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fields below the event read the viewer anew."""
    await furnish(process)
    world, won = process.sheet.world, list[Claims]()
    execute = Executing.execute

    async def execute_later(stream: Executing, event: object, *view: Any) -> Answer:
        if not won:
            won.append(stream._executor.context_value.claims)
            permissions = [*OFFICE, P.SEE_MEDICAL]
            mine = models.Person.id == won[0].person_id
            await world.owner.execute(update(models.Person).where(mine).values(permissions=permissions))
        return await execute(stream, event, *view)

    async with AsyncExitStack() as stack:
        claims = [await claims_of(process, "desk") for _ in range(3)]
        streams = [await stack.enter_async_context(process.subscribed(each, query=HISTORY)) for each in claims]
        for stream in streams:
            await stream.next()
        waiting = [asyncio.ensure_future(stream.next()) for stream in streams]
        assert await groups(process, 3) == 1
        monkeypatch.setattr(Executing, "execute", execute_later)
        await process.sheet.submit(Ann=AttendanceStatus.PRESENT)
        await process.hear()
        events = await asyncio.gather(*waiting)
    assert [told_of(event) for event in events] == [["Peanuts"] if each == won[0] else [None] for each in claims]


async def test_R16_5_what_is_kept_for_those_who_join_later_is_forgotten_while_nothing_happens(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    fan_out = process.services.fan_out
    fan_out.check_seconds = 0.1
    async with fan_out, AsyncExitStack() as stack, asyncio.timeout(10):
        stream = await listening(process, stack, "desk")
        told = asyncio.ensure_future(stream.next())
        await groups(process, 1)
        await process.sheet.submit(Ann=AttendanceStatus.PRESENT)
        await process.hear()
        await told
        [group] = fan_out._groups.values()
        assert len(group._recent) == 1
        monkeypatch.setattr(group_module, "_RECENT_SECONDS", 0)
        while group._recent:
            await asyncio.sleep(0.01)


async def test_R10_4_one_that_signs_out_while_its_answer_is_made_ends_nobody_elses_group(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, gone = process.sheet.world, list[Claims]()
    execute = Executing.execute

    async def execute_later(stream: Executing, event: object, *view: Any) -> Answer:
        if not gone:
            gone.append(stream._executor.context_value.claims)
            mine = models.SignIn.id == gone[0].sign_in_id
            await world.owner.execute(update(models.SignIn).where(mine).values(ended_at=datetime.now(UTC)))
        return await execute(stream, event, *view)

    async with AsyncExitStack() as stack:
        claims = [await claims_of(process, "desk") for _ in range(3)]
        streams = [await stack.enter_async_context(process.subscribed(each, query=HISTORY)) for each in claims]
        for stream in streams:
            await stream.next()
        waiting = [asyncio.ensure_future(stream.next()) for stream in streams]
        await groups(process, 3)
        before = list(process.services.fan_out._groups.values())
        monkeypatch.setattr(Executing, "execute", execute_later)
        await process.sheet.submit(Ann=AttendanceStatus.PRESENT)
        await process.hear()
        told = await asyncio.gather(*waiting, return_exceptions=True)
        assert list(process.services.fan_out._groups.values()) == before
    for each, event in zip(claims, told, strict=True):
        assert isinstance(event, NotAuthenticated if each == gone[0] else dict)
