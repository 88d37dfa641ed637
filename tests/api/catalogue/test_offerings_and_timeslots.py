"""Offerings and timeslots through the API: made, changed from a date on, ended and previewed."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from attendance.rules.vocabulary import OfferingKind, Permission
from db import models
from gql.fields.global_ids import encode_id
from tests.api.catalogue.catalogue_desk import Desk, new_desk
from tests.support.api import Api
from tests.support.audit import assert_sound
from tests.support.factories import MONDAY, World

WEEK, DAY = timedelta(days=7), timedelta(days=1)
SLOT = {"weekday": 3, "startTime": "18:00", "durationMinutes": 60, "room": "Lane 1"}


@pytest.fixture
async def desk(world: World, api: Api) -> Desk:
    return await new_desk(world, api)


def offering_id(desk: Desk) -> str:
    return encode_id("Offering", desk.lesson.offering_id)


def timeslot_id(desk: Desk) -> str:
    return encode_id("Timeslot", desk.lesson.timeslot_id)


async def test_R13_1_a_class_a_camp_and_an_appointment_are_made_with_all_they_have(desk: Desk) -> None:
    sam = await desk.world.staff(first_name="Tom")
    given: dict[str, Any] = {
        "kind": "CLASS",
        "name": "Dive 1",
        "locationId": encode_id("Location", desk.world.location_id),
        "programId": encode_id("Program", desk.program),
        "capacity": 6,
        "minAgeMonths": 36,
        "maxAgeMonths": 72,
        "gender": "F",
        "sessionIds": [desk.session_id],
        "instructorIds": [encode_id("StaffMember", sam)],
        "timeslots": [SLOT, SLOT | {"weekday": 5}],
    }
    shown = """offering { id kind name capacity minAgeMonths maxAgeMonths gender program { name } location { name }
        sessions { name } instructors { firstName }
        timeslots { weekday startsOn endsOn startTime durationMinutes room } }"""
    done = await desk.previewed("createOffering", shown, **given)
    offering = done["offering"]
    made = offering.pop("id")
    assert offering == {
        "kind": "CLASS",
        "name": "Dive 1",
        "capacity": 6,
        "minAgeMonths": 36,
        "maxAgeMonths": 72,
        "gender": "F",
        "program": {"name": "Swim"},
        "location": {"name": "Main Street"},
        "sessions": [{"name": "Autumn"}],
        "instructors": [{"firstName": "Tom"}],
        "timeslots": [
            SLOT | {"startsOn": "2026-11-16", "endsOn": None},
            SLOT | {"weekday": 5, "startsOn": "2026-11-16", "endsOn": None},
        ],
    }
    assert done["effect"]["appearingCount"] == 32 + 32
    assert (await desk.dates())[:3] == [("2026-11-16", "17:00"), ("2026-11-18", "18:00"), ("2026-11-20", "18:00")]
    camp = given | {
        "kind": "CAMP",
        "name": "Splash",
        "sessionIds": [],
        "timeslots": [{"startTime": "09:00", "durationMinutes": 360, "startsOn": "2026-12-21", "endsOn": "2026-12-23"}],
    }
    assert (await desk.previewed("createOffering", **camp))["effect"]["appearingCount"] == 3
    lesson = camp | {"kind": "APPOINTMENT", "name": "Trial talk"}
    assert (await desk.act("createOffering", **lesson))["__typename"] == "NotPossible"
    late = lesson | {"timeslots": [camp["timeslots"][0] | {"startsOn": "2026-11-10", "endsOn": "2026-11-10"}]}
    assert (await desk.act("createOffering", **late))["__typename"] == "PastIsFixed"
    assert (await desk.act("createOffering", **late, correctsPast=True))["effect"]["appearingCount"] == 1
    for wrong in (SLOT | {"weekday": None}, SLOT | {"startsOn": "2026-12-02", "endsOn": "2026-12-01"}):
        refused = await desk.act("createTimeslot", offeringId=made, timeslot=wrong)
        assert refused["__typename"] == "NotPossible"
    listed = await desk.api.ask("{ offerings { nodes { name } } }")
    assert [each["name"] for each in listed["offerings"]["nodes"]] == ["Dive 1", "Splash", "Swim 1", "Trial talk"]


async def test_R2_10_a_class_moves_from_a_date_on_and_its_past_stays(desk: Desk) -> None:
    world = desk.world
    await world.mark(desk.ann, desk.lesson.timeslot_id, held_on=MONDAY - WEEK)
    bea = await world.student(first_name="Bea")
    token = await world.makeup_token(bea)
    makeup = await world.makeup(bea, desk.lesson, MONDAY + 2 * WEEK, token_id=token)
    past = await desk.dates(MONDAY - 4 * WEEK, MONDAY)
    since = (MONDAY + WEEK).isoformat()
    given: dict[str, Any] = {
        "timeslotId": timeslot_id(desk),
        "weekday": 2,
        "startTime": "16:45",
        "notifyFamilies": True,
        "from": since,
    }
    done = await desk.previewed("updateTimeslot", "timeslot { weekday startTime startsOn }", **given)
    assert done["timeslot"] == {"weekday": 2, "startTime": "16:45", "startsOn": since}
    effect = done["effect"]
    assert (effect["movingCount"], effect["appearingCount"], effect["disappearingCount"]) == (31, 0, 1)
    first = effect["occurrences"][0]
    assert (first["before"]["date"], first["after"]["date"]) == ("2026-11-23", "2026-11-24")
    assert effect["makeupIds"] == [encode_id("Enrollment", makeup)]
    assert (effect["studentCount"], effect["toldFamilyCount"]) == (2, 1), "Bea's family has no address"
    assert await desk.dates(MONDAY - 4 * WEEK, MONDAY) == past
    assert (await desk.dates())[:3] == [("2026-11-16", "17:00"), ("2026-11-24", "16:45"), ("2026-12-01", "16:45")]
    assert (await desk.api.tokens(bea, "state"))[0]["state"] == "AVAILABLE"
    (letter,) = await world.emails()
    assert letter.facts["classes"][0]["lines"][0] == {
        "before": {"held_on": "2026-11-23", "start_time": "17:00", "room": None},
        "after": {"held_on": "2026-11-24", "start_time": "16:45", "room": None},
    }
    back = await desk.previewed(
        "updateTimeslot", timeslotId=timeslot_id(desk), weekday=1, startTime="17:00", **{"from": since}
    )
    assert back["effect"]["movingCount"] == 31
    assert await desk.dates(MONDAY - 4 * WEEK, MONDAY + WEEK) == [*past, (since, "17:00")]


async def test_R10_1_an_open_sheet_hears_that_its_class_moves_within_the_day(desk: Desk) -> None:
    await desk.world.enroll(await desk.world.student(first_name="Cy"), desk.lesson.offering_id)
    sheet = desk.lesson.sheet_id(MONDAY + WEEK)
    await desk.act("updateTimeslot", timeslotId=timeslot_id(desk), startTime="17:30", room="Lane 2")
    shown = await desk.api.occurrence(sheet, "revision startsAt room changes { kind source entries { id } }")
    assert (shown["revision"], shown["room"]) == (1, "Lane 2")
    assert datetime.fromisoformat(shown["startsAt"]).hour == 23
    assert shown["changes"] == [{"kind": "ROSTER", "source": "OFFICE", "entries": []}]
    today = await desk.api.occurrence(desk.lesson.sheet_id(), "revision startsAt")
    assert today["revision"] == 0, "it has begun, and stays as it was"
    await desk.act("updateOffering", offeringId=offering_id(desk), name="Swim One")
    assert (await desk.api.occurrence(sheet, "revision"))["revision"] == 2


async def test_R13_2_places_location_and_sessions_change_from_a_date_on(desk: Desk) -> None:
    for name in ("Bea", "Cy"):
        await desk.world.enroll(await desk.world.student(first_name=name), desk.lesson.offering_id)
    annex = await desk.world.location()
    since = (MONDAY + 2 * WEEK).isoformat()
    fewer = await desk.previewed("updateOffering", offeringId=offering_id(desk), capacity=2, **{"from": since})
    assert (fewer["effect"]["placesChangedCount"], fewer["effect"]["overfullCount"]) == (31, 31)
    assert fewer["effect"]["enrollmentCount"] == 0
    moved = await desk.previewed(
        "updateOffering", offeringId=offering_id(desk), locationId=encode_id("Location", annex), capacity=8
    )
    assert (moved["effect"]["movingCount"], moved["effect"]["overfullCount"]) == (32, 0)
    capacities = {
        day: (await desk.api.occurrence(desk.lesson.sheet_id(day), "offering { location { name } } capacity"))
        for day in (MONDAY, MONDAY + WEEK, MONDAY + 2 * WEEK)
    }
    assert [each["capacity"] for each in capacities.values()] == [8, 8, 8]
    winter = await desk.world.session(MONDAY + 2 * WEEK, MONDAY + 3 * WEEK, name="Winter")
    narrowed = await desk.previewed(
        "updateOffering", offeringId=offering_id(desk), sessionIds=[encode_id("Session", winter)]
    )
    assert narrowed["effect"]["disappearingCount"] == 30
    assert [day for day, _ in await desk.dates(MONDAY - WEEK)] == [
        "2026-11-09",
        "2026-11-16",
        "2026-11-30",
        "2026-12-07",
    ]
    unknown = {"offeringId": offering_id(desk), "sessionIds": [encode_id("Session", annex)]}
    document = "mutation($input: UpdateOfferingInput!) { updateOffering(input: $input) { __typename } }"
    assert (await desk.api.refused(document, input=unknown))[0] == "NOT_FOUND"


async def test_R13_1_an_offering_ends_with_its_places_and_makeups(desk: Desk) -> None:
    world, since = desk.world, MONDAY + 2 * WEEK
    later = await world.enroll(await world.student(first_name="Cy"), desk.lesson.offering_id, starts_on=since)
    token = await world.makeup_token(desk.ann)
    await world.makeup(await world.student(first_name="Bea"), desk.lesson, MONDAY + 3 * WEEK, token_id=token)
    given: dict[str, Any] = {"offeringId": offering_id(desk), "from": since.isoformat()}
    done = await desk.previewed("endOffering", "offering { endsOn }", **given)
    assert done["offering"] == {"endsOn": "2026-11-29"}
    effect = done["effect"]
    assert (effect["disappearingCount"], effect["endedEnrollmentCount"], effect["makeupCount"]) == (31, 2, 1)
    assert [day for day, _ in await desk.dates()] == ["2026-11-16", "2026-11-23"]
    ended = {row.id: row for row in await world.rows(models.Enrollment)}
    assert (ended[desk.enrollment].drop_on, ended[desk.enrollment].end_cause) == (since - DAY, "SESSION_ENDED")
    assert ended[later].deleted_at is not None
    again = await desk.previewed("endOffering", **given)
    assert (again["effect"]["disappearingCount"], again["effect"]["endedEnrollmentCount"]) == (0, 0)
    assert (await desk.act("endLocation", locationId=encode_id("Location", world.location_id)))["usedByCount"] == 1


async def test_R13_1_a_timeslot_that_never_met_is_deleted(desk: Desk) -> None:
    second = await desk.previewed(
        "createTimeslot", "timeslot { id }", offeringId=offering_id(desk), timeslot=SLOT | {"startsOn": "2026-12-02"}
    )
    assert second["effect"]["enrollmentIds"] == [encode_id("Enrollment", desk.enrollment)]
    gone = await desk.previewed("endTimeslot", "timeslot { id }", timeslotId=second["timeslot"]["id"])
    assert gone["timeslot"] is None
    ended = await desk.previewed("endTimeslot", "timeslot { endsOn }", timeslotId=timeslot_id(desk))
    assert ended["timeslot"] == {"endsOn": "2026-11-16"}
    assert await desk.dates() == [("2026-11-16", "17:00")]


async def test_R13_2_an_owner_corrects_the_hour_of_recorded_classes(desk: Desk) -> None:
    past = MONDAY - 2 * WEEK
    await desk.api.submit(desk.lesson, {desk.ann: "ABSENT"}, past)
    given: dict[str, Any] = {"timeslotId": timeslot_id(desk), "from": (MONDAY - 3 * WEEK).isoformat()}
    assert (await desk.act("updateTimeslot", startTime="16:30", **given))["__typename"] == "PastIsFixed"
    refused = await desk.act("updateTimeslot", weekday=2, correctsPast=True, **given)
    assert (refused["__typename"], refused["firstOn"]) == ("MarksInTheWay", past.isoformat())
    done = await desk.previewed("updateTimeslot", startTime="16:30", correctsPast=True, **given)
    effect = done["effect"]
    assert (effect["recordedOccurrenceCount"], effect["recordedMakeupTokenCount"]) == (1, 1)
    times = dict(await desk.dates(MONDAY - 4 * WEEK, MONDAY))
    assert times == {
        "2026-10-19": "17:00",
        **dict.fromkeys(["2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16"], "16:30"),
    }
    await assert_sound(desk.world, now=desk.api.clock.now)


async def test_R13_2_who_teaches_changes_from_a_date_on(desk: Desk) -> None:
    tom, uma = await desk.world.staff(first_name="Tom", teaches=[desk.lesson.offering_id]), await desk.world.staff()
    await desk.world.owner.execute(
        update(models.Person)
        .where(models.Person.organization_id == desk.world.organization_id, models.Person.id == uma)
        .values(permissions=[Permission.OFFICE_ATTENDANCE_VIEW], first_name="Uma")
    )
    since = MONDAY + WEEK
    given: dict[str, Any] = {"offeringId": offering_id(desk), "instructorIds": [encode_id("StaffMember", uma)]}
    await desk.previewed("updateOffering", **given, **{"from": since.isoformat()})
    for day, who in ((MONDAY, "Tom"), (since, "Uma")):
        shown = await desk.api.occurrence(desk.lesson.sheet_id(day), "instructors { firstName }")
        assert shown["instructors"] == [{"firstName": who}]
    sheet = await (await desk.api.as_staff(desk.world, person_id=uma)).occurrence(desk.lesson.sheet_id(since), "id")
    assert sheet is not None
    gone = encode_id("StaffMember", tom)
    await desk.world.change(models.Person, tom, ended_at=desk.api.clock.now)
    document = "mutation($input: UpdateOfferingInput!) { updateOffering(input: $input) { __typename } }"
    assert (await desk.api.refused(document, input=given | {"instructorIds": [gone]}))[0] == "NOT_FOUND"


async def test_R13_3_a_change_of_many_takes_as_many_statements_as_one_of_one(desk: Desk) -> None:
    async def statements() -> int:
        desk.api.statements.clear()
        schedule = encode_id("Session", desk.session)
        await desk.preview("updateSession", sessionId=schedule, endsOn="2027-01-31", notifyFamilies=True)
        return len(desk.api.statements)

    few = await statements()
    for number in range(4):
        other = await desk.world.weekly_class(name=f"Gym {number}", weekday=number + 1, start_time=time(9))
        await desk.world.add(models.OfferingSession, offering_id=other.offering_id, session_id=desk.session)
        student = await desk.world.student(first_name=f"S{number}")
        await desk.world.enroll(student, other.offering_id)
    assert await statements() == few


async def test_R2_5_camps_ignore_closures(desk: Desk) -> None:
    camp = await desk.world.offering(kind=OfferingKind.CAMP, name="Camp", program_id=desk.program)
    day = date(2026, 12, 21)
    await desk.world.timeslot(camp, weekday=None, starts_on=day, ends_on=day, start_time=time(9))
    schedule = (await desk.act("createBlackoutSchedule", "blackoutSchedule { id }", name="H"))["blackoutSchedule"]["id"]
    await desk.act("updateProgram", programId=encode_id("Program", desk.program), blackoutScheduleId=schedule)
    given: dict[str, Any] = {"blackoutScheduleId": schedule, "startsOn": "2026-12-21", "endsOn": "2026-12-21"}
    done = await desk.previewed("createBlackoutDate", scope="BOTH", **given)
    assert [each["offeringName"] for each in done["effect"]["occurrences"]] == ["Swim 1"]


async def test_R13_2_places_are_given_by_the_capacity_of_their_dates(desk: Desk) -> None:
    """A change of places that lies ahead takes and gives nothing before it holds (R8.6)."""
    since = MONDAY + 2 * WEEK
    ahead: dict[str, Any] = {"offeringId": offering_id(desk), "from": since.isoformat()}
    await desk.act("updateOffering", capacity=1, **ahead)
    bea = encode_id("Student", await desk.world.student(first_name="Bea"))

    async def enroll(starts_on: date, drop_on: date | None) -> dict[str, Any]:
        given: dict[str, Any] = {"studentId": bea, "offeringId": offering_id(desk), "type": "ACTIVE"}
        end = None if drop_on is None else drop_on.isoformat()
        return await desk.api.act("enrollStudent", "", startsOn=starts_on.isoformat(), dropOn=end, **given)

    refused = await enroll(MONDAY, None)
    assert (refused["__typename"], refused["capacity"]) == ("OfferingFull", 1)
    assert refused["date" if "date" in refused else "heldOn"] == since.isoformat()
    assert (await enroll(MONDAY, since - DAY))["__typename"] == "EnrollStudentSuccess"
    await desk.act("updateOffering", capacity=None, **ahead)
    assert (await enroll(since, None))["__typename"] == "EnrollStudentSuccess"
