"""makeupTokenGroups and what families see of tokens (R8.2 to R8.4, R7.2), through the API."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from attendance.rules.tokens.student_tokens import MOST_IN_GROUP
from attendance.rules.vocabulary import MakeupRequestState, MakeupTokenOrigin, Permission, Portal
from db import models
from db.ids import new_id
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.factories import JANUARY, LONG_AGO, MONDAY, World, new_world

DAY = timedelta(days=1)
ALL = "query($id: ID!) { student(id: $id) { makeupTokens(first: 50) { nodes { id comment } } } }"
GROUPS = """query($id: ID!, $at: ID) { student(id: $id) { makeupTokenGroups(locationId: $at) {
  usableHere { ...T } usableElsewhere { ...T } requested { ...T } pending { ...T } spent { ...T } expired { ...T } } } }
fragment T on MakeupToken { id state comment expiresOn location { name } makeup { startsOn } }"""


class Shelf:
    """A student's tokens, each by a name of its own."""

    def __init__(self, world: World, student: UUID) -> None:
        self.world, self.student = world, student
        self.names: dict[str, str] = {}

    async def put(self, name: str, **values: Any) -> UUID:
        token = await self.world.makeup_token(self.student, comment=name, **values)
        self.names[encode_id("MakeupToken", token)] = name
        return token

    async def groups(self, api: Api, at: UUID | None = None) -> dict[str, list[str]]:
        """The names in each group that has any."""
        place = None if at is None else encode_id("Location", at)
        answer = await api.ask(GROUPS, id=encode_id("Student", self.student), at=place)
        found = answer["student"]["makeupTokenGroups"]
        return {group: [self.names[each["id"]] for each in tokens] for group, tokens in found.items() if tokens}

    async def listed(self, api: Api) -> list[str]:
        nodes = (await api.ask(ALL, id=encode_id("Student", self.student)))["student"]["makeupTokens"]["nodes"]
        return [self.names[node["id"]] for node in nodes]


@pytest.fixture
async def family(world: World) -> UUID:
    return await world.family()


@pytest.fixture
async def shelf(world: World, family: UUID) -> Shelf:
    return Shelf(world, await world.student(family_id=family))


@pytest.fixture
async def office(world: World, api: Api) -> Api:
    return await api.as_staff(world, Permission.OWNER)


@pytest.fixture
async def guardian(world: World, api: Api, family: UUID) -> Api:
    return await api.signed_in(world, await world.guardian(family), Portal.CUSTOMER)


async def book(shelf: Shelf, token: UUID, held_on: date) -> None:
    lesson = await shelf.world.weekly_class(weekday=held_on.isoweekday())
    await shelf.world.makeup(shelf.student, lesson, held_on, token_id=token)


async def request(shelf: Shelf, token: UUID, held_on: date) -> None:
    lesson = await shelf.world.weekly_class(weekday=held_on.isoweekday())
    await shelf.world.add(
        models.MakeupRequest,
        student_id=shelf.student,
        makeup_token_id=token,
        timeslot_id=lesson.timeslot_id,
        held_on=held_on,
        state=MakeupRequestState.REQUESTED,
        requested_at=LONG_AGO,
    )


async def fill(shelf: Shelf, elsewhere: UUID) -> None:
    """A token in every state, and usable ones here, elsewhere and anywhere. It is MONDAY evening."""
    await shelf.put("anywhere", expires_on=MONDAY + 9 * DAY)
    await shelf.put("here", location_id=shelf.world.location_id, expires_on=MONDAY + 3 * DAY)
    await shelf.put("there", location_id=elsewhere, expires_on=MONDAY + 5 * DAY)
    await shelf.put("ahead", issued_on=MONDAY + DAY)
    await shelf.put("revoked", revoked_at=LONG_AGO)
    await shelf.put("deleted", deleted_at=LONG_AGO)
    await shelf.put("over", expires_on=MONDAY - DAY)
    await request(shelf, await shelf.put("asked for"), MONDAY + 7 * DAY)
    await book(shelf, await shelf.put("booked", expires_on=MONDAY - 2 * DAY), MONDAY)
    await book(shelf, await shelf.put("used", expires_on=MONDAY - 3 * DAY), MONDAY - DAY)


IN_USE = {"requested": ["asked for"], "pending": ["booked"], "spent": ["used"], "expired": ["over"]}


async def test_R8_4_families_get_tokens_grouped_by_what_can_be_done_with_them(
    world: World, shelf: Shelf, guardian: Api, office: Api
) -> None:
    elsewhere = await world.location()
    await fill(shelf, elsewhere)
    for api in (guardian, office):
        assert await shelf.groups(api, world.location_id) == {
            "usableHere": ["here", "anywhere"],
            "usableElsewhere": ["there"],
            **IN_USE,
        }
        assert await shelf.groups(api, elsewhere) == {
            "usableHere": ["there", "anywhere"],
            "usableElsewhere": ["here"],
            **IN_USE,
        }


