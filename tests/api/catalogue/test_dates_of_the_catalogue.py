"""Locations, programs, sessions and closures through the API: made, changed from a date on, ended and previewed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from attendance.rules.vocabulary import AttendanceStatus, BlackoutScope, Permission
from db import models
from gql.fields.global_ids import encode_id
from tests.api.catalogue.catalogue_desk import Desk, new_desk
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import MONDAY, World, new_world
from tests.support.fingerprint import fingerprint

WEEK = timedelta(days=7)


@pytest.fixture
async def desk(world: World, api: Api) -> Desk:
    return await new_desk(world, api)


async def closures_of(desk: Desk) -> str:
    """The id of a new blackout schedule that the program has."""
    made = await desk.act("createBlackoutSchedule", "blackoutSchedule { id }", name="Holidays")
    schedule: str = made["blackoutSchedule"]["id"]
    program = encode_id("Program", desk.program)
    assert (await desk.act("updateProgram", programId=program, blackoutScheduleId=schedule))["effect"]
    return schedule


async def test_R13_1_locations_programs_and_sessions_are_made_changed_and_ended(desk: Desk) -> None:
    made = await desk.act("createLocation", "location { id name timeZone }", name=" Annex ", timeZone="America/Denver")
    annex = made["location"].pop("id")
    assert made["location"] == {"name": "Annex", "timeZone": "America/Denver"}
    taken = await desk.api.act("createLocation", name="aNNEX", timeZone="America/Denver")
    assert (taken["__typename"], taken["message"]) == ("NotPossible", "There is a location called 'Annex' already.")
    # Nobody sees the difference of a no-break space, of two spaces, or of wide letters.
    for alike in ("Main\u00a0street", "MAIN  Street", "\uff2dain Street"):
        taken = await desk.api.act("createLocation", name=alike, timeZone="America/Denver")
        assert taken["message"] == "There is a location called 'Main Street' already.", alike
    other = encode_id("Location", desk.world.location_id)
    taken = await desk.api.act("updateLocation", locationId=other, name="Annex")
    assert taken["__typename"] == "NotPossible"
    changed = await desk.act("updateLocation", "location { name timeZone }", locationId=annex, name="Barn")
    assert changed["location"] == {"name": "Barn", "timeZone": "America/Denver"}
    # No place, the zone of the server's computer, another case, and a file of the database beside the zones.
    for zone in ("Mars/Base", "localtime", "america/denver", "posix/America/Denver"):
        assert await desk.api.refused(mutation("createLocation"), input={"name": "X", "timeZone": zone}) == (
            "BAD_USER_INPUT",
            f"input.timeZone is {zone!r}. It must be the IANA name of a time zone, as America/Chicago.",
        )
    await desk.act("endLocation", locationId=annex)
    assert [each["name"] for each in (await desk.api.ask("{ locations { name } }"))["locations"]] == ["Main Street"]
    main = await desk.act("endLocation", locationId=encode_id("Location", desk.world.location_id))
    assert (main["__typename"], main["usedByCount"]) == ("StillUsed", 1)
    program = await desk.act("createProgram", "program { id name }", name="Gym")
    given, other = {"name": " gYM"}, encode_id("Program", desk.program)
    calendar = (await desk.act("createBlackoutSchedule", "blackoutSchedule { id }", name="Gym"))["blackoutSchedule"]
    second = (await desk.act("createBlackoutSchedule", "blackoutSchedule { id }", name="Pool"))["blackoutSchedule"]
    for name, of, word in (
        ("createProgram", {}, "program"),
        ("updateProgram", {"programId": other}, "program"),
        ("createBlackoutSchedule", {}, "blackout schedule"),
        ("updateBlackoutSchedule", {"blackoutScheduleId": second["id"]}, "blackout schedule"),
    ):
        taken = await desk.api.act(name, **given, **of)
        assert (taken["__typename"], taken["message"]) == ("NotPossible", f"There is a {word} called 'Gym' already.")
    # Another case of its own name is free to everyone.
    await desk.act("updateProgram", programId=program["program"]["id"], name="GYM")
    await desk.act("updateBlackoutSchedule", blackoutScheduleId=calendar["id"], name="GYM")
    assert (await desk.act("endProgram", "program { isDeleted }", programId=program["program"]["id"]))["program"] == {
        "isDeleted": True
    }
    assert (await desk.act("endProgram", programId=encode_id("Program", desk.program)))["__typename"] == "StillUsed"
    rolling = await desk.act("createSession", "session { id endsOn }", name="Open", startsOn="2027-01-01")
    assert rolling["session"].pop("endsOn") is None
    wrong = await desk.act("updateSession", sessionId=rolling["session"]["id"], endsOn="2026-12-01")
    assert wrong["__typename"] == "NotPossible"
    await desk.act("endSession", sessionId=rolling["session"]["id"])
    listed = await desk.api.ask("{ sessions(first: 1) { nodes { name startsOn endsOn } pageInfo { hasNextPage } } }")
    assert listed["sessions"]["nodes"] == [{"name": "Autumn", "startsOn": "2026-09-01", "endsOn": "2027-06-28"}]
    assert listed["sessions"]["pageInfo"]["hasNextPage"] is False


async def test_R13_3_narrowing_a_session_takes_dates_away_as_its_preview_says(desk: Desk) -> None:
    before = await desk.dates()
    given: dict[str, Any] = {
        "sessionId": desk.session_id,
        "endsOn": (MONDAY + 3 * WEEK).isoformat(),
        "notifyFamilies": True,
    }
    untouched = await fingerprint(desk.world)
    await desk.preview("updateSession", **given)
    assert await fingerprint(desk.world) == untouched, "a preview keeps nothing"
    done = await desk.previewed("updateSession", "session { endsOn }", **given)
    assert done["session"] == {"endsOn": "2026-12-07"}
    effect = done["effect"]
    assert (effect["disappearingCount"], effect["appearingCount"], effect["movingCount"]) == (29, 0, 0)
    assert effect["occurrences"][0]["before"]["date"] == "2026-12-14"
    assert effect["enrollmentIds"] == [encode_id("Enrollment", desk.enrollment)]
    assert (effect["familyCount"], effect["toldFamilyCount"], effect["endedEnrollmentCount"]) == (1, 1, 0)
    assert await desk.dates() == before[:4]
    (letter,) = await desk.world.emails()
    assert (letter.template, letter.recipient) == ("classes_changed", "baker@example.com")
    assert letter.facts["classes"][0]["lines"][0]["before"]["held_on"] == "2026-12-14"
    again = await desk.previewed("endSession", sessionId=desk.session_id)
    assert again["effect"]["disappearingCount"] == 3, "the class of today has begun"
    assert await desk.dates() == before[:1]


async def test_R2_10_what_was_held_stays_unless_an_owner_corrects_it(desk: Desk) -> None:
    past = MONDAY - 4 * WEEK
    await desk.world.mark(desk.ann, desk.lesson.timeslot_id, held_on=past)
    given: dict[str, Any] = {"sessionId": desk.session_id, "startsOn": "2026-11-02"}
    refused = await desk.act("updateSession", **given)
    assert (refused["__typename"], refused["earliest"]) == ("PastIsFixed", "2026-11-16")
    assert (await desk.preview("updateSession", **given))["__typename"] == "PastIsFixed"
    manager = await desk.api.as_staff(desk.world, Permission.MANAGE_CATALOGUE, Permission.OFFICE_ATTENDANCE_VIEW)
    denied = await desk.act("updateSession", api=manager, correctsPast=True, **given)
    assert (denied["__typename"], denied["permission"]) == ("PermissionDenied", "OWNER")
    stays = await desk.act("updateSession", correctsPast=True, **given)
    assert (stays["__typename"], stays["occurrenceCount"], stays["firstOn"]) == ("MarksInTheWay", 1, past.isoformat())
    held = await desk.dates(date(2026, 9, 1), MONDAY)
    corrected: dict[str, Any] = given | {"startsOn": "2026-09-22", "correctsPast": True}
    done = await desk.previewed("updateSession", **corrected)
    assert done["effect"]["disappearingCount"] == 3
    assert await desk.dates(date(2026, 9, 1), MONDAY) == held[3:]


async def test_R13_3_a_closure_gives_makeups_back_and_opens_again(desk: Desk) -> None:
    world, closed_on = desk.world, MONDAY + WEEK
    schedule = await closures_of(desk)
    bea = await world.student(first_name="Bea")
    token = await world.makeup_token(bea)
    makeup = await world.makeup(bea, desk.lesson, closed_on, token_id=token)
    before = await desk.dates()
    given: dict[str, Any] = {
        "blackoutScheduleId": schedule,
        "startsOn": MONDAY.isoformat(),
        "endsOn": closed_on.isoformat(),
    }
    done = await desk.previewed("createBlackoutDate", "blackoutDate { id scope label }", scope="BOTH", **given)
    closure = done["blackoutDate"]["id"]
    effect = done["effect"]
    assert (effect["disappearingCount"], effect["occurrences"][0]["before"]["date"]) == (1, closed_on.isoformat())
    assert effect["makeupIds"] == [encode_id("Enrollment", makeup)]
    assert effect["makeupTokenIds"] == [encode_id("MakeupToken", token)]
    assert (effect["studentCount"], effect["familyCount"]) == (2, 2)
    assert await desk.dates() == [before[0], *before[2:]], "what began today takes place"
    assert (await desk.api.tokens(bea, "state"))[0]["state"] == "AVAILABLE"
    sheet = await desk.api.occurrence(desk.lesson.sheet_id(closed_on), "state revision changes { kind }")
    assert sheet["state"] == "CLOSED"
    assert {each["kind"] for each in sheet["changes"]} == {"ROSTER"}
    longer = (MONDAY + 2 * WEEK).isoformat()
    assert (await desk.previewed("updateBlackoutDate", blackoutDateId=closure, endsOn=longer))["effect"][
        "disappearingCount"
    ] == 1
    billing = await desk.act("updateBlackoutDate", blackoutDateId=closure, scope="BILLING")
    assert billing["effect"]["appearingCount"] == 2
    await desk.act("updateBlackoutDate", blackoutDateId=closure, scope="ATTENDANCE")
    opened = await desk.previewed("endBlackoutDate", blackoutDateId=closure, **{"from": longer})
    assert opened["effect"]["appearingCount"] == 1
    assert await desk.dates() == [before[0], *before[2:]]


async def test_R2_10_a_forgotten_closure_is_entered_as_a_correction(desk: Desk) -> None:
    schedule, day = await closures_of(desk), (MONDAY - WEEK).isoformat()
    given: dict[str, Any] = {"blackoutScheduleId": schedule, "startsOn": day, "endsOn": day, "scope": "ATTENDANCE"}
    assert (await desk.act("createBlackoutDate", **given))["__typename"] == "PastIsFixed"
    done = await desk.previewed("createBlackoutDate", "blackoutDate { id }", correctsPast=True, **given)
    assert done["effect"]["disappearingCount"] == 1
    assert (day, "17:00") not in await desk.dates(MONDAY - 2 * WEEK)
    undone = await desk.previewed(
        "endBlackoutDate", blackoutDateId=done["blackoutDate"]["id"], correctsPast=True, **{"from": day}
    )
    assert undone["effect"]["appearingCount"] == 1
    assert (day, "17:00") in await desk.dates(MONDAY - 2 * WEEK)


async def test_R13_2_a_program_gets_other_closures_from_today_on(desk: Desk) -> None:
    held = await desk.dates(MONDAY - 2 * WEEK)
    closing = [(MONDAY - WEEK, MONDAY + WEEK, BlackoutScope.BOTH)]
    other = await desk.world.program(name="Other", blackouts=closing)
    (row,) = await desk.world.rows(models.BlackoutSchedule)
    given: dict[str, Any] = {"programId": encode_id("Program", desk.program)}
    schedule = encode_id("BlackoutSchedule", row.id)
    assert (await desk.previewed("updateProgram", blackoutScheduleId=schedule, **given))["effect"][
        "disappearingCount"
    ] == 1
    assert await desk.dates(MONDAY - 2 * WEEK) == [*held[:3], *held[4:]], "the past is fixed"
    refused = await desk.act("endBlackoutSchedule", blackoutScheduleId=schedule)
    assert (refused["__typename"], refused["usedByCount"]) == ("StillUsed", 2)
    await desk.act("endProgram", programId=encode_id("Program", other))
    taken = await desk.previewed("updateProgram", blackoutScheduleId=None, **given)
    assert taken["effect"]["appearingCount"] == 1
    assert await desk.dates(MONDAY - 2 * WEEK) == held
    gone = await desk.api.act("endBlackoutSchedule", "blackoutSchedule { id }", blackoutScheduleId=schedule)
    assert gone["blackoutSchedule"] is None
    assert await desk.world.count(models.BlackoutDate) == 0


async def test_R13_2_another_zone_holds_from_today_and_the_past_keeps_its_own(desk: Desk) -> None:
    location = encode_id("Location", desk.world.location_id)
    done = await desk.previewed("updateLocation", locationId=location, timeZone="America/Denver")
    assert done["effect"]["movingCount"] == 32
    starts = {
        day: (await desk.api.occurrence(desk.lesson.sheet_id(day), "startsAt"))["startsAt"]
        for day in (MONDAY, MONDAY + WEEK)
    }
    assert [datetime.fromisoformat(each).astimezone(UTC).hour for each in starts.values()] == [23, 0]


async def test_R13_2_a_program_gets_other_closures_from_a_given_date_on(desk: Desk) -> None:
    held = await desk.dates(MONDAY - 2 * WEEK)
    closing = [(MONDAY - WEEK, MONDAY + 3 * WEEK, BlackoutScope.BOTH)]
    await desk.world.program(name="Other", blackouts=closing)
    (row,) = await desk.world.rows(models.BlackoutSchedule)
    schedule = encode_id("BlackoutSchedule", row.id)
    given: dict[str, Any] = {"programId": encode_id("Program", desk.program), "blackoutScheduleId": schedule}
    past = await desk.act("updateProgram", **(given | {"from": str(MONDAY - WEEK)}))
    assert past["__typename"] == "PastIsFixed"
    # The closures of the new schedule count from the date on, not before it.
    since = {"from": str(MONDAY + 2 * WEEK)}
    effect = (await desk.previewed("updateProgram", **(given | since)))["effect"]
    assert (effect["disappearingCount"], effect["appearingCount"]) == (2, 0)
    closed = [(str(MONDAY + weeks * WEEK), "17:00") for weeks in (2, 3)]
    assert await desk.dates(MONDAY - 2 * WEEK) == [each for each in held if each not in closed]
    # A change from an earlier date replaces the planned one.
    given["blackoutScheduleId"] = None
    taken = await desk.previewed("updateProgram", **(given | {"from": str(MONDAY + WEEK)}))
    assert taken["effect"]["appearingCount"] == 2
    assert await desk.dates(MONDAY - 2 * WEEK) == held
    # A correction of the past reaches back, and only owners make it.
    given["blackoutScheduleId"] = schedule
    corrected = await desk.previewed("updateProgram", correctsPast=True, **(given | {"from": str(MONDAY - WEEK)}))
    assert corrected["effect"]["disappearingCount"] == 5
    clerk = await desk.api.as_staff(desk.world, Permission.MANAGE_CATALOGUE, Permission.OFFICE_SEE_ALL)
    denied = await clerk.act("updateProgram", correctsPast=True, **given)
    assert (denied["__typename"], denied["permission"]) == ("PermissionDenied", "OWNER")


async def test_R13_2_another_zone_holds_from_a_given_date_on(desk: Desk) -> None:
    given: dict[str, Any] = {"locationId": encode_id("Location", desk.world.location_id), "timeZone": "America/Denver"}
    days = [MONDAY + weeks * WEEK for weeks in (-1, 1, 2)]

    async def hours() -> list[int]:
        found = [(await desk.api.occurrence(desk.lesson.sheet_id(day), "startsAt"))["startsAt"] for day in days]
        return [datetime.fromisoformat(each).astimezone(UTC).hour for each in found]

    chicago, denver = 23, 0
    assert await hours() == [chicago] * 3
    past = await desk.act("updateLocation", **(given | {"from": str(MONDAY - WEEK)}))
    assert past["__typename"] == "PastIsFixed"
    done = await desk.previewed("updateLocation", **(given | {"from": str(MONDAY + 2 * WEEK)}))
    assert done["effect"]["movingCount"] > 0
    assert await hours() == [chicago, chicago, denver]
    # The zone was wrong all the time: an owner corrects it from the beginning.
    given["timeZone"] = "America/New_York"
    await desk.previewed("updateLocation", correctsPast=True, **(given | {"from": str(MONDAY - 2 * WEEK)}))
    assert await hours() == [22] * 3


async def test_R11_3_nothing_of_another_business_is_named(desk: Desk, world: World) -> None:
    elsewhere = await new_world(world.owner, name="Other Gym")
    session = await elsewhere.session(MONDAY, None)
    for name, given in (
        ("updateSession", {"sessionId": encode_id("Session", session), "name": "Mine"}),
        ("endLocation", {"locationId": encode_id("Location", elsewhere.location_id)}),
    ):
        document = f"mutation($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{ __typename }} }}"
        assert (await desk.api.refused(document, input=given))[0] == "NOT_FOUND"
    assert isinstance(session, UUID)
    assert (await elsewhere.rows(models.Session))[0].name == "Autumn"


async def test_R4_11_a_retry_changes_nothing_twice(desk: Desk) -> None:
    given: dict[str, Any] = {"name": "Annex", "timeZone": "America/Denver", "idempotencyKey": "once"}
    first = await desk.act("createLocation", "location { id }", **given)
    assert await desk.act("createLocation", "location { id }", **given) == first
    assert await desk.world.count(models.Location) == 2


async def test_R13_3_marks_of_students_are_untouched_by_a_closure_ahead(desk: Desk) -> None:
    await desk.world.mark(desk.ann, desk.lesson.timeslot_id, status=AttendanceStatus.ABSENT)
    schedule = await closures_of(desk)
    marks = await desk.world.rows(models.Mark)
    day = MONDAY.isoformat()
    given: dict[str, Any] = {"blackoutScheduleId": schedule, "startsOn": day, "endsOn": day, "scope": "BOTH"}
    assert (await desk.previewed("createBlackoutDate", **given))["effect"]["disappearingCount"] == 0
    assert await desk.world.rows(models.Mark) == marks
