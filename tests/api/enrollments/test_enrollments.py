"""enrollStudent, dropEnrollment and transferEnrollment through the API: places, dates, rows and what is refused."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import AttendanceStatus, EnrollmentEnd, EnrollmentType, Permission, Portal, Source
from db.ids import new_id
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import JANUARY, MONDAY, Lesson, World, new_world
from tests.support.fingerprint import fingerprint

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
PLACE = "id type startsOn dropOn endCause isDeleted offering { id } timeslot { id }"
ENROLL = mutation("enrollStudent", f"enrollment {{ {PLACE} }}")
DROP = mutation("dropEnrollment", f"enrollment {{ {PLACE} }}")
TRANSFER = mutation("transferEnrollment", f"enrollment {{ {PLACE} }} source {{ {PLACE} }}")
SHEET = """
  revision openings roster {
  id isSubdued student { firstName } enrollment { id type }
  mark { status isDefaulted source }
  indicators { kind detail facts { __typename
    ... on DropFacts { dropOn isLastOccurrence }
    ... on TransferFacts { direction otherOfferingName }
    ... on FirstDayFacts { isFirstEnrollment } } }
} changes { kind entries { student { firstName } } removedEntryIds }
"""
SUBMITTED = "changedEntries { isSubdued student { firstName } mark { status } }"


@dataclass
class Desk:
    """The owner at a class on Mondays."""

    api: Api
    world: World
    lesson: Lesson

    async def enroll(self, student: UUID, starts_on: date = MONDAY, *, api: Api | None = None, **more: Any) -> Any:
        given = {"offeringId": encode_id("Offering", self.lesson.offering_id), "type": "ACTIVE", **more}
        given |= {"studentId": encode_id("Student", student), "startsOn": starts_on.isoformat()}
        return (await (api or self.api).ask(ENROLL, input=given))["enrollStudent"]

    async def drop(self, enrollment: str | UUID, drop_on: date, *, api: Api | None = None, **more: Any) -> Any:
        given = {"enrollmentId": global_id(enrollment), "dropOn": drop_on.isoformat(), **more}
        return (await (api or self.api).ask(DROP, input=given))["dropEnrollment"]

    async def transfer(self, enrollment: str | UUID, to: Lesson, starts_on: date, **more: Any) -> Any:
        given = {
            "enrollmentId": global_id(enrollment),
            "offeringId": encode_id("Offering", to.offering_id),
            "startsOn": starts_on.isoformat(),
            **more,
        }
        return (await self.api.ask(TRANSFER, input=given))["transferEnrollment"]

    async def sheet(self, held_on: date = MONDAY, lesson: Lesson | None = None) -> Any:
        return await self.api.occurrence((lesson or self.lesson).sheet_id(held_on), SHEET)

    async def rows(self, held_on: date = MONDAY, lesson: Lesson | None = None) -> dict[str, Any]:
        return {row["student"]["firstName"]: row for row in (await self.sheet(held_on, lesson))["roster"]}

    async def indicators(self, name: str, held_on: date, lesson: Lesson | None = None) -> dict[str, Any]:
        row = (await self.rows(held_on, lesson))[name]
        return {each["kind"]: each["facts"] for each in row["indicators"]}

    async def submit(self, student: UUID, status: str | None, held_on: date = MONDAY) -> Any:
        return await self.api.submit(self.lesson, {student: status}, held_on, shown=SUBMITTED)


def global_id(enrollment: str | UUID) -> str:
    return enrollment if isinstance(enrollment, str) else encode_id("Enrollment", enrollment)


@pytest.fixture
async def desk(world: World, api: Api) -> Desk:
    return Desk(await api.as_staff(world, Permission.OWNER), world, await world.weekly_class())


async def test_R3_1_who_is_enrolled_is_on_the_roster_from_the_first_date_on(desk: Desk) -> None:
    ann = await desk.world.student()
    done = await desk.enroll(ann, MONDAY + WEEK)
    place = done["enrollment"]
    assert place == {
        "id": place["id"],
        "type": "ACTIVE",
        "startsOn": "2026-11-23",
        "dropOn": None,
        "endCause": None,
        "isDeleted": False,
        "offering": {"id": encode_id("Offering", desk.lesson.offering_id)},
        "timeslot": None,
    }
    assert await desk.rows(MONDAY) == {}
    for held_on in (MONDAY + WEEK, MONDAY + 50 * WEEK):
        assert (await desk.rows(held_on))["Ann"]["enrollment"] == {"id": place["id"], "type": "ACTIVE"}


async def test_R3_4_first_day_comes_from_an_enrollment(desk: Desk) -> None:
    ann = await desk.world.student()
    await desk.enroll(ann, MONDAY - DAY)
    first = {"__typename": "FirstDayFacts", "isFirstEnrollment": True}
    assert await desk.indicators("Ann", MONDAY) == {"FIRST_DAY": first}
    assert await desk.indicators("Ann", MONDAY + WEEK) == {}


@pytest.mark.parametrize("type", [EnrollmentType.TRIAL, EnrollmentType.SINGLE_DAY])
async def test_R3_1_other_types_are_on_it_too(desk: Desk, type: EnrollmentType) -> None:
    ann = await desk.world.student()
    place = (await desk.enroll(ann, type=type, dropOn="2026-11-16"))["enrollment"]
    assert (place["type"], place["dropOn"]) == (type, "2026-11-16")
    assert list(await desk.rows(MONDAY)) == ["Ann"]
    assert await desk.rows(MONDAY + WEEK) == {}


async def test_R3_1_a_waitlist_takes_no_place_and_gives_no_row(desk: Desk, world: World) -> None:
    desk.lesson = await world.weekly_class(capacity=1)
    ann, ben = await world.student(), await world.student(first_name="Ben")
    await desk.enroll(ann)
    assert (await desk.enroll(ben, type="WAITLIST"))["__typename"] == "EnrollStudentSuccess"
    assert list(await desk.rows()) == ["Ann"]
    assert (await desk.sheet())["revision"] == 1
    await desk.drop((await desk.enroll(ann, MONDAY + WEEK))["enrollmentId"], MONDAY)
    assert (await desk.enroll(ben, MONDAY + WEEK))["__typename"] == "EnrollStudentSuccess"


async def test_R3_1_one_timeslot_alone(desk: Desk) -> None:
    ann = await desk.world.student()
    tuesday = await desk.world.timeslot(desk.lesson.offering_id, weekday=2)
    place = (await desk.enroll(ann, timeslotId=encode_id("Timeslot", tuesday)))["enrollment"]
    assert place["timeslot"] == {"id": encode_id("Timeslot", tuesday)}
    assert await desk.rows(MONDAY) == {}
    other = Lesson(desk.lesson.offering_id, tuesday)
    assert list(await desk.rows(MONDAY + DAY, other)) == ["Ann"]
    # The other timeslot is free for a place of its own.
    monday = encode_id("Timeslot", desk.lesson.timeslot_id)
    assert (await desk.enroll(ann, timeslotId=monday))["__typename"] == "EnrollStudentSuccess"
    assert (await desk.enroll(ann))["__typename"] == "AlreadyEnrolled"


async def test_R8_6_a_full_class_is_refused_with_its_facts(desk: Desk, world: World) -> None:
    desk.lesson = await world.weekly_class(capacity=4, name="Small")
    for place, type in enumerate((EnrollmentType.ACTIVE, EnrollmentType.TRIAL, EnrollmentType.SINGLE_DAY)):
        student = await world.student(first_name=f"S{place}")
        end = {"drop_on": MONDAY + WEEK} if type is not EnrollmentType.ACTIVE else {}
        start = MONDAY + WEEK if type is EnrollmentType.SINGLE_DAY else JANUARY
        await world.enroll(student, desk.lesson.offering_id, type=type, starts_on=start, **end)
    makeup = await world.student(first_name="M")
    ahead = MONDAY + WEEK
    await world.makeup(makeup, desk.lesson, ahead)
    ann = await world.student()
    before = await fingerprint(desk.world)
    full = await desk.enroll(ann)
    assert full == {
        "__typename": "OfferingFull",
        "message": "Small is full on 2026-11-23: all of its 4 places are taken.",
        "occurrenceId": desk.lesson.sheet_id(ahead),
        "date": "2026-11-23",
        "capacity": 4,
    }
    assert await fingerprint(desk.world) == before
    # Around that day there are places, and an approved expected absence makes one on it.
    assert (await desk.enroll(ann, dropOn="2026-11-22"))["__typename"] == "EnrollStudentSuccess"
    await world.expected_absence(makeup, starts_on=ahead)
    assert (await desk.enroll(ann, ahead))["__typename"] == "EnrollStudentSuccess"


async def test_R8_6_days_that_are_over_are_full_for_nobody(desk: Desk, world: World) -> None:
    desk.lesson = await world.weekly_class(capacity=1)
    await world.enroll(await world.student(), desk.lesson.offering_id, drop_on=MONDAY - WEEK)
    late = await world.student(first_name="Late")
    assert (await desk.enroll(late, MONDAY - WEEK))["__typename"] == "EnrollStudentSuccess"


async def test_R8_6_an_absence_after_midnight_opens_a_place_in_a_class_that_began_the_day_before(
    desk: Desk, world: World
) -> None:
    desk.lesson = await world.weekly_class(capacity=1, start_time=time(23, 30), duration_minutes=60)
    away = await world.student()
    await world.enroll(away, desk.lesson.offering_id)
    assert (await desk.enroll(await world.student(), type="SINGLE_DAY"))["__typename"] == "OfferingFull"
    await world.expected_absence(away, starts_on=MONDAY + DAY, window_starts=time(0, 10), window_ends=time(0, 20))
    assert (await desk.enroll(await world.student(), type="SINGLE_DAY"))["__typename"] == "EnrollStudentSuccess"


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"type": "MAKEUP"}, "EnrollmentTypeNotAllowed"),
        ({"type": "SINGLE_DAY", "starts_on": MONDAY + DAY}, "OfferingDoesNotMeet"),
        ({"starts_on": MONDAY + DAY, "dropOn": "2026-11-22"}, "OfferingDoesNotMeet"),
        ({"starts_on": date(2999, 12, 31)}, "OfferingDoesNotMeet"),
    ],
)
async def test_what_is_no_place_is_refused_and_changes_nothing(desk: Desk, given: dict[str, Any], refusal: str) -> None:
    ann = await desk.world.student()
    before = await fingerprint(desk.world)
    assert (await desk.enroll(ann, **given))["__typename"] == refusal
    assert await fingerprint(desk.world) == before


async def test_outside_its_sessions_an_offering_has_no_places(desk: Desk) -> None:
    await desk.world.session(JANUARY, MONDAY, offerings=[desk.lesson.offering_id])
    ann = await desk.world.student()
    assert (await desk.enroll(ann, MONDAY))["__typename"] == "EnrollStudentSuccess"
    refused = await desk.enroll(await desk.world.student(), MONDAY + DAY)
    assert refused["message"] == "Swim 1 does not meet from 2026-11-17 on."


async def test_nobody_is_enrolled_twice_on_the_same_dates(desk: Desk) -> None:
    ann = await desk.world.student()
    first = (await desk.enroll(ann, MONDAY, dropOn="2026-12-07"))["enrollment"]["id"]
    before = await fingerprint(desk.world)
    for type, starts_on in (("ACTIVE", JANUARY), ("WAITLIST", JANUARY), ("SINGLE_DAY", date(2026, 12, 7))):
        refused = await desk.enroll(ann, starts_on, type=type)
        assert (refused["__typename"], refused["enrollmentId"]) == ("AlreadyEnrolled", first)
    assert await fingerprint(desk.world) == before
    assert (await desk.enroll(ann, date(2026, 12, 8)))["__typename"] == "EnrollStudentSuccess"


async def test_R3_1_a_drop_takes_effect_at_the_end_of_its_day(desk: Desk) -> None:
    ann = await desk.world.student()
    enrollment = await desk.world.enroll(ann, desk.lesson.offering_id)
    place = (await desk.drop(enrollment, MONDAY + WEEK))["enrollment"]
    assert (place["dropOn"], place["endCause"], place["isDeleted"]) == ("2026-11-23", "DROPPED", False)
    assert await desk.rows(MONDAY + 2 * WEEK) == {}
    for held_on, is_last in ((MONDAY, False), (MONDAY + WEEK, True)):
        facts = {"__typename": "DropFacts", "dropOn": "2026-11-23", "isLastOccurrence": is_last}
        assert await desk.indicators("Ann", held_on) == {"DROP": facts}


async def test_R3_1_rows_after_a_drop_stay_subdued_where_there_is_a_mark_and_can_be_edited(desk: Desk) -> None:
    ann, past = await desk.world.student(), MONDAY - WEEK
    enrollment = await desk.world.enroll(ann, desk.lesson.offering_id)
    await desk.submit(ann, "ABSENT", past)
    await desk.submit(ann, "PRESENT", MONDAY)
    await desk.drop(enrollment, past - DAY)
    for held_on in (past, MONDAY):
        row = (await desk.rows(held_on))["Ann"]
        assert (row["isSubdued"], row["enrollment"]["id"]) == (True, encode_id("Enrollment", enrollment))
    assert await desk.rows(MONDAY + WEEK) == {}
    edited = await desk.submit(ann, "TARDY", past)
    assert edited["changedEntries"] == [
        {"isSubdued": True, "student": {"firstName": "Ann"}, "mark": {"status": "TARDY"}}
    ]
    # Without its mark nothing keeps the row.
    assert (await desk.submit(ann, None, past))["changedEntries"] == []
    assert await desk.rows(past) == {}


@pytest.mark.parametrize("what", ["deleted_at = now()", "timeslot_id = :other", "drop_on = '2026-11-01'"])
async def test_R3_1_subdued_rows_of_what_was_deleted_moved_or_dropped_can_be_edited(desk: Desk, what: str) -> None:
    ann = await desk.world.student()
    await desk.world.enroll(ann, desk.lesson.offering_id)
    await desk.submit(ann, "PRESENT")
    other = await desk.world.timeslot(desk.lesson.offering_id, weekday=3)
    values = {"other": other} if ":other" in what else {}
    await desk.world.owner.execute(text(f"UPDATE enrollment SET {what}"), values)
    assert (await desk.rows())["Ann"]["isSubdued"] is True
    edited = await desk.submit(ann, "EXCUSED_ABSENCE")
    assert edited["changedEntries"][0]["mark"] == {"status": "EXCUSED_ABSENCE"}


async def test_a_drop_before_the_first_day_takes_the_place_back(desk: Desk) -> None:
    ann = await desk.world.student()
    place = (await desk.enroll(ann, type="SINGLE_DAY"))["enrollment"]
    ended = await desk.drop(place["id"], MONDAY)
    assert (ended["__typename"], ended["dropOn"]) == ("EnrollmentEnded", "2026-11-16")
    gone = (await desk.drop(place["id"], MONDAY - DAY))["enrollment"]
    assert gone == place | {"isDeleted": True}
    assert await desk.rows() == {}
    assert (await desk.drop(place["id"], MONDAY - DAY))["message"] == "The enrollment was deleted."


async def test_an_end_can_be_set_earlier_and_not_later(desk: Desk) -> None:
    enrollment = await desk.world.enroll(await desk.world.student(), desk.lesson.offering_id)
    await desk.drop(enrollment, MONDAY + WEEK)
    before = await fingerprint(desk.world)
    ended = await desk.drop(enrollment, MONDAY + 2 * WEEK)
    assert (ended["__typename"], ended["dropOn"]) == ("EnrollmentEnded", "2026-11-23")
    assert (await desk.drop(enrollment, MONDAY + WEEK))["__typename"] == "DropEnrollmentSuccess"
    assert await fingerprint(desk.world) == before
    assert (await desk.drop(enrollment, MONDAY))["enrollment"]["dropOn"] == "2026-11-16"


async def test_R3_4_a_transfer_ends_the_one_and_begins_the_other(desk: Desk) -> None:
    world = desk.world
    ann, other = await world.student(), await world.weekly_class(weekday=2, name="Dive 2")
    source = await world.enroll(ann, desk.lesson.offering_id)
    done = await desk.transfer(source, other, MONDAY + WEEK + DAY)
    assert (done["source"]["dropOn"], done["source"]["endCause"]) == ("2026-11-23", "TRANSFERRED")
    target = done["enrollment"]
    assert (target["startsOn"], target["dropOn"], target["type"]) == ("2026-11-24", None, "ACTIVE")
    leaving = {"__typename": "TransferFacts", "direction": "OUTGOING", "otherOfferingName": "Dive 2"}
    assert await desk.indicators("Ann", MONDAY + WEEK) == {"TRANSFER": leaving}
    assert await desk.rows(MONDAY + 2 * WEEK) == {}
    came = {"__typename": "TransferFacts", "direction": "INCOMING", "otherOfferingName": "Swim 1"}
    first = {"__typename": "FirstDayFacts", "isFirstEnrollment": False}
    assert await desk.indicators("Ann", MONDAY + WEEK + DAY, other) == {"TRANSFER": came, "FIRST_DAY": first}
    assert await desk.indicators("Ann", MONDAY + 2 * WEEK + DAY, other) == {}


async def test_R3_1_rows_after_a_transfer_stay_subdued_and_can_be_edited(desk: Desk) -> None:
    ann, other = await desk.world.student(), await desk.world.weekly_class(weekday=2)
    source = await desk.world.enroll(ann, desk.lesson.offering_id)
    await desk.submit(ann, "ABSENT")
    await desk.transfer(source, other, MONDAY)
    assert (await desk.rows())["Ann"]["isSubdued"] is True
    assert (await desk.submit(ann, "PRESENT"))["changedEntries"][0]["mark"] == {"status": "PRESENT"}


async def test_an_enrollment_is_transferred_once(desk: Desk) -> None:
    ann, other = await desk.world.student(), await desk.world.weekly_class(weekday=2)
    source = await desk.world.enroll(ann, desk.lesson.offering_id)
    target = (await desk.transfer(source, other, MONDAY))["enrollment"]["id"]
    before = await fingerprint(desk.world)
    assert (await desk.transfer(source, other, MONDAY))["__typename"] == "EnrollmentEnded"
    assert (await desk.drop(source, JANUARY))["__typename"] == "EnrollmentEnded"
    assert await fingerprint(desk.world) == before
    assert (await desk.transfer(target, desk.lesson, MONDAY + WEEK))["__typename"] == "TransferEnrollmentSuccess"


async def test_an_enrollment_that_was_transferred_elsewhere_is_not_transferred_again(desk: Desk) -> None:
    ann, other = await desk.world.student(), await desk.world.weekly_class(weekday=2)
    source = await desk.world.enroll(ann, desk.lesson.offering_id)
    # As an import leaves it: the target is known, the cause of the source's end is not.
    await desk.world.enroll(ann, other.offering_id, starts_on=MONDAY + 9 * WEEK, transferred_from_id=source)
    third = await desk.world.weekly_class(weekday=3)
    before = await fingerprint(desk.world)
    refused = await desk.transfer(source, third, MONDAY)
    assert refused["message"] == "The enrollment was already transferred."
    assert await fingerprint(desk.world) == before


async def test_a_transfer_within_an_offering_moves_between_its_timeslots(desk: Desk) -> None:
    world = desk.world
    offering = await world.offering(capacity=1)
    monday, tuesday = await world.timeslot(offering, weekday=1), await world.timeslot(offering, weekday=2)
    ann = await world.student()
    source = await world.enroll(ann, offering, timeslot_id=monday)
    await world.enroll(await world.student(), offering, timeslot_id=tuesday, starts_on=date(2026, 12, 1))
    to_tuesday = {"timeslotId": encode_id("Timeslot", tuesday)}
    full = await desk.transfer(source, Lesson(offering, tuesday), MONDAY, **to_tuesday)
    assert (full["__typename"], full["date"]) == ("OfferingFull", "2026-12-01")
    done = await desk.transfer(source, Lesson(offering, tuesday), MONDAY, dropOn="2026-11-30", **to_tuesday)
    assert done["__typename"] == "TransferEnrollmentSuccess"
    assert list(await desk.rows(MONDAY + DAY, Lesson(offering, tuesday))) == ["Ann"]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"type": EnrollmentType.WAITLIST}, "EnrollmentTypeNotAllowed"),
        ({"starts_on": MONDAY}, "OfferingDoesNotMeet"),
        ({"drop_on": MONDAY - WEEK}, "EnrollmentEnded"),
        ({"drop_on": MONDAY, "end_cause": EnrollmentEnd.TRANSFERRED}, "EnrollmentEnded"),
    ],
)
async def test_what_cannot_be_transferred_is_refused(desk: Desk, change: dict[str, Any], refusal: str) -> None:
    source = await desk.world.enroll(await desk.world.student(), desk.lesson.offering_id, **change)
    other = await desk.world.weekly_class(weekday=2)
    before = await fingerprint(desk.world)
    assert (await desk.transfer(source, other, MONDAY))["__typename"] == refusal
    assert await fingerprint(desk.world) == before


async def test_R4_7_who_is_enrolled_into_what_has_begun_starts_absent(desk: Desk, world: World) -> None:
    await world.change_settings(office_check_in_mode=True)
    ann, ben = await world.student(), await world.student(first_name="Ben")
    await desk.enroll(ann)
    assert (await desk.rows())["Ann"]["mark"] is None
    await desk.submit(ann, "PRESENT")
    await desk.enroll(ben)
    rows = await desk.rows()
    assert rows["Ben"]["mark"] == {"status": "ABSENT", "isDefaulted": True, "source": "SYSTEM"}
    assert rows["Ann"]["mark"]["status"] == "PRESENT"
    kinds = [(each["kind"], [row["student"]["firstName"] for row in each["entries"]]) for each in await history(desk)]
    assert kinds == [("ROSTER", ["Ann"]), ("MARKS", ["Ann"]), ("ROSTER", ["Ben"]), ("MARKS", ["Ben"])]


async def history(desk: Desk) -> list[Any]:
    return (await desk.sheet())["changes"]  # type: ignore[no-any-return]


async def test_R4_7_who_was_marked_keeps_the_mark(desk: Desk, world: World) -> None:
    ann, ben = await world.student(), await world.student(first_name="Ben")
    await world.enroll(ann, desk.lesson.offering_id)
    await world.mark(ann, desk.lesson.timeslot_id, source=Source.KIOSK)
    await world.mark(ben, desk.lesson.timeslot_id, status=AttendanceStatus.TARDY)
    assert (await desk.rows())["Ben"]["isSubdued"] is True
    await desk.enroll(ben)
    row = (await desk.rows())["Ben"]
    assert (row["isSubdued"], row["mark"]["status"]) == (False, "TARDY")


async def test_R11_3_what_is_not_to_be_seen_is_not_found(desk: Desk, api: Api) -> None:
    world = desk.world
    held = (Permission.MANAGE_ENROLLMENTS, Permission.STAFF_ATTENDANCE_VIEW)
    mine = await world.weekly_class()
    teacher_id = await world.staff(*held, teaches=[mine.offering_id])
    teacher = await api.as_staff(world, portal=Portal.STAFF, person_id=teacher_id)
    stranger = await api.as_staff(await new_world(world.owner, name="Other Gym"), Permission.OWNER)
    unseeing = await api.as_staff(world, Permission.MANAGE_ENROLLMENTS, portal=Portal.STAFF)
    ann = await world.student()
    enrollment = await world.enroll(ann, desk.lesson.offering_id)
    gone = await world.student(deleted_at=api.clock.now)
    before = await fingerprint(desk.world)

    def place(offering: UUID, student: UUID = ann, **more: Any) -> dict[str, Any]:
        given = {"offeringId": encode_id("Offering", offering), "studentId": encode_id("Student", student)}
        return {**given, "type": "ACTIVE", "startsOn": "2026-11-16", **more}

    for caller in (teacher, stranger, unseeing):
        answer = await caller.refused(ENROLL, input=place(desk.lesson.offering_id))
        assert answer == ("NOT_FOUND", "There is no such offering.")
        for known in (enrollment, new_id()):
            given = {"enrollmentId": global_id(known), "dropOn": "2026-11-16"}
            assert await caller.refused(DROP, input=given) == ("NOT_FOUND", "There is no such enrollment.")
            given = {"enrollmentId": global_id(known), "startsOn": "2026-11-16"}
            given["offeringId"] = encode_id("Offering", mine.offering_id)
            assert (await caller.refused(TRANSFER, input=given))[0] == "NOT_FOUND"
    assert await teacher.refused(ENROLL, input=place(mine.offering_id)) == ("NOT_FOUND", "There is no such student.")
    assert (await desk.api.refused(ENROLL, input=place(mine.offering_id, gone)))[0] == "NOT_FOUND"
    elsewhere = place(mine.offering_id, timeslotId=encode_id("Timeslot", desk.lesson.timeslot_id))
    assert await desk.api.refused(ENROLL, input=elsewhere) == ("NOT_FOUND", "The offering has no such timeslot.")
    assert await fingerprint(desk.world) == before


async def test_the_permission_is_needed_and_named(desk: Desk, api: Api) -> None:
    held = (Permission.OFFICE_ATTENDANCE_FULL, Permission.OFFICE_SEE_ALL)
    clerk = await api.as_staff(desk.world, *held)
    manager = await api.as_staff(desk.world, *held, Permission.MANAGE_ENROLLMENTS)
    guardian = await api.signed_in(desk.world, await desk.world.guardian(await desk.world.family()), Portal.CUSTOMER)
    ann = await desk.world.student()
    before = await fingerprint(desk.world)
    refused = await desk.enroll(ann, api=clerk)
    assert (refused["__typename"], refused["permission"]) == ("PermissionDenied", "MANAGE_ENROLLMENTS")
    given = {"enrollmentId": encode_id("Enrollment", new_id()), "dropOn": "2026-11-16"}
    assert (await api.refused(DROP, input=given))[0] == "UNAUTHENTICATED"
    assert (await guardian.refused(DROP, input=given))[0] == "FORBIDDEN"
    assert await fingerprint(desk.world) == before
    place = (await desk.enroll(ann, api=manager))["enrollment"]
    assert (await desk.drop(place["id"], MONDAY, api=manager))["__typename"] == "DropEnrollmentSuccess"


async def test_R4_11_a_retry_enrolls_once(desk: Desk) -> None:
    ann = await desk.world.student()
    first = await desk.enroll(ann, idempotencyKey="1")
    before = await fingerprint(desk.world)
    assert await desk.enroll(ann, idempotencyKey="1") == first
    assert await fingerprint(desk.world) == before


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"dropOn": "2026-11-15"}, "input.dropOn is before input.startsOn"),
        ({"type": "SINGLE_DAY", "dropOn": "2026-11-23"}, "for one date"),
        ({"startsOn": "9999-12-31"}, "must be from 1900-01-01 to 2999-12-31"),
        ({"timeslotId": "x"}, "input.timeslotId"),
    ],
)
async def test_bad_input_is_told(desk: Desk, given: dict[str, Any], words: str) -> None:
    place = {"offeringId": encode_id("Offering", desk.lesson.offering_id), "type": "ACTIVE", "startsOn": "2026-11-16"}
    place["studentId"] = encode_id("Student", await desk.world.student())
    code, message = await desk.api.refused(ENROLL, input=place | given)
    assert code == "BAD_USER_INPUT"
    assert words in message


async def test_the_number_of_statements_does_not_depend_on_the_number_of_rows_or_sheets(desk: Desk) -> None:
    counts = []
    for rows, weekdays in ((1, 1), (20, 6)):
        desk.lesson = await desk.world.weekly_class(capacity=50)
        for day in range(2, weekdays + 1):
            await desk.world.timeslot(desk.lesson.offering_id, weekday=day)
        for _ in range(rows):
            await desk.world.enroll(await desk.world.student(), desk.lesson.offering_id, drop_on=MONDAY + WEEK)
        ann, other = await desk.world.student(), await desk.world.weekly_class()
        desk.api.statements.clear()
        place = (await desk.enroll(ann))["enrollment"]["id"]
        enrolling = len(desk.api.statements)
        moved = (await desk.transfer(place, other, MONDAY + WEEK))["enrollment"]["id"]
        transferring = len(desk.api.statements) - enrolling
        await desk.drop(moved, MONDAY + WEEK)
        counts.append((enrolling, transferring, len(desk.api.statements) - transferring - enrolling))
    assert counts[0] == counts[1], counts