async def test_R8_4_without_a_location_all_that_can_be_redeemed_are_usable_here(
    world: World, shelf: Shelf, guardian: Api
) -> None:
    await fill(shelf, await world.location())
    expected = {"usableHere": ["here", "there", "anywhere"], **IN_USE}
    assert await shelf.groups(guardian) == expected
    left_out = "query($id: ID!) { student(id: $id) { makeupTokenGroups { usableHere { comment } } } }"
    found = await guardian.ask(left_out, id=encode_id("Student", shelf.student))
    assert len(found["student"]["makeupTokenGroups"]["usableHere"]) == 3


async def test_R7_2_with_locks_ignored_every_token_is_usable_here(world: World, shelf: Shelf, guardian: Api) -> None:
    await fill(shelf, await world.location())
    await world.change_settings(ignore_location_lock=True)
    expected = {"usableHere": ["here", "there", "anywhere"], **IN_USE}
    assert await shelf.groups(guardian, world.location_id) == expected


async def test_R8_4_each_group_and_the_list_go_by_expiration_then_id_the_never_expiring_last(
    world: World, shelf: Shelf, guardian: Api, office: Api
) -> None:
    ids = sorted(new_id() for _ in range(6))
    await shelf.put("never 2", id=ids[5])
    await shelf.put("never 1", id=ids[0])
    await shelf.put("late", id=ids[1], expires_on=MONDAY + 9 * DAY)
    await shelf.put("soon 2", id=ids[4], expires_on=MONDAY)
    await shelf.put("soon 1", id=ids[2], expires_on=MONDAY)
    # It would be good for long, but lapses in between (R8.11).
    await shelf.put("between", id=ids[3], expires_on=MONDAY + 90 * DAY, lapses_on=MONDAY + 5 * DAY)
    expected = ["soon 1", "soon 2", "between", "late", "never 1", "never 2"]
    assert await shelf.groups(guardian) == {"usableHere": expected}
    for api in (guardian, office):
        assert await shelf.listed(api) == expected


@pytest.mark.parametrize("is_on", [True, False])
async def test_R7_2_R8_4_expired_tokens_are_shown_to_families_by_the_setting_and_to_staff_always(
    world: World, shelf: Shelf, guardian: Api, office: Api, is_on: bool
) -> None:
    await world.change_settings(families_see_expired=is_on)
    await shelf.put("over", expires_on=MONDAY - DAY)
    await shelf.put("lapsed", lapses_on=MONDAY - 2 * DAY)
    gone = {"expired": ["lapsed", "over"]}
    assert await shelf.groups(office) == gone
    assert await shelf.groups(guardian) == (gone if is_on else {})
    assert await shelf.listed(guardian) == (gone["expired"] if is_on else [])
    token = next(iter(shelf.names))
    node = "query($id: ID!) { node(id: $id) { id } }"
    assert (await guardian.ask(node, id=token))["node"] == ({"id": token} if is_on else None)


@pytest.mark.parametrize("is_on", [True, False])
async def test_R7_2_R8_2_comments_are_shown_to_families_by_the_setting_and_to_staff_always(
    world: World, shelf: Shelf, guardian: Api, office: Api, is_on: bool
) -> None:
    await world.change_settings(families_see_comments=is_on)
    await shelf.put("Sorry for the cold water")
    for api, sees in ((office, True), (guardian, is_on)):
        for query, path in ((GROUPS, ("makeupTokenGroups", "usableHere")), (ALL, ("makeupTokens", "nodes"))):
            found = (await api.ask(query, id=encode_id("Student", shelf.student)))["student"]
            (token,) = found[path[0]][path[1]]
            assert token["comment"] == ("Sorry for the cold water" if sees else None)


