"""rollSheetChanged over real sockets: a state or a replay, then each change in order and once (R10.1, R10.2, R10.4)."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, update

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import AttendanceStatus, ChangeKind, Permission, Portal
from commands.servers.scratch import scratch_database
from commands.servers.start import Servers
from db import models
from db.engine import Database
from gql.fields.global_ids import encode_id, encode_occurrence_id
from tests.support.api_process import ApiProcess, api_process, ask, office_token, sign_in
from tests.support.factories import MONDAY, World, new_world
from tests.support.live_sheet import LiveSheet, live_sheet
from tests.support.subscriber import Subscriber, fresh_sheet, subscriber

PRESENT, ABSENT, TARDY = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT, AttendanceStatus.TARDY


@pytest.fixture(scope="module")
async def database_url(servers: Servers, template_database: str) -> AsyncIterator[str]:
    """One database for the tests of this file, each of which makes an organization of its own."""
    async with scratch_database(servers.database_url, template_database) as url:
        yield url


@pytest.fixture(scope="module")
async def api(servers: Servers, database_url: str) -> AsyncIterator[ApiProcess]:
    async with api_process(database_url, servers.redis_url) as api:
        yield api


@pytest.fixture
async def sheet(database: Database, world: World, redis_url: str) -> AsyncIterator[LiveSheet]:
    async with live_sheet(database, world, redis_url) as sheet:
        yield sheet


@pytest.fixture
async def token(world: World) -> str:
    return await office_token(world)


async def test_R10_1_the_state_comes_first_then_every_change(api: ApiProcess, sheet: LiveSheet, token: str) -> None:
    await sheet.submit(Ann=PRESENT)
    async with subscriber(api, token, sheet.id) as client:
        await client.heard(1)
        assert client.events[0]["kind"] == "SNAPSHOT"
        assert client.events[0]["revision"] == 1
        assert client.marks == {"Ann": "PRESENT", "Ben": None, "Cas": None}
        await sheet.submit(Ben=ABSENT)
        await sheet.submit(Ann=None, Cas=TARDY)
        await client.reached(3)
        assert client.revisions == [1, 2, 3]
        assert [event["kind"] for event in client.events] == ["SNAPSHOT", "MARKS", "MARKS"]
        assert [[row["student"]["firstName"] for row in event["entries"]] for event in client.events] == [
            ["Ann", "Ben", "Cas"],
            ["Ben"],
            ["Ann", "Cas"],
        ]
        assert client.marks == {"Ann": None, "Ben": "ABSENT", "Cas": "TARDY"}
        assert (3, client.sheet) == await fresh_sheet(api, token, sheet.id)


async def test_R10_1_an_event_shows_who_marked_and_what_it_adds_up_to(
    api: ApiProcess, sheet: LiveSheet, token: str
) -> None:
    async with subscriber(api, token, sheet.id) as client:
        await client.heard(1)
        assert client.events[0]["revision"] == 0
        assert client.events[0]["occurrence"]["attendanceState"] == "NOT_TAKEN"
        await sheet.submit(Ben=ABSENT)
        await client.reached(1)
        event = client.events[-1]
        assert event["changedAt"] == "2026-11-16T23:10:00Z"
        assert event["occurrence"] == {
            "id": sheet.id,
            "revision": 1,
            "attendanceState": "IN_PROGRESS",
            "tally": {"present": 0, "absent": 1, "unmarked": 2, "total": 3},
        }
        (entry,) = event["entries"]
        assert entry["id"] == sheet.entry("Ben")
        marked_by = entry["mark"].pop("markedBy")
        assert (marked_by["__typename"], marked_by["firstName"]) == ("StaffMember", "Olga")
        assert entry["mark"] == {
            "status": "ABSENT",
            "note": None,
            "isDefaulted": False,
            "source": "OFFICE",
            "revision": 1,
            "markedAt": "2026-11-16T23:10:00Z",
        }


async def test_R10_2_with_a_revision_only_what_came_after_it(api: ApiProcess, sheet: LiveSheet, token: str) -> None:
    for status in (PRESENT, ABSENT, TARDY):
        await sheet.submit(Ann=status)
    async with subscriber(api, token, sheet.id, after=1) as client:
        await client.reached(3)
        await sheet.submit(Ben=PRESENT)
        await client.reached(4)
        assert client.revisions == [2, 3, 4]
        assert [event["kind"] for event in client.events] == ["MARKS"] * 3
        # As each revision left it, though all were read after the last.
        assert [event["entries"][0]["mark"]["status"] for event in client.events] == ["ABSENT", "TARDY", "PRESENT"]
        assert [event["entries"][0]["mark"]["revision"] for event in client.events] == [2, 3, 4]


async def test_R10_2_a_client_that_has_everything_hears_what_is_new(
    api: ApiProcess, sheet: LiveSheet, token: str
) -> None:
    await sheet.submit(Ann=PRESENT)
    async with subscriber(api, token, sheet.id, after=1) as client, subscriber(api, token, sheet.id) as other:
        await other.heard(1)
        await sheet.submit(Ann=ABSENT)
        await client.reached(2)
        assert client.revisions == [2]


async def test_R10_1_the_rows_before_and_an_event_are_the_rows_after_it(
    api: ApiProcess, sheet: LiveSheet, token: str
) -> None:
    chance, names = random.Random(7), list(sheet.students)
    expected: list[dict[str, str | None]] = [dict.fromkeys(names)]
    async with subscriber(api, token, sheet.id) as live:
        while len(expected) < 30:
            chosen = chance.sample(names, chance.randint(1, 3))
            statuses = {name: chance.choice([*AttendanceStatus, None]) for name in chosen}
            if await sheet.submit(**statuses) == len(expected):
                expected.append(expected[-1] | statuses)
        await live.reached(29)
    async with subscriber(api, token, sheet.id, after=0) as replayed:
        await replayed.reached(29)
    for events in (live.events, replayed.events):
        rows: dict[str, str | None] = dict.fromkeys(names)
        for event in events:
            rows |= {row["student"]["firstName"]: row["mark"] and row["mark"]["status"] for row in event["entries"]}
            assert rows == expected[event["revision"]]
    assert replayed.revisions == list(range(1, 30))


@pytest.mark.parametrize("after", [5, 2**31 - 1])
async def test_R10_2_a_revision_that_never_was_gets_the_state(
    api: ApiProcess, sheet: LiveSheet, token: str, after: int
) -> None:
    await sheet.submit(Ann=PRESENT)
    async with subscriber(api, token, sheet.id, after=after) as client:
        await client.heard(1)
        assert [(event["kind"], event["revision"]) for event in client.events] == [("SNAPSHOT", 1)]
        await sheet.submit(Ann=ABSENT)
        await client.reached(2)
        assert client.revisions == [1, 2]


async def test_R10_2_a_revision_too_far_behind_gets_the_state(api: ApiProcess, sheet: LiveSheet, token: str) -> None:
    for _ in range(202):
        await sheet.touch(ChangeKind.ROSTER, "Ann")
    async with subscriber(api, token, sheet.id, after=1) as far, subscriber(api, token, sheet.id, after=2) as near:
        await far.heard(1)
        await near.reached(202)
        assert [event["kind"] for event in far.events] == ["SNAPSHOT"]
        assert near.revisions == list(range(3, 203))


async def test_R10_2_a_history_that_is_not_whole_gets_the_state(api: ApiProcess, sheet: LiveSheet, token: str) -> None:
    await sheet.world.mark(sheet.students["Ann"], sheet.key.timeslot_id)
    await sheet.submit(Ann=ABSENT)
    async with subscriber(api, token, sheet.id, after=0) as client:
        await client.heard(1)
        assert [(event["kind"], event["revision"]) for event in client.events] == [("SNAPSHOT", 2)]
        assert client.marks["Ann"] == "ABSENT"


async def test_R10_1_a_row_that_leaves_the_roster_is_named(api: ApiProcess, sheet: LiveSheet, token: str) -> None:
    async with subscriber(api, token, sheet.id) as client:
        await client.heard(1)
        await sheet.world.owner.execute(
            delete(models.Enrollment).where(models.Enrollment.student_id == sheet.students["Ben"])
        )
        await sheet.touch(ChangeKind.ROSTER, leaving=("Ben",))
        await client.reached(1)
        assert client.events[-1]["removedEntryIds"] == [sheet.entry("Ben")]
        assert client.events[-1]["entries"] == []
        assert (1, client.sheet) == await fresh_sheet(api, token, sheet.id)


async def test_R10_1_a_subdued_row_goes_with_its_mark(api: ApiProcess, sheet: LiveSheet, token: str) -> None:
    await sheet.submit(Ben=PRESENT)
    await sheet.world.owner.execute(
        update(models.Enrollment)
        .where(models.Enrollment.student_id == sheet.students["Ben"])
        .values(drop_on=MONDAY - timedelta(days=1))
    )
    async with subscriber(api, token, sheet.id) as client:
        await client.heard(1)
        assert client.sheet[sheet.entry("Ben")]["isSubdued"] is True
        await sheet.submit(Ben=None)
        await client.reached(2)
        assert client.events[-1]["removedEntryIds"] == [sheet.entry("Ben")]
        assert (2, client.sheet) == await fresh_sheet(api, token, sheet.id)


@pytest.mark.parametrize("kind", list(ChangeKind))
async def test_R10_1_every_kind_of_change_is_told(
    api: ApiProcess, sheet: LiveSheet, token: str, kind: ChangeKind
) -> None:
    async with subscriber(api, token, sheet.id) as client:
        await client.heard(1)
        await sheet.touch(kind, "Ann")
        await client.reached(1)
        assert client.events[-1]["kind"] == kind.value
        assert [row["id"] for row in client.events[-1]["entries"]] == [sheet.entry("Ann")]


async def test_R10_2_changes_can_be_listed_too(api: ApiProcess, sheet: LiveSheet, token: str) -> None:
    for status in (PRESENT, ABSENT, TARDY):
        await sheet.submit(Ann=status)
    query = """query ($id: ID!) { occurrence(id: $id) {
      changes(after: 1, first: 1) { revision kind entries { mark { status } } occurrence { revision } }
    } }"""
    assert (await ask(api, token, query, id=sheet.id))["occurrence"]["changes"] == [
        {
            "revision": 2,
            "kind": "MARKS",
            "entries": [{"mark": {"status": "ABSENT"}}],
            "occurrence": {"revision": 3},
        }
    ]


async def test_R10_4_medical_texts_and_balances_are_for_those_who_may_see_them(
    api: ApiProcess, sheet: LiveSheet
) -> None:
    ann = sheet.students["Ann"]
    await sheet.world.change(models.Student, ann, medical_alert="Peanuts")
    await sheet.world.owner.execute(update(models.Family).values(balance=12))
    held = (Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL)
    doctor = await office_token(sheet.world, *held, Permission.SEE_MEDICAL, Permission.SEE_BALANCES)
    other = await office_token(sheet.world, *held)
    async with subscriber(api, doctor, sheet.id) as sees, subscriber(api, other, sheet.id) as does_not:
        await sees.heard(1)
        await does_not.heard(1)
        await sheet.submit(Ann=PRESENT)
        await sees.reached(1)
        await does_not.reached(1)
        for event in sees.events:
            assert details(event, sheet.entry("Ann")) == {"MEDICAL_ALERT": "Peanuts", "BALANCE_DUE": "12.00 USD"}
        for event in does_not.events:
            assert details(event, sheet.entry("Ann")) == {"MEDICAL_ALERT": None, "BALANCE_DUE": None}


def details(event: dict[str, Any], entry: str) -> dict[str, str | None]:
    row = next(row for row in event["entries"] if row["id"] == entry)
    return {each["kind"]: each["detail"] for each in row["indicators"]}


async def test_R10_4_a_permission_taken_away_ends_the_stream(api: ApiProcess, sheet: LiveSheet) -> None:
    person = await sheet.world.staff(Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL)
    async with subscriber(api, await sign_in(sheet.world, person), sheet.id) as client:
        await client.heard(1)
        await sheet.world.change(models.Person, person, permissions=["OFFICE_SEE_ALL"])
        await sheet.submit(Ann=PRESENT)
        await ended_with(client, "FORBIDDEN")
        assert client.revisions == [0]


async def test_R10_4_an_occurrence_that_is_no_longer_ones_own_ends_the_stream(
    api: ApiProcess, sheet: LiveSheet
) -> None:
    person = await sheet.world.staff(Permission.STAFF_ATTENDANCE_VIEW, teaches=[sheet.lesson.offering_id])
    async with subscriber(api, await sign_in(sheet.world, person, Portal.STAFF), sheet.id) as client:
        await client.heard(1)
        await sheet.world.owner.execute(delete(models.OfferingInstructor))
        await sheet.submit(Ann=PRESENT)
        await ended_with(client, "FORBIDDEN")
        assert client.revisions == [0]


async def test_R8_6b_an_occurrence_whose_timeslot_ends_before_it_ends_the_stream(
    api: ApiProcess, sheet: LiveSheet, token: str
) -> None:
    """What moves a class to another weekday takes its makeups from the sheet, which is not there any more."""
    async with subscriber(api, token, sheet.id) as client:
        await client.heard(1)
        timeslot, last = sheet.lesson.timeslot_id, MONDAY - timedelta(days=1)
        await sheet.world.change(models.Timeslot, timeslot, starts_on=last - timedelta(weeks=50), ends_on=last)
        await sheet.touch(ChangeKind.ROSTER, leaving=("Ann",))
        await ended_with(client, "FORBIDDEN")
        assert client.revisions == [0]


async def test_R10_4_signing_out_ends_the_stream_with_the_next_change(
    api: ApiProcess, sheet: LiveSheet, token: str
) -> None:
    async with subscriber(api, token, sheet.id) as client:
        await client.heard(1)
        await sheet.world.owner.execute(update(models.SignIn).values(ended_at=datetime.now(UTC)))
        await sheet.submit(Ann=PRESENT)
        await ended_with(client, "UNAUTHENTICATED")
        assert client.revisions == [0]


async def test_R10_4_an_expired_credential_closes_the_socket(api: ApiProcess, sheet: LiveSheet) -> None:
    person = await sheet.world.staff(Permission.OWNER)
    async with subscriber(api, await sign_in(sheet.world, person, lifetime=2.0), sheet.id) as client:
        await client.heard(1)
        await client.ended()
        assert client.closed_with == 4403


async def test_R11_3_what_the_viewer_may_not_see_is_not_found(api: ApiProcess, sheet: LiveSheet, token: str) -> None:
    stranger = await sign_in(sheet.world, await sheet.world.staff(Permission.OFFICE_ATTENDANCE_FULL))
    other = await new_world(sheet.world.owner, name="Other Gym")
    foreigner = await office_token(other)
    unknown = encode_occurrence_id(OccurrenceKey(uuid4(), MONDAY))
    tuesday = sheet.lesson.sheet_id(MONDAY + timedelta(days=1))
    answers = []
    for who, occurrence in ((stranger, sheet.id), (foreigner, sheet.id), (token, unknown), (token, tuesday)):
        async with subscriber(api, who, occurrence) as client:
            await ended_with(client, "NOT_FOUND")
            answers.append(client.error)
    assert all(answer == answers[0] for answer in answers)


async def test_R11_1_guardians_and_staff_without_the_permission_are_refused(api: ApiProcess, sheet: LiveSheet) -> None:
    guardian = await sheet.world.guardian(await sheet.world.family())
    nobody = await sheet.world.staff(Permission.OFFICE_SEE_ALL)
    for who in (await sign_in(sheet.world, guardian, Portal.CUSTOMER), await sign_in(sheet.world, nobody)):
        async with subscriber(api, who, sheet.id) as client:
            await ended_with(client, "FORBIDDEN")


@pytest.mark.parametrize(
    ("occurrence", "after"),
    [("nonsense", None), (encode_id("Student", UUID(int=1)), None), (None, -1), (None, 2**31)],
)
async def test_bad_arguments_are_told(
    api: ApiProcess, sheet: LiveSheet, token: str, occurrence: str | None, after: int | None
) -> None:
    async with subscriber(api, token, occurrence or sheet.id, after=after) as client:
        await ended_with(client, "BAD_USER_INPUT")


async def test_a_subscription_that_ends_is_forgotten(api: ApiProcess, sheet: LiveSheet, token: str) -> None:
    async with subscriber(api, token, sheet.id) as client, subscriber(api, token, sheet.id) as other:
        await client.heard(1)
        await other.heard(1)
        assert await api.figure("rollbook_live_subscriptions ") == 2.0
        await client.socket.connection.close()
        await sheet.submit(Ann=PRESENT)
        await other.reached(1)
        assert await api.figure("rollbook_live_subscriptions ") == 1.0


async def test_R16_6_events_and_their_lag_are_counted(api: ApiProcess, sheet: LiveSheet, token: str) -> None:
    events, lag = 'rollbook_live_events_total{stream="roll_sheet"}', "rollbook_live_event_lag_seconds_{}{{stream"
    async with subscriber(api, token, sheet.id) as client, subscriber(api, token, sheet.id) as other:
        await client.heard(1)
        await other.heard(1)
        await sheet.submit(Ann=PRESENT)
        await client.reached(1)
        await other.reached(1)
        sent, seen, total = [await api.figure(name) for name in (events, lag.format("count"), lag.format("sum"))]
        opened = await api.figure('rollbook_live_openings_total{begins_with="snapshot",stream="roll_sheet"}')
        await sheet.submit(Ann=ABSENT)
        await client.reached(2)
        await other.reached(2)
        assert await api.figure(events) == sent + 2
        assert await api.figure(lag.format("count")) == seen + 1, "once for all who get the same"
        assert await api.figure(lag.format("sum")) > total
        async with subscriber(api, token, sheet.id, after=1) as third:
            await third.reached(2)
        assert await api.figure('rollbook_live_openings_total{begins_with="snapshot",stream="roll_sheet"}') == opened
        assert await api.figure('rollbook_live_openings_total{begins_with="changes",stream="roll_sheet"}') >= 1


async def ended_with(client: Subscriber, code: str) -> None:
    await client.ended()
    assert client.error is not None
    assert [error["extensions"]["code"] for error in client.error] == [code]
