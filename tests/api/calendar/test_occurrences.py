"""R2.1 to R2.9 through the API: occurrences by id and in listings, and who may see them."""

from base64 import urlsafe_b64encode
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import AttendanceStatus, BlackoutScope, OfferingKind, Permission, Portal
from db import models
from db.ids import new_id
from gql.fields.global_ids import encode_id, encode_occurrence_id
from tests.support.api import Api
from tests.support.factories import LONG_AGO, MONDAY, World, new_world

DAY, WEEK = timedelta(days=1), timedelta(days=7)
SUNDAY = MONDAY + 6 * DAY

OCCURRENCE = """query($id: ID!) { occurrence(id: $id) {
  id date startsAt endsAt state canRecordAttendance notRecordable { reason message } attendanceState revision
  cancellation { cancelledAt comment cancelledBy { id } }
} }"""
LISTING = """query($filter: OccurrenceFilter!, $first: Int, $after: String, $last: Int, $before: String) {
  occurrences(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    nodes { id date startsAt state offering { name } }
    edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""


def occurrence_id(timeslot_id: UUID, held_on: date = MONDAY) -> str:
    return encode_occurrence_id(OccurrenceKey(timeslot_id, held_on))


def week(**more: Any) -> dict[str, Any]:
    return {"from": str(MONDAY), "to": str(SUNDAY), **more}


def cursor(starts_at: str) -> str:
    """One that nobody was given."""
    values = ["occurrences", starts_at, "swim", str(UUID(int=1)), "2026-11-16"]
    return urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


async def listed(api: Api, **filter: Any) -> list[str]:
    """The offerings' names, in the listing's order."""
    data = await api.ask(LISTING, filter=week(**filter))
    return [node["offering"]["name"] for node in data["occurrences"]["nodes"]]


@pytest.fixture
async def owner_api(world: World, api: Api) -> Api:
    return await api.as_staff(world, Permission.OWNER)


async def test_R2_2_an_occurrence_is_addressable_before_anything_was_recorded(world: World, owner_api: Api) -> None:
    lesson = await world.weekly_class()
    found = (await owner_api.ask(OCCURRENCE, id=occurrence_id(lesson.timeslot_id)))["occurrence"]
    assert found == {
        "id": occurrence_id(lesson.timeslot_id),
        "date": "2026-11-16",
        "startsAt": "2026-11-16T23:00:00Z",
        "endsAt": "2026-11-16T23:45:00Z",
        "state": "SCHEDULED",
        "canRecordAttendance": True,
        "notRecordable": None,
        "attendanceState": "NOT_TAKEN",
        "revision": 0,
        "cancellation": None,
    }


async def test_R2_1_two_timeslots_of_a_day_are_two_occurrences(world: World, owner_api: Api) -> None:
    lesson = await world.weekly_class(start_time=time(17))
    evening = await world.timeslot(lesson.offering_id, weekday=1, start_time=time(19))
    data = await owner_api.ask(LISTING, filter=week())
    ids = [node["id"] for node in data["occurrences"]["nodes"]]
    assert ids == [occurrence_id(lesson.timeslot_id), occurrence_id(evening)]


async def test_R2_1_a_date_on_which_the_timeslot_does_not_fall_is_no_occurrence(world: World, owner_api: Api) -> None:
    lesson = await world.weekly_class()
    for held_on in (MONDAY + DAY, date.min, date.max, date(1899, 12, 25), date(3000, 1, 6)):
        assert await owner_api.ask(OCCURRENCE, id=occurrence_id(lesson.timeslot_id, held_on)) == {"occurrence": None}


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (OfferingKind.CLASS, "Class is not scheduled to meet on this date."),
        (OfferingKind.APPOINTMENT, "Appointment is not scheduled to meet on this date."),
        (OfferingKind.CAMP, "Camp is not scheduled to meet on this date."),
    ],
)
async def test_R2_3_outside_the_session_it_cannot_be_recorded(
    world: World, owner_api: Api, kind: OfferingKind, message: str
) -> None:
    offering = await world.offering(kind=kind)
    timeslot = await world.timeslot(offering, weekday=None, starts_on=MONDAY - WEEK, ends_on=SUNDAY)
    await world.session(MONDAY - WEEK, MONDAY - DAY, offerings=[offering])
    found = (await owner_api.ask(OCCURRENCE, id=occurrence_id(timeslot)))["occurrence"]
    assert found["state"] == "NOT_SCHEDULED"
    assert found["canRecordAttendance"] is False
    assert found["notRecordable"] == {"reason": "NOT_SCHEDULED", "message": message}
    before = (await owner_api.ask(OCCURRENCE, id=occurrence_id(timeslot, MONDAY - DAY)))["occurrence"]
    assert before["state"] == "SCHEDULED"


async def test_R2_3_a_rolling_session_goes_on_and_own_dates_bound_it(world: World, owner_api: Api) -> None:
    lesson = await world.weekly_class(starts_on=MONDAY, ends_on=MONDAY + WEEK)
    await world.session(MONDAY - 52 * WEEK, None, offerings=[lesson.offering_id])
    states = [
        (await owner_api.ask(OCCURRENCE, id=occurrence_id(lesson.timeslot_id, MONDAY + weeks * WEEK)))["occurrence"][
            "state"
        ]
        for weeks in (-1, 0, 1, 2)
    ]
    assert states == ["NOT_SCHEDULED", "SCHEDULED", "SCHEDULED", "NOT_SCHEDULED"]


async def test_R2_3_a_deleted_session_no_longer_schedules_anything(world: World, owner_api: Api) -> None:
    lesson = await world.weekly_class()
    session = await world.add(models.Session, name="Gone", starts_on=MONDAY, ends_on=None, deleted_at=LONG_AGO)
    await world.add(models.OfferingSession, offering_id=lesson.offering_id, session_id=session)
    found = (await owner_api.ask(OCCURRENCE, id=occurrence_id(lesson.timeslot_id)))["occurrence"]
    assert found["state"] == "NOT_SCHEDULED"


async def test_R2_3_listings_leave_unscheduled_dates_out_when_asked_and_by_default_in_the_staff_portal(
    world: World, api: Api
) -> None:
    await world.weekly_class(name="Now")
    past = await world.weekly_class(name="Past")
    await world.session(MONDAY - 9 * WEEK, MONDAY - WEEK, offerings=[past.offering_id])
    office = await api.as_staff(world, Permission.OWNER)
    staff = await api.as_staff(world, Permission.OWNER, portal=Portal.STAFF)
    assert await listed(office) == ["Now", "Past"]
    assert await listed(office, includeNotScheduled=False) == ["Now"]
    assert await listed(staff) == ["Now"]
    assert await listed(staff, includeNotScheduled=True) == ["Now", "Past"]


@pytest.mark.parametrize(
    ("kind", "scope", "state"),
    [
        (OfferingKind.CLASS, BlackoutScope.BILLING, "SCHEDULED"),
        (OfferingKind.CLASS, BlackoutScope.ATTENDANCE, "CLOSED"),
        (OfferingKind.CLASS, BlackoutScope.BOTH, "CLOSED"),
        (OfferingKind.APPOINTMENT, BlackoutScope.ATTENDANCE, "SCHEDULED"),
        (OfferingKind.APPOINTMENT, BlackoutScope.BOTH, "CLOSED"),
        (OfferingKind.CAMP, BlackoutScope.BOTH, "SCHEDULED"),
    ],
)
async def test_R2_5_blackouts(
    world: World, owner_api: Api, kind: OfferingKind, scope: BlackoutScope, state: str
) -> None:
    program = await world.program(blackouts=[(MONDAY, MONDAY, scope)])
    lesson = await world.weekly_class(kind=kind, program_id=program)
    found = (await owner_api.ask(OCCURRENCE, id=occurrence_id(lesson.timeslot_id)))["occurrence"]
    assert found["state"] == state
    assert found["canRecordAttendance"] is (state == "SCHEDULED")


async def test_R2_4_a_cancelled_occurrence_tells_by_whom_and_why(world: World, owner_api: Api) -> None:
    lesson = await world.weekly_class()
    staff = await world.staff()
    await world.occurrence(
        lesson.timeslot_id, revision=1, cancelled_at=LONG_AGO, cancelled_by_id=staff, cancellation_comment="Storm"
    )
    found = (await owner_api.ask(OCCURRENCE, id=occurrence_id(lesson.timeslot_id)))["occurrence"]
    assert (found["state"], found["revision"]) == ("CANCELLED", 1)
    assert found["notRecordable"] == {"reason": "CANCELLED", "message": "Class is cancelled on this date."}
    assert found["cancellation"] == {
        "cancelledAt": "2026-01-05T12:00:00Z",
        "comment": "Storm",
        "cancelledBy": {"id": encode_id("StaffMember", staff)},
    }


async def test_R2_6_tomorrow_cannot_be_recorded_by_the_locations_clock(world: World, api: Api) -> None:
    lesson = await world.weekly_class(weekday=2)
    tuesday = occurrence_id(lesson.timeslot_id, MONDAY + DAY)
    # In UTC it is Tuesday already; in Chicago the last minute of Monday.
    api.clock.now = datetime(2026, 11, 17, 5, 59, tzinfo=UTC)
    owner = await api.as_staff(world, Permission.OWNER)
    found = (await owner.ask(OCCURRENCE, id=tuesday))["occurrence"]
    assert found["notRecordable"]["reason"] == "IN_THE_FUTURE"
    api.clock.now += timedelta(minutes=1)
    found = (await owner.ask(OCCURRENCE, id=tuesday))["occurrence"]
    assert found["canRecordAttendance"] is True


async def test_R2_8_filters(world: World, owner_api: Api) -> None:
    swim, gym = await world.program(name="Swim"), await world.program(name="Gym")
    second = await world.location()
    tigers = await world.weekly_class(name="Tigers 100%", program_id=swim)
    await world.weekly_class(name="Lions", program_id=gym, location_id=second, start_time=time(9))
    camp = await world.offering(name="Camp", kind=OfferingKind.CAMP, program_id=gym)
    await world.timeslot(camp, weekday=None, starts_on=SUNDAY, ends_on=SUNDAY + DAY)
    gone = await world.weekly_class(name="Gone", deleted_at=LONG_AGO)
    assert gone
    assert await listed(owner_api) == ["Lions", "Tigers 100%", "Camp"]
    assert await listed(owner_api, kinds=["CAMP"]) == ["Camp"]
    assert await listed(owner_api, kinds=[]) == ["Lions", "Tigers 100%", "Camp"]
    assert await listed(owner_api, locationIds=[encode_id("Location", second)]) == ["Lions"]
    assert await listed(owner_api, programIds=[encode_id("Program", gym)]) == ["Lions", "Camp"]
    assert await listed(owner_api, offeringIds=[encode_id("Offering", tigers.offering_id)]) == ["Tigers 100%"]
    assert await listed(owner_api, search="IGER") == ["Tigers 100%"]
    assert await listed(owner_api, search="0%") == ["Tigers 100%"]
    assert await listed(owner_api, search="%") == ["Tigers 100%"]
    assert await listed(owner_api, search="_") == []
    assert await listed(owner_api, search="\\") == []
    assert await listed(owner_api, search="  ") == ["Lions", "Tigers 100%", "Camp"]


async def test_R2_8_filter_by_attendance_state(world: World, owner_api: Api) -> None:
    lessons = {name: await world.weekly_class(name=name) for name in ("Empty", "None", "Some", "Taken")}
    for name, (students, marks) in {"None": (1, 0), "Some": (2, 1), "Taken": (2, 2)}.items():
        for number in range(students):
            student = await world.student()
            await world.enroll(student, lessons[name].offering_id)
            if number < marks:
                await world.mark(student, lessons[name].timeslot_id, status=AttendanceStatus.ABSENT)
    assert await listed(owner_api, attendanceStates=["NOT_TAKEN"]) == ["Empty", "None"]
    assert await listed(owner_api, attendanceStates=["IN_PROGRESS"]) == ["Some"]
    assert await listed(owner_api, attendanceStates=["TAKEN", "IN_PROGRESS"]) == ["Some", "Taken"]


async def test_R2_8_filter_by_instructor_applies_substitutes(world: World, owner_api: Api) -> None:
    one, other = await world.staff(first_name="One"), await world.staff(first_name="Other")
    substitute = await world.staff(first_name="Substitute")
    both = await world.weekly_class(name="Both")
    for person in (one, other):
        await world.add(models.OfferingInstructor, offering_id=both.offering_id, person_id=person)
    alone = await world.weekly_class(name="Alone")
    await world.add(models.OfferingInstructor, offering_id=alone.offering_id, person_id=one)
    for lesson in (both, alone):
        await world.add(
            models.Substitution,
            timeslot_id=lesson.timeslot_id,
            held_on=MONDAY,
            absent_person_id=one,
            substitute_id=substitute if lesson is alone else None,
        )

    async def taught_by(*people: UUID) -> list[str]:
        return await listed(owner_api, instructorIds=[encode_id("StaffMember", person) for person in people])

    assert await taught_by(one) == []
    assert await taught_by(other) == ["Both"]
    assert await taught_by(substitute) == ["Alone"]
    assert await taught_by(one, other) == ["Both"]
    following = {"from": str(MONDAY + WEEK), "to": str(SUNDAY + WEEK)}
    data = await owner_api.ask(LISTING, filter={**following, "instructorIds": [encode_id("StaffMember", one)]})
    assert [node["offering"]["name"] for node in data["occurrences"]["nodes"]] == ["Alone", "Both"]
    query = "query($id: ID!) { occurrence(id: $id) { instructors { firstName } } }"
    for lesson, names in ((both, ["Other"]), (alone, ["Substitute"])):
        data = await owner_api.ask(query, id=occurrence_id(lesson.timeslot_id))
        assert [each["firstName"] for each in data["occurrence"]["instructors"]] == names


async def test_R2_8_pages_forwards_and_backwards(world: World, owner_api: Api) -> None:
    for number in range(7):
        await world.weekly_class(name=f"Class {number}", weekday=1 + number % 3, start_time=time(8 + number % 2))
    everything = (await owner_api.ask(LISTING, filter=week()))["occurrences"]
    ids = [node["id"] for node in everything["nodes"]]
    assert len(ids) == 7
    assert everything["pageInfo"]["hasNextPage"] is False

    forwards: list[str] = []
    after, pages = None, 0
    while True:
        page = (await owner_api.ask(LISTING, filter=week(), first=3, after=after))["occurrences"]
        forwards += [node["id"] for node in page["nodes"]]
        assert page["pageInfo"]["hasPreviousPage"] is (pages > 0)
        after, pages = page["pageInfo"]["endCursor"], pages + 1
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert (forwards, pages) == (ids, 3)

    backwards: list[str] = []
    before = None
    while True:
        page = (await owner_api.ask(LISTING, filter=week(), last=3, before=before))["occurrences"]
        backwards = [node["id"] for node in page["nodes"]] + backwards
        before = page["pageInfo"]["startCursor"]
        if not page["pageInfo"]["hasPreviousPage"]:
            break
    assert backwards == ids


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        (
            {"filter": {"from": "2026-01-01", "to": "2027-01-02"}},
            'Argument "filter" has no range that can be listed. The range has 367 days. A range can have at most 366 '
            "days.",
        ),
        (
            {"filter": {"from": "2026-01-02", "to": "2026-01-01"}},
            'Argument "filter" has no range that can be listed. The range ends on 2026-01-01, before it starts on '
            "2026-01-02.",
        ),
        (
            {"filter": {"from": "0001-01-01", "to": "0001-01-01"}},
            'Argument "filter" has no range that can be listed. Only dates from 1900-01-01 to 2999-12-31 can be '
            "listed.",
        ),
        ({"filter": week(), "first": 101}, 'Argument "first" is 101; it must be from 0 to 100.'),
        ({"filter": week(), "first": 1, "last": 1}, 'Give "first" or "last", not both.'),
        (
            {"filter": week(), "after": "bm90IGEgY3Vyc29y"},
            'Argument "after" is not a cursor of this list. Send a cursor exactly as this list returned it.',
        ),
        (
            {"filter": week(), "after": cursor("0001-01-01T00:00:00+00:00")},
            'Argument "after" is not a cursor of this list. Send a cursor exactly as this list returned it.',
        ),
        (
            {"filter": week(), "before": cursor("0001-01-01T00:00:00+14:00")},
            'Argument "before" is not a cursor of this list. Send a cursor exactly as this list returned it.',
        ),
        (
            {"filter": week(kinds=["CLASS"] * 11)},
            'Argument "filter.kinds" has 11 values; at most 10 are allowed.',
        ),
        (
            {"filter": week(attendanceStates=["TAKEN"] * 11)},
            'Argument "filter.attendanceStates" has 11 values; at most 10 are allowed.',
        ),
        (
            {"filter": week(offeringIds=["x"])},
            'Argument "filter.offeringIds.0" is not an id. Send an id exactly as this API returned it.',
        ),
        (
            {"filter": week(search="x" * 201)},
            'Argument "filter.search" has 201 characters; at most 200 are allowed.',
        ),
        (
            {"filter": week(offeringIds=["x"] * 101)},
            'Argument "filter.offeringIds" has 101 ids; at most 100 are allowed.',
        ),
    ],
)
async def test_R2_8_bad_input_is_refused_with_what_would_be_right(
    owner_api: Api, variables: dict[str, Any], message: str
) -> None:
    assert await owner_api.refused(LISTING, **variables) == ("BAD_USER_INPUT", message)


async def test_R2_8_a_leap_year_can_be_listed_whole(owner_api: Api) -> None:
    data = await owner_api.ask(LISTING, filter={"from": "2028-01-01", "to": "2028-12-31"})
    assert data["occurrences"]["nodes"] == []


async def test_R11_without_see_all_only_what_one_teaches_or_substitutes_is_seen(world: World, api: Api) -> None:
    mine = await world.weekly_class(name="Mine")
    stood_in = await world.weekly_class(name="Stood in")
    foreign = await world.weekly_class(name="Foreign")
    person = await world.staff(Permission.STAFF_ATTENDANCE_VIEW, teaches=[mine.offering_id])
    absent = await world.staff(teaches=[stood_in.offering_id, foreign.offering_id])
    await world.add(
        models.Substitution,
        timeslot_id=stood_in.timeslot_id,
        held_on=MONDAY,
        absent_person_id=absent,
        substitute_id=person,
    )
    api = await api.as_staff(world, portal=Portal.STAFF, person_id=person)
    assert await listed(api) == ["Mine", "Stood in"]
    seen = {
        name: (await api.ask(OCCURRENCE, id=occurrence_id(lesson.timeslot_id, held_on)))["occurrence"] is not None
        for name, lesson, held_on in [
            ("mine", mine, MONDAY),
            ("stood in", stood_in, MONDAY),
            ("stood in, a week later", stood_in, MONDAY + WEEK),
            ("foreign", foreign, MONDAY),
        ]
    }
    assert seen == {"mine": True, "stood in": True, "stood in, a week later": False, "foreign": False}
    following = {"from": str(MONDAY + WEEK), "to": str(SUNDAY + WEEK)}
    data = await api.ask(LISTING, filter=following)
    assert [node["offering"]["name"] for node in data["occurrences"]["nodes"]] == ["Mine"]


async def test_R11_anonymous_wrong_role_other_tenant(world: World, api: Api) -> None:
    lesson = await world.weekly_class()
    wanted = occurrence_id(lesson.timeslot_id)
    assert (await api.refused(OCCURRENCE, id=wanted))[0] == "UNAUTHENTICATED"
    powerless = await api.as_staff(world, Permission.OFFICE_SEE_ALL)
    assert (await powerless.refused(OCCURRENCE, id=wanted))[0] == "FORBIDDEN"
    assert (await powerless.refused(LISTING, filter=week()))[0] == "FORBIDDEN"
    guardian = await api.signed_in(world, await world.guardian(await world.family()), Portal.CUSTOMER)
    assert (await guardian.refused(OCCURRENCE, id=wanted))[0] == "FORBIDDEN"
    elsewhere = await new_world(world.owner, name="Other Gym")
    stranger = await api.as_staff(elsewhere, Permission.OWNER)
    assert await stranger.ask(OCCURRENCE, id=wanted) == {"occurrence": None}
    assert await listed(stranger) == []
    assert await stranger.ask(OCCURRENCE, id=occurrence_id(new_id())) == {"occurrence": None}


async def test_R2_2_an_occurrence_of_a_deleted_timeslot_stays_visible_and_takes_no_marks(
    world: World, owner_api: Api
) -> None:
    offering = await world.offering()
    timeslot = await world.timeslot(offering, deleted_at=LONG_AGO)
    await world.mark(await world.student(), timeslot)
    found = (await owner_api.ask(OCCURRENCE, id=occurrence_id(timeslot)))["occurrence"]
    assert (found["state"], found["attendanceState"]) == ("NOT_SCHEDULED", "TAKEN")
    assert found["canRecordAttendance"] is False
    assert await listed(owner_api) == []