@pytest.mark.parametrize(
    ("zone", "issued_on", "begins_at"),
    [
        ("America/Chicago", date(2026, 11, 18), datetime(2026, 11, 18, 6, tzinfo=UTC)),
        ("Pacific/Kiritimati", date(2026, 11, 18), datetime(2026, 11, 17, 10, tzinfo=UTC)),
        ("Pacific/Niue", date(2026, 11, 18), datetime(2026, 11, 18, 11, tzinfo=UTC)),
        # The day has 23 and 25 hours.
        ("America/Chicago", date(2027, 3, 15), datetime(2027, 3, 15, 5, tzinfo=UTC)),
        ("America/Chicago", date(2026, 11, 2), datetime(2026, 11, 2, 6, tzinfo=UTC)),
        # There is no midnight: the clock goes from 23:59:59 to 1:00.
        ("America/Santiago", date(2027, 9, 5), datetime(2027, 9, 5, 4, tzinfo=UTC)),
    ],
)
async def test_R8_2_families_see_a_token_from_its_issue_date_on_in_its_own_zone(
    world: World, api: Api, family: UUID, shelf: Shelf, zone: str, issued_on: date, begins_at: datetime
) -> None:
    location = await world.location(time_zone=zone)
    token = encode_id("MakeupToken", await shelf.put("new", location_id=location, issued_on=issued_on))
    person, staff = await world.guardian(family), await world.staff(Permission.OWNER)
    node = "query($id: ID!) { node(id: $id) { ... on MakeupToken { state } } }"
    for now, is_there in ((begins_at - timedelta(seconds=1), False), (begins_at, True)):
        api.clock.now = now
        guardian = await api.signed_in(world, person, Portal.CUSTOMER)
        assert await shelf.groups(guardian) == ({"usableHere": ["new"]} if is_there else {})
        assert await shelf.listed(guardian) == (["new"] if is_there else [])
        seen = (await guardian.ask(node, id=token))["node"]
        assert seen == ({"state": "AVAILABLE"} if is_there else None)
        owner = await api.as_staff(world, person_id=staff)
        state = "AVAILABLE" if is_there else "SCHEDULED"
        assert (await owner.ask(node, id=token))["node"] == {"state": state}


@pytest.mark.parametrize(
    ("zone", "expires_on", "ends_at"),
    [
        ("America/Chicago", date(2026, 11, 17), datetime(2026, 11, 18, 6, tzinfo=UTC)),
        ("Pacific/Kiritimati", date(2026, 11, 17), datetime(2026, 11, 17, 10, tzinfo=UTC)),
        ("Pacific/Niue", date(2026, 11, 17), datetime(2026, 11, 18, 11, tzinfo=UTC)),
        ("America/Chicago", date(2027, 3, 14), datetime(2027, 3, 15, 5, tzinfo=UTC)),
        ("America/Chicago", date(2026, 11, 1), datetime(2026, 11, 2, 6, tzinfo=UTC)),
        ("America/Santiago", date(2027, 9, 4), datetime(2027, 9, 5, 4, tzinfo=UTC)),
    ],
)
async def test_R7_7_a_token_is_good_through_the_end_of_its_last_local_day(
    world: World, api: Api, family: UUID, shelf: Shelf, zone: str, expires_on: date, ends_at: datetime
) -> None:
    location = await world.location(time_zone=zone)
    await shelf.put("short", location_id=location, expires_on=expires_on)
    person = await world.guardian(family)
    for now, group in ((ends_at - timedelta(seconds=1), "usableHere"), (ends_at, "expired")):
        api.clock.now = now
        assert await shelf.groups(await api.signed_in(world, person, Portal.CUSTOMER)) == {group: ["short"]}


async def test_R7_7_a_token_without_a_location_lives_by_the_dates_at_all_live_locations(
    world: World, api: Api, family: UUID, shelf: Shelf
) -> None:
    """Seen from the first midnight on, expired after the last. Deleted locations do not count, nor does an id."""
    first = await world.location(time_zone="Pacific/Kiritimati")
    last = await world.location(time_zone="Pacific/Niue")
    gone = {"time_zone": "Pacific/Pago_Pago", "deleted_at": LONG_AGO}
    await world.add(models.Location, id=UUID(int=1), name="Gone", **gone)
    await shelf.put("anywhere", issued_on=date(2026, 11, 18), expires_on=date(2026, 11, 18))
    person = await world.guardian(family)
    begins, ends = datetime(2026, 11, 17, 10, tzinfo=UTC), datetime(2026, 11, 19, 11, tzinfo=UTC)
    second = timedelta(seconds=1)
    for now, anywhere, at_first, at_last in (
        (begins - second, None, None, None),
        (begins, "usableHere", "usableHere", "usableElsewhere"),
        (datetime(2026, 11, 18, 10, tzinfo=UTC), "usableHere", "usableElsewhere", "usableElsewhere"),
        (datetime(2026, 11, 18, 11, tzinfo=UTC), "usableHere", "usableElsewhere", "usableHere"),
        (ends - second, "usableHere", "usableElsewhere", "usableHere"),
        (ends, "expired", "expired", "expired"),
    ):
        api.clock.now = now
        guardian = await api.signed_in(world, person, Portal.CUSTOMER)
        for at, group in ((None, anywhere), (first, at_first), (last, at_last)):
            assert await shelf.groups(guardian, at) == ({group: ["anywhere"]} if group else {}), (now, at)


