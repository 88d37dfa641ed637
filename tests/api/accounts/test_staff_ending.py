"""R12.6, R13.2: the end of a staff member's access is planned, moved, taken back, and comes."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from attendance.rules.vocabulary import AccountLinkPurpose, Permission, Portal
from db import models
from db.accounts.account_links import NewLink, add_link
from db.engine import Database
from db.ids import new_id
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from gql.fields.global_ids import encode_id, encode_occurrence_id
from tests.support.api import Api
from tests.support.factories import World
from workers.context import WorkerContext
from workers.jobs.end_staff import end_all

pytestmark = pytest.mark.emptied_database

NOON = datetime(2026, 11, 16, 17, tzinfo=UTC)
TODAY, LAST, NEXT = date(2026, 11, 16), date(2026, 11, 19), date(2026, 11, 20)
BEGUN = datetime(2026, 11, 20, 8, tzinfo=UTC)
"""When NEXT has begun in Los Angeles too."""
SHOWN = "staff { endedAt endsOn }"
SHEET = "query Sheet($id: ID!) { occurrence(id: $id) { roster { student { id } } } }"
CHECK = "query($token: String!) { checkAccountLink(purpose: PASSWORD_RESET, token: $token) { linkReason } }"
ASKS = "{ viewer { ... on StaffViewer { permissions } } }"


@pytest.fixture
async def owner_api(world: World, api: Api) -> Api:
    api.clock.now = NOON
    await world.location(name="West", time_zone="America/Los_Angeles")
    return await api.as_staff(world, person_id=await world.staff(Permission.OWNER, first_name="Olga"))


@pytest.fixture
def end_due(database: Database) -> Callable[[datetime], WorkerContext]:
    return lambda now: WorkerContext(database, Announcer(), lambda: now)


async def planned(api: Api, person: UUID, from_: date | None) -> dict[str, object]:
    given = {} if from_ is None else {"from": str(from_)}
    answer = await api.act("endStaff", SHOWN, staffMemberId=encode_id("StaffMember", person), **given)
    return answer.get("staff") or answer


async def test_R13_2_staff_work_until_the_date_of_their_end(
    world: World, owner_api: Api, database: Database, end_due: Callable[[datetime], WorkerContext]
) -> None:
    nia = await world.staff(Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL, email="nia@gym.example")
    sheet = encode_occurrence_id((await world.weekly_class()).key())
    token = owner_api.services.link_terms.token(world.organization_id, new_id())
    async with unit_of_work(database, world.organization_id, Announcer()) as uow:
        link = NewLink(token, nia, AccountLinkPurpose.PASSWORD_RESET, BEGUN + timedelta(days=1))
        await add_link(uow, link, now=NOON)
    assert await planned(owner_api, nia, date(2026, 12, 24)) == {"endedAt": None, "endsOn": "2026-12-24"}
    assert await planned(owner_api, nia, NEXT) == {"endedAt": None, "endsOn": str(NEXT)}
    refused = await planned(owner_api, nia, TODAY - timedelta(days=1))
    assert (refused["__typename"], refused["earliest"]) == ("PastIsFixed", str(TODAY))

    # NEXT has begun in New York, and has not in Los Angeles.
    owner_api.clock.now = BEGUN - timedelta(seconds=1)
    hers = await owner_api.signed_in(world, nia, Portal.OFFICE)
    assert (await hers.ask(ASKS))["viewer"]["permissions"] == ["OFFICE_ATTENDANCE_VIEW", "OFFICE_SEE_ALL"]
    assert (await hers.ask(SHEET, id=sheet))["occurrence"]["roster"] == []
    assert await end_all(end_due(owner_api.clock.now)) == 0
    # Requests compare the time themselves, also where the process remembers who asks.
    owner_api.clock.now = BEGUN
    assert (await hers.refused(ASKS))[0] == "UNAUTHENTICATED"
    assert (await hers.refused(SHEET, id=sheet))[0] == "UNAUTHENTICATED"
    assert [row.ended_at for row in await world.rows(models.SignIn, person_id=nia)] == [None]
    # Neither does a link let anybody in meanwhile, and no other one is made.
    boss = await owner_api.as_staff(world, Permission.OWNER)
    checked = await boss.ask(CHECK, token=token.encode())
    assert checked["checkAccountLink"]["linkReason"] == "REVOKED"
    reset = await boss.act("resetPassword", token=token.encode(), password="nine slow otters")
    assert (reset["__typename"], reset["linkReason"]) == ("LinkNotValid", "REVOKED")
    sent = await boss.act("sendPasswordReset", personId=encode_id("StaffMember", nia))
    assert (sent["__typename"], sent["notInvitableReason"]) == ("NotInvitable", "HAS_LEFT")
    assert await end_all(end_due(BEGUN)) == 1
    assert await end_all(end_due(BEGUN)) == 0
    (person,) = await world.rows(models.Person, id=nia)
    assert (person.ended_at, person.ends_on, person.ends_at) == (BEGUN, None, None)
    assert [row.ended_at for row in await world.rows(models.SignIn, person_id=nia)] == [BEGUN]
    assert all(row.revoked_at == BEGUN for row in await world.rows(models.AccountLink, person_id=nia))
    # Who is out stays out, whatever date is given.
    assert (await planned(boss, nia, BEGUN.date() + timedelta(days=9)))["endsOn"] is None
    await boss.act("restoreStaff", staffMemberId=encode_id("StaffMember", nia))
    assert await end_all(end_due(BEGUN + timedelta(days=30))) == 0
    assert (await hers.refused(ASKS))[0] == "UNAUTHENTICATED"
    await boss.act("restoreStaff", staffMemberId=encode_id("StaffMember", nia))
    # The plan and its change, then the end, which came by itself, and the return. What changed nothing is not told.
    await owner_api.services.security_log.close()
    events = await world.rows(models.SecurityEvent, detail=str(nia))
    assert {(row.kind, row.person_id is None): (row._mapping["count"], row.first_at) for row in events} == {
        ("STAFF_END_PLANNED", False): (2, NOON),
        ("STAFF_ENDED", True): (1, BEGUN),
        ("STAFF_RESTORED", False): (1, BEGUN),
    }


async def test_R13_2_a_planned_end_is_taken_back_or_brought_forward(
    world: World, owner_api: Api, end_due: Callable[[datetime], WorkerContext]
) -> None:
    nia, ned, ann = [await world.staff(Permission.OFFICE_ATTENDANCE_VIEW) for _ in range(3)]
    for person in (nia, ned, ann):
        await planned(owner_api, person, NEXT)
    restored = await owner_api.act("restoreStaff", SHOWN, staffMemberId=encode_id("StaffMember", nia))
    assert restored["staff"] == {"endedAt": None, "endsOn": None}
    assert (await planned(owner_api, ned, None))["endedAt"] is not None
    # Whoever ends and restores somebody elsewhere, such as an import, makes the plan void.
    await world.change(models.Person, ann, ended_at=NOON)
    await world.change(models.Person, ann, ended_at=None)
    owner_api.clock.now = BEGUN
    assert await end_all(end_due(BEGUN)) == 0
    hers = await owner_api.signed_in(world, nia, Portal.OFFICE)
    assert (await hers.ask(ASKS))["viewer"]["permissions"] == ["OFFICE_ATTENDANCE_VIEW"]


async def test_R12_6_the_last_owner_who_stays_cannot_be_planned_to_end(world: World, owner_api: Api) -> None:
    (olga,) = await world.rows(models.Person, first_name="Olga")
    other = await world.staff(Permission.OWNER)
    assert (await planned(owner_api, other, NEXT))["endsOn"] == str(NEXT)
    for date_ in (NEXT, None):
        assert (await planned(owner_api, olga.id, date_))["__typename"] == "LastOwner"
    assert (await planned(owner_api, other, LAST))["endsOn"] == str(LAST)
