"""What is not to be seen is not found: by id, in listings, below other things and in subscriptions (R11.1 to R11.3)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import AccountLinkPurpose, BlackoutScope, Permission, Portal
from commands.servers.scratch import scratch_database
from commands.servers.start import Servers
from db import models
from gql.fields.global_ids import encode_id
from gql.fields.nodes import NODE_TYPES
from tests.api.organization.permission_stage import Stage, new_stage
from tests.support.api import SCHEMA, Api
from tests.support.api_process import ApiProcess, api_process, sign_in
from tests.support.factories import LONG_AGO, MONDAY, World, new_world
from tests.support.subscriber import subscriber

NEXT_MONDAY = MONDAY + timedelta(days=7)
NODE = "query($id: ID!) { node(id: $id) { __typename id } nodes(ids: [$id]) { id } }"
VIEW, FULL = Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_ATTENDANCE_FULL


@pytest.fixture(scope="module")
async def database_url(servers: Servers, template_database: str) -> AsyncIterator[str]:
    """One database for the tests of this file, each of which makes organizations of its own."""
    async with scratch_database(servers.database_url, template_database) as url:
        yield url


@pytest.fixture
async def stage(world: World, api: Api) -> Stage:
    return await new_stage(world, api)


# Staff who see all, the class's teacher, staff who teach nothing, the student's guardian, a guardian of others.
SEEN = {
    "Organization": "all teacher nobody family others",
    "Location": "all teacher nobody family others",
    "Program": "all teacher nobody family others",
    "StaffMember": "all teacher nobody",
    "Session": "all teacher nobody family others",
    "BlackoutSchedule": "all teacher nobody",
    "BlackoutDate": "all teacher nobody",
    "Kiosk": "all teacher nobody",
    "Occurrence": "all teacher",
    "RosterEntry": "all teacher",
    "Offering": "all teacher",
    "Timeslot": "all teacher",
    "Student": "all teacher family",
    "Family": "all teacher family",
    "Enrollment": "all teacher family",
    "StudentNote": "all teacher",
    "MakeupToken": "all teacher family",
    "ExpectedAbsence": "all teacher family",
    # For a class that the teacher does not teach.
    "MakeupRequest": "all family",
    # For owners and for whoever began it.
    "BackgroundTask": "",
    # For whoever manages the staff.
    "StaffAbsence": "",
    "Guardian": "all family",
    # For whoever manages staff, or may invite the person.
    "PermissionGroup": "",
    "Invitation": "",
    # For the person itself and for owners.
    "SignIn": "family",
}


async def _node_id(stage: Stage, type_name: str) -> str:
    if type_name == "Occurrence":
        return stage.occurrence_id
    if type_name == "RosterEntry":
        return encode_id(type_name, stage.lesson.timeslot_id, MONDAY, stage.ann)
    if type_name == "Kiosk":
        return stage.kiosk_id
    world = stage.world
    schedule = await world.add(models.BlackoutSchedule, name="Holidays")
    keys = {
        "Session": await world.session(MONDAY, NEXT_MONDAY),
        "BlackoutSchedule": schedule,
        "BlackoutDate": await world.add(
            models.BlackoutDate,
            blackout_schedule_id=schedule,
            starts_on=MONDAY,
            ends_on=MONDAY,
            scope=BlackoutScope.BOTH,
        ),
        "Organization": world.organization_id,
        "Location": world.location_id,
        "Program": await world.program(),
        "StaffMember": stage.tom,
        "Offering": stage.lesson.offering_id,
        "Timeslot": stage.lesson.timeslot_id,
        "Student": stage.ann,
        "Family": stage.family_id,
        "Enrollment": stage.enrollment,
        "StudentNote": stage.note,
        "MakeupToken": stage.token,
        "ExpectedAbsence": stage.absence,
        "MakeupRequest": stage.request,
        "BackgroundTask": stage.task,
        "StaffAbsence": stage.staff_absence,
        "Guardian": stage.gail,
        "PermissionGroup": stage.group,
        "Invitation": await _invitation(stage),
        "SignIn": await _sign_in(stage),
    }
    return encode_id(type_name, keys[type_name])


async def _sign_in(stage: Stage) -> UUID:
    now = stage.api.clock.now
    claims = await stage.world.sign_in(stage.gail, Portal.CUSTOMER, now, now)
    assert claims.sign_in_id is not None
    return claims.sign_in_id


async def _invitation(stage: Stage) -> UUID:
    now = stage.api.clock.now
    return await stage.world.add(
        models.AccountLink,
        person_id=stage.gail,
        purpose=AccountLinkPurpose.INVITATION,
        secret_hash=b"x",
        created_at=now,
        expires_at=now + timedelta(hours=1),
    )


def test_every_type_with_an_id_has_its_row() -> None:
    assert set(SEEN) == set(NODE_TYPES)


@pytest.mark.parametrize("type_name", sorted(SEEN))
async def test_R11_3_what_is_not_to_be_seen_has_no_node(stage: Stage, type_name: str) -> None:
    wanted = await _node_id(stage, type_name)
    callers = {
        "all": await stage.staff(VIEW, Permission.OFFICE_SEE_ALL),
        "teacher": await stage.staff(VIEW, teaches=True),
        "nobody": await stage.staff(VIEW),
        "family": await stage.guardian(),
        "others": await stage.other_guardian(),
        "strangers": await stage.stranger(),
    }
    seen = []
    for who, caller in callers.items():
        found = await caller.ask(NODE, id=wanted)
        assert (found["node"] is None) is (found["nodes"] == [None])
        if found["node"] is not None:
            assert found["node"] == {"__typename": type_name, "id": wanted}
            seen.append(who)
    assert seen == SEEN[type_name].split()
    assert (await stage.kiosk.refused(NODE.replace("nodes(ids: [$id]) { id }", ""), id=wanted))[0] == "FORBIDDEN"


async def test_R11_1_grants_of_groups_and_of_the_person_add_up(stage: Stage) -> None:
    person = await stage.world.staff(VIEW)
    caller = await stage.api.signed_in(stage.world, person, Portal.OFFICE)
    assert (await caller.ask(NODE, id=stage.occurrence_id))["node"] is None
    for name, grant in (("Sees all", Permission.OFFICE_SEE_ALL), ("Records", FULL)):
        group = await stage.world.add(models.PermissionGroup, name=name, permissions=[grant.value])
        await stage.world.add(models.GroupMember, group_id=group, person_id=person)
    assert (await caller.ask(NODE, id=stage.occurrence_id))["node"] is not None
    held = (await caller.ask("{ viewer { ... on StaffViewer { permissions } } }"))["viewer"]["permissions"]
    assert held == ["OFFICE_ATTENDANCE_FULL", "OFFICE_ATTENDANCE_VIEW", "OFFICE_SEE_ALL"]


async def test_R11_1_grants_count_in_their_portal_alone(stage: Stage) -> None:
    staff = await stage.staff(VIEW, Permission.OFFICE_SEE_ALL, Permission.STAFF_ATTENDANCE_VIEW, portal=Portal.STAFF)
    assert (await staff.ask(NODE, id=stage.occurrence_id))["node"] is None


BELOW = """query($student: ID!, $offering: ID!) {
  student(id: $student) {
    enrollments { occurrences(from: "2026-11-01", to: "2026-11-30") { nodes { id } } }
    attendance(range: ALL, first: 100) { nodes { occurrence { id } } }
  }
  node(id: $offering) { ... on Offering { occurrences(from: "2026-11-01", to: "2026-11-30") { nodes { id } } } }
}"""
LIST = '{ occurrences(filter: {from: "2026-11-01", to: "2026-12-31"}) { nodes { id } } }'


async def _substitute(stage: Stage) -> Api:
    person = await stage.world.staff(VIEW, first_name="Sue")
    absence = await stage.world.add(
        models.StaffAbsence, person_id=stage.tom, starts_on=MONDAY, ends_on=MONDAY, recorded_at=LONG_AGO
    )
    await stage.world.add(
        models.Substitution,
        staff_absence_id=absence,
        absent_person_id=stage.tom,
        substitute_id=person,
        timeslot_id=stage.lesson.timeslot_id,
        held_on=MONDAY,
    )
    return await stage.api.signed_in(stage.world, person, Portal.OFFICE)


def _on(stage: Stage, day: Any) -> str:
    return stage.lesson.sheet_id(day)


async def test_R9_9_substitutes_see_that_occurrence_alone(stage: Stage) -> None:
    substitute = await _substitute(stage)
    assert (await substitute.ask(LIST))["occurrences"]["nodes"] == [{"id": stage.occurrence_id}]
    for day, is_seen in ((MONDAY, True), (NEXT_MONDAY, False), (MONDAY - timedelta(days=7), False)):
        entry = encode_id("RosterEntry", stage.lesson.timeslot_id, day, stage.ann)
        for wanted in (_on(stage, day), entry):
            assert ((await substitute.ask(NODE, id=wanted))["node"] is not None) is is_seen
    told = await stage.world.expected_absence(stage.ann, ends_on=NEXT_MONDAY)
    absence = "query($id: ID!) { node(id: $id) { ... on ExpectedAbsence { occurrences { id } } } }"
    found = await substitute.ask(absence, id=encode_id("ExpectedAbsence", told))
    assert found["node"]["occurrences"] == [{"id": stage.occurrence_id}]


async def test_R9_9_whose_place_is_taken_may_teach_it_no_more(stage: Stage) -> None:
    """Who was asked to stand in does, until it is taken back; who teaches since is there too."""
    substitute = await _substitute(stage)
    await stage.world.staff(first_name="Uma", teaches=[stage.lesson.offering_id])
    await stage.world.owner.execute(
        text("DELETE FROM offering_instructor WHERE person_id = :tom").bindparams(tom=stage.tom)
    )
    document = "query($id: ID!) { occurrence(id: $id) { id instructors { firstName } } }"
    found = (await substitute.ask(document, id=stage.occurrence_id))["occurrence"]
    assert found == {"id": stage.occurrence_id, "instructors": [{"firstName": "Sue"}, {"firstName": "Uma"}]}
    assert (await substitute.ask(LIST))["occurrences"]["nodes"] == [{"id": stage.occurrence_id}]
    assert (await substitute.ask(NODE, id=_on(stage, NEXT_MONDAY)))["node"] is None


async def _below(caller: Api, stage: Stage) -> set[str]:
    """Every occurrence that is found below the student and the offering."""
    given = {"student": stage.student_id, "offering": encode_id("Offering", stage.lesson.offering_id)}
    found = await caller.ask(BELOW, **given)
    lists = [each["occurrences"]["nodes"] for each in found["student"]["enrollments"]]
    lists.append([each["occurrence"] for each in found["student"]["attendance"]["nodes"]])
    lists.append(found["node"]["occurrences"]["nodes"])
    return {each["id"] for nodes in lists for each in nodes}


async def test_R11_3_what_is_not_to_be_seen_is_not_found_below_other_things(stage: Stage) -> None:
    await stage.world.enroll(stage.ann, stage.other.offering_id)
    elsewhere = stage.other.sheet_id()
    everything = await _below(await stage.staff(VIEW, Permission.OFFICE_SEE_ALL), stage)
    assert {stage.occurrence_id, _on(stage, NEXT_MONDAY), elsewhere} < everything
    taught = await _below(await stage.staff(VIEW, teaches=True), stage)
    assert {stage.occurrence_id, _on(stage, NEXT_MONDAY)} < taught
    assert elsewhere not in taught
    assert await _below(await _substitute(stage), stage) == {stage.occurrence_id}


async def test_R11_2_guardians_reach_their_family_alone(stage: Stage) -> None:
    family, others = await stage.guardian(), await stage.other_guardian()
    names = "{ students { nodes { id } } viewer { ... on GuardianViewer { students { id } } } }"
    mine = [{"id": stage.student_id}]
    assert await family.ask(names) == {"students": {"nodes": mine}, "viewer": {"students": mine}}
    assert await others.ask(names) == {"students": {"nodes": []}, "viewer": {"students": []}}


@pytest.mark.parametrize(
    "field",
    [
        "roster { id }",
        "tally { total }",
        "attendanceState",
        "openings",
        "changes { revision }",
        "tokenRuns { phase }",
    ],
)
async def test_R11_2_guardians_see_no_roll_sheet_through_what_is_theirs(stage: Stage, field: str) -> None:
    """They may know when the class is, not who else is in it."""
    family = await stage.guardian()
    told = encode_id("ExpectedAbsence", stage.absence)
    document = f"query($id: ID!) {{ node(id: $id) {{ ... on ExpectedAbsence {{ occurrences {{ id {field} }} }} }} }}"
    assert (await family.refused(document, id=told))[0] == "FORBIDDEN"
    found = await family.ask(document.replace(f"id {field}", "id"), id=told)
    assert found["node"]["occurrences"] == [{"id": stage.occurrence_id}]


async def test_R11_2_guardians_see_no_notes(stage: Stage) -> None:
    document = "query($id: ID!) { student(id: $id) { rollSheetComment notes { body } } }"
    assert (await (await stage.guardian()).refused(document, id=stage.student_id))[0] == "FORBIDDEN"


def test_every_subscription_is_tried() -> None:
    """Below, in test_who_may_follow, and with the background tasks."""
    assert SCHEMA._schema.subscription_type is not None
    tried = {"rollSheetChanged", "studentChanged", "checkIns", "backgroundTaskChanged", "backgroundTasksChanged"}
    assert set(SCHEMA._schema.subscription_type.fields) == tried


@pytest.fixture
async def live(servers: Servers, database_url: str) -> AsyncIterator[ApiProcess]:
    async with api_process(database_url, servers.redis_url) as api:
        yield api


async def test_R11_3_who_may_not_see_a_roll_sheet_cannot_follow_it(live: ApiProcess, stage: Stage, owner: Any) -> None:
    world, full = stage.world, Permission.OFFICE_ATTENDANCE_FULL
    teacher = await world.staff(full, teaches=[stage.other.offering_id])
    expected = {
        "sees all": (await sign_in(world, await world.staff(full, Permission.OFFICE_SEE_ALL)), None),
        "teaches it": (await sign_in(world, await world.staff(full, teaches=[stage.lesson.offering_id])), None),
        "teaches another": (await sign_in(world, teacher), "NOT_FOUND"),
        "sees no attendance": (await sign_in(world, await world.staff(Permission.OFFICE_SEE_ALL)), "FORBIDDEN"),
        "guardian": (await sign_in(world, stage.gail, Portal.CUSTOMER), "FORBIDDEN"),
    }
    elsewhere = await new_world(owner, name="Other Gym")
    expected["stranger"] = (await sign_in(elsewhere, await elsewhere.staff(Permission.OWNER)), "NOT_FOUND")
    answers = {}
    for who, (token, _) in expected.items():
        async with subscriber(live, token, stage.occurrence_id) as client:
            async with client._news:
                await client._news.wait_for(lambda c=client: bool(c.events) or c.error is not None)  # type: ignore[misc]
            answers[who] = None if client.error is None else client.error[0]["extensions"]["code"]
    assert answers == {who: code for who, (_, code) in expected.items()}