async def test_R8_3_a_token_goes_through_its_life_by_the_calendar_alone(
    world: World, api: Api, family: UUID, shelf: Shelf
) -> None:
    token = await shelf.put("mine", issued_on=MONDAY, expires_on=MONDAY + 2 * DAY)
    person = await world.guardian(family)
    told = []
    for day in range(-1, 6):
        api.clock.now = datetime(2026, 11, 16, 18, tzinfo=UTC) + day * DAY
        if day == 1:
            await request(shelf, token, MONDAY + 3 * DAY)
        if day == 2:
            await world.change(models.MakeupToken, token, expires_on=MONDAY + DAY)
        if day == 3:
            await book(shelf, token, MONDAY + 4 * DAY)
        told.append(list(await shelf.groups(await api.signed_in(world, person, Portal.CUSTOMER))))
    assert told == [[], ["usableHere"], ["requested"], ["requested"], ["pending"], ["pending"], ["spent"]]


async def test_R11_2_guardians_reach_the_groups_of_their_own_students_alone(world: World, guardian: Api) -> None:
    other = Shelf(world, await world.student(first_name="Other"))
    await other.put("theirs")
    answer = await guardian.ask(GROUPS, id=encode_id("Student", other.student))
    assert answer == {"student": None}


async def test_R11_3_staff_reach_the_groups_of_the_students_they_see(world: World, api: Api, shelf: Shelf) -> None:
    mine, others = await world.weekly_class(), await world.weekly_class()
    await shelf.put("free", location_id=world.location_id)
    await world.enroll(shelf.student, mine.offering_id)
    view = Permission.STAFF_ATTENDANCE_VIEW
    teacher = await api.as_staff(
        world, portal=Portal.STAFF, person_id=await world.staff(view, teaches=[mine.offering_id])
    )
    stranger = await api.as_staff(
        world, portal=Portal.STAFF, person_id=await world.staff(view, teaches=[others.offering_id])
    )
    assert await shelf.groups(teacher) == {"usableHere": ["free"]}
    wanted = {"id": encode_id("Student", shelf.student)}
    assert await stranger.ask(GROUPS, **wanted) == {"student": None}
    assert (await api.refused(GROUPS, **wanted))[0] == "UNAUTHENTICATED"
    foreign = await api.as_staff(await new_world(world.owner, name="Other Gym"), Permission.OWNER)
    assert await foreign.ask(GROUPS, **wanted) == {"student": None}


async def test_R11_3_a_location_that_is_not_ours_is_not_found(world: World, shelf: Shelf, guardian: Api) -> None:
    elsewhere = await new_world(world.owner, name="Other Gym")
    gone = await world.add(models.Location, name="Gone", time_zone="America/Chicago", deleted_at=LONG_AGO)
    for location in (elsewhere.location_id, gone, new_id()):
        wanted = {"id": encode_id("Student", shelf.student), "at": encode_id("Location", location)}
        assert await guardian.refused(GROUPS, **wanted) == ("NOT_FOUND", "There is no such location.")
    wrong = {"id": encode_id("Student", shelf.student), "at": encode_id("Student", shelf.student)}
    assert (await guardian.refused(GROUPS, **wrong))[0] == "BAD_USER_INPUT"


async def test_R8_4_a_group_holds_the_first_to_expire_and_the_last_that_are_over(shelf: Shelf, office: Api) -> None:
    for number in range(MOST_IN_GROUP + 2):
        await shelf.put(f"good {number}", expires_on=MONDAY + number * DAY)
        await shelf.put(f"over {number}", expires_on=JANUARY + number * DAY)
    groups = await shelf.groups(office)
    assert groups["usableHere"] == [f"good {number}" for number in range(MOST_IN_GROUP)]
    assert groups["expired"] == [f"over {number}" for number in range(2, MOST_IN_GROUP + 2)]


@pytest.mark.parametrize("count", [1, 12])
async def test_R8_4_the_groups_of_many_students_take_as_many_statements_as_those_of_one(
    world: World, api: Api, family: UUID, count: int
) -> None:
    lesson = await world.weekly_class()
    await world.occurrence(lesson.timeslot_id)
    for number in range(count):
        shelf = Shelf(world, await world.student(first_name=f"S{number}", family_id=family))
        await fill(shelf, await world.location(name=f"L{number}"))
        place = {"timeslot_id": lesson.timeslot_id, "held_on": MONDAY}
        await shelf.put("earned", origin=MakeupTokenOrigin.ABSENCE, **place)
    guardian = await api.signed_in(world, await world.guardian(family), Portal.CUSTOMER)
    query = """query($at: ID) { students { nodes {
      here: makeupTokenGroups(locationId: $at) { usableHere { missedOccurrence { date } } pending { id } }
      all: makeupTokenGroups { usableHere { id location { name } } expired { id } } } } }"""
    guardian.statements.clear()
    found = await guardian.ask(query, at=encode_id("Location", world.location_id))
    assert len(found["students"]["nodes"]) == count
    assert {len(node["all"]["usableHere"]) for node in found["students"]["nodes"]} == {4}
    assert len(guardian.statements) == 8, guardian.statements
