"""Places are offered to those who wait, in their order, and held until they answer or the time is over."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import EnrollmentType, Permission, Portal
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.audit import assert_sound
from tests.support.documents import mutation
from tests.support.factories import LONG_AGO, MONDAY, Lesson, World
from tests.support.viewers import DURING_CLASS

DAY, HOUR, MINUTE, WEEK = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(days=7)
FIELDS = "id type startsOn dropOn waitlistPosition placeOffer { state startsOn holdsUntil offeredBy { firstName } }"
SHOWN = f"enrollment {{ {FIELDS} }}"
OFFER, ACCEPT = mutation("offerPlace", SHOWN), mutation("acceptPlace", SHOWN)
DECLINE, WITHDRAW = mutation("declinePlace", SHOWN), mutation("withdrawPlace", SHOWN)
ENROLL, DROP = mutation("enrollStudent", SHOWN), mutation("dropEnrollment", SHOWN)
MAILS = text(
    "SELECT template, state, recipient, facts FROM email WHERE organization_id = :own ORDER BY created_at, reason"
)
OFFERS = text(
    "SELECT s.first_name, p.state FROM place_offer p"
    " JOIN enrollment e ON e.organization_id = p.organization_id AND e.id = p.enrollment_id"
    " JOIN student s ON s.organization_id = e.organization_id AND s.id = e.student_id"
    " WHERE p.organization_id = :own ORDER BY p.offered_at, p.id"
)


class Line:
    """A class with students who wait in order, and staff who manage it."""

    def __init__(self, world: World, api: Api, office: Api, lesson: Lesson) -> None:
        self.world, self.api, self.office, self.lesson = world, api, office, lesson
        self.waits: dict[str, UUID] = {}
        self.students: dict[str, UUID] = {}
        self.families: dict[str, UUID] = {}

    async def join(self, *names: str, **more: Any) -> None:
        for name in names:
            self.families[name] = await self.world.family(email=f"{name.lower()}@example.org")
            self.students[name] = await self.world.student(first_name=name, family_id=self.families[name])
            self.waits[name] = await self.world.enroll(
                self.students[name],
                self.lesson.offering_id,
                **{
                    "type": EnrollmentType.WAITLIST,
                    "starts_on": MONDAY - WEEK,
                    "created_at": LONG_AGO + len(self.waits) * DAY,
                    **more,
                },
            )

    async def fill(self, count: int = 1, **more: Any) -> list[UUID]:
        return [
            await self.world.enroll(await self.world.student(), self.lesson.offering_id, **more) for _ in range(count)
        ]

    async def do(self, document: str, name: str, by: Api | None = None, **more: Any) -> Any:
        given = {"enrollmentId": encode_id("Enrollment", self.waits[name]), **more}
        (answer,) = (await (by or self.office).ask(document, input=given)).values()
        return answer

    async def offer(self, name: str, hold: timedelta = HOUR, **more: Any) -> Any:
        return await self.do(OFFER, name, until=(self.api.clock.now + hold).isoformat(), **more)

    async def enroll(self, student: UUID, **more: Any) -> Any:
        given = {
            "studentId": encode_id("Student", student),
            "offeringId": encode_id("Offering", self.lesson.offering_id),
            "type": "ACTIVE",
            "startsOn": str(MONDAY),
            **more,
        }
        return (await self.office.ask(ENROLL, input=given))["enrollStudent"]

    async def drop(self, enrollment: UUID, on: date = MONDAY - DAY) -> Any:
        given = {"enrollmentId": encode_id("Enrollment", enrollment), "dropOn": str(on)}
        return (await self.office.ask(DROP, input=given))["dropEnrollment"]

    async def guardian(self, name: str) -> Api:
        return await self.api.signed_in(self.world, await self.world.guardian(self.families[name]), Portal.CUSTOMER)

    async def offers(self) -> list[tuple[str, str]]:
        return [tuple(row) for row in await self.world.owner.execute(OFFERS, {"own": self.world.organization_id})]

    async def mails(self) -> list[tuple[str, str, str]]:
        rows = await self.world.owner.execute(MAILS, {"own": self.world.organization_id})
        return [(row.template, row.state, row.recipient) for row in rows]


@pytest.fixture
async def line(world: World, api: Api) -> Line:
    """A class with two places, which meets on Monday; it is Monday, during class."""
    api.clock.now = DURING_CLASS
    office = await api.as_staff(world, Permission.OWNER)
    return Line(world, api, office, await world.weekly_class(capacity=2))


OPENINGS = """query($id: ID!, $date: Date!) {
  alone: occurrence(id: $id) { openings } without: occurrence(id: $id) { roster { id } }
  occurrence(id: $id) { openings roster { id } }
  occurrences(filter: {from: $date, to: $date}) { nodes { openings roster { id } } }
  daySheets(date: $date) { openings roster { id } } }"""


async def openings(line: Line) -> int:
    """The openings, which are the same alone, beside the roster and in lists. Those who wait are on no roster."""
    shown = await line.office.ask(OPENINGS, id=line.lesson.sheet_id(MONDAY), date=str(MONDAY))
    assert shown["occurrences"]["nodes"] == shown["daySheets"] == [shown["occurrence"]]
    assert shown["occurrence"] == shown["alone"] | shown["without"]
    return int(shown["occurrence"]["openings"])


async def test_an_offer_holds_a_place_and_is_accepted(line: Line) -> None:
    await line.fill()
    await line.join("Ann", "Ben")
    assert await openings(line) == 1
    offered = await line.offer("Ann")
    assert offered["__typename"] == "OfferPlaceSuccess"
    assert offered["enrollment"]["placeOffer"] == {
        "state": "OPEN",
        "startsOn": str(MONDAY),
        "holdsUntil": "2026-11-17T00:10:00Z",
        "offeredBy": {"firstName": "Sam"},
    }
    assert await openings(line) == 0
    # The place is taken for everybody else, and the offer is not repeated.
    assert (await line.offer("Ben"))["__typename"] == "OfferingFull"
    assert (await line.offer("Ann"))["__typename"] == "PlaceAlreadyOffered"
    assert (await line.enroll(await line.world.student(), type="SINGLE_DAY"))["__typename"] == "OfferingFull"
    other = encode_id("Student", await line.world.student())
    booked = await line.office.act("bookMakeup", studentId=other, occurrenceId=line.lesson.sheet_id(MONDAY + WEEK))
    assert booked["__typename"] == "OfferingFull"
    places = '{ capacityReport(filter: { date: "2026-11-16" }) { nodes { taken held free waiting } } }'
    counted = (await line.office.ask(places))["capacityReport"]["nodes"]
    assert counted == [{"taken": 1, "held": 1, "free": 0, "waiting": 2}]
    # The family sees its own, and no names of staff.
    guardian = await line.guardian("Ann")
    shown = f"{{ viewer {{ ... on GuardianViewer {{ students {{ enrollments {{ {FIELDS} }} }} }} }} }}"
    mine = (await guardian.ask(shown))["viewer"]["students"][0]["enrollments"]
    assert [(each["waitlistPosition"], each["placeOffer"]["offeredBy"]) for each in mine] == [(1, None)]
    done = await line.do(ACCEPT, "Ann", by=guardian)
    assert done["__typename"] == "AcceptPlaceSuccess"
    assert (done["enrollment"]["type"], done["enrollment"]["startsOn"]) == ("ACTIVE", str(MONDAY))
    assert await openings(line) == 0
    sheet = await line.office.occurrence(line.lesson.sheet_id(), "revision roster { student { firstName } }")
    assert "Ann" in [row["student"]["firstName"] for row in sheet["roster"]]
    again = await line.do(ACCEPT, "Ann", by=guardian)
    assert again["__typename"] == "PlaceNotOffered"
    assert await line.mails() == [("place_offered", "WITHDRAWN", "ann@example.org")]
    assert await line.offers() == [("Ann", "ACCEPTED")]
    await assert_sound(line.world, now=line.api.clock.now)


async def test_a_lower_capacity_takes_no_place_that_is_held(line: Line) -> None:
    await line.fill()
    await line.join("Ann", "Ben")
    assert (await line.offer("Ann"))["__typename"] == "OfferPlaceSuccess"
    lowered = {"offeringId": encode_id("Offering", line.lesson.offering_id), "capacity": 0}
    assert (await line.office.act("updateOffering", **lowered))["__typename"] == "UpdateOfferingSuccess"
    assert await openings(line) == 0
    assert (await line.do(ACCEPT, "Ann"))["__typename"] == "AcceptPlaceSuccess"
    assert (await line.offer("Ben"))["__typename"] == "OfferingFull"


async def test_nobody_is_overtaken(line: Line) -> None:
    tuesday = await line.world.timeslot(line.lesson.offering_id, weekday=2)
    await line.fill(2, timeslot_id=line.lesson.timeslot_id)
    await line.fill()
    await line.join("All")
    await line.join("Tue", "Wed", timeslot_id=tuesday)
    # There is no Monday for All, who does not keep the others from Tuesday; but Tue comes before Wed.
    assert (await line.offer("All"))["__typename"] == "OfferingFull"
    refused = await line.offer("Wed")
    assert refused["__typename"] == "OfferOutOfOrder"
    new = await line.world.student()
    passing = await line.enroll(new, timeslotId=encode_id("Timeslot", tuesday))
    assert passing["__typename"] == "PlacesForWaitlist"
    assert (await line.offer("Tue"))["__typename"] == "OfferPlaceSuccess"
    # Staff who take an offer back have decided about Tue, who stays first in line.
    withdrawn = await line.do(WITHDRAW, "Tue")
    assert withdrawn["enrollment"]["waitlistPosition"] == 2
    assert (await line.offer("Wed"))["__typename"] == "OfferPlaceSuccess"
    assert (await line.do(WITHDRAW, "Tue"))["__typename"] == "PlaceNotOffered"
    assert await line.offers() == [("Tue", "WITHDRAWN"), ("Wed", "OPEN")]


async def test_who_is_first_may_be_enrolled_and_the_offer_counts_as_accepted(line: Line) -> None:
    await line.fill()
    await line.join("Ann", "Ben")
    assert (await line.enroll(line.students["Ben"]))["__typename"] == "PlacesForWaitlist"
    await line.offer("Ann")
    assert (await line.enroll(line.students["Ann"]))["__typename"] == "EnrollStudentSuccess"
    assert await line.offers() == [("Ann", "ACCEPTED")]
    # An unlimited class has a place for everybody.
    await assert_sound(line.world, now=line.api.clock.now)


async def test_declining_leaves_the_line_and_an_answer_that_is_late_is_refused(line: Line) -> None:
    await line.fill()
    await line.join("Ann", "Ben")
    await line.offer("Ann")
    declined = await line.do(DECLINE, "Ann", by=await line.guardian("Ann"))
    assert (declined["enrollment"]["dropOn"], declined["enrollment"]["waitlistPosition"]) == (str(MONDAY - DAY), None)
    assert (await line.offer("Ann"))["__typename"] == "EnrollmentEnded"
    await line.offer("Ben", 5 * MINUTE)
    line.api.clock.now = DURING_CLASS + 5 * MINUTE
    # It is over by the clock, before any worker has seen it.
    assert await openings(line) == 1
    assert (await line.do(ACCEPT, "Ben"))["__typename"] == "PlaceOfferOver"
    assert (await line.do(DECLINE, "Ben"))["__typename"] == "PlaceOfferOver"
    assert (await line.offer("Ben"))["__typename"] == "PlaceOfferOver"
    assert (await line.enroll(await line.world.student()))["__typename"] == "EnrollStudentSuccess"


async def test_the_place_begins_when_it_is_open_to_its_end(line: Line) -> None:
    await line.fill()
    await line.fill(drop_on=MONDAY + WEEK)
    await line.join("Ann", starts_on=MONDAY - WEEK)
    offered = await line.offer("Ann")
    assert offered["enrollment"]["placeOffer"]["startsOn"] == str(MONDAY + WEEK + DAY)
    assert (await line.enroll(await line.world.student(), startsOn=str(MONDAY + 2 * WEEK)))[
        "__typename"
    ] == "OfferingFull"
    await line.do(WITHDRAW, "Ann")
    assert (await line.offer("Ann", startsOn=str(MONDAY)))["__typename"] == "OfferingFull"
    later = await line.offer("Ann", startsOn=str(MONDAY + 4 * WEEK))
    assert later["enrollment"]["placeOffer"]["startsOn"] == str(MONDAY + 4 * WEEK)


async def test_a_place_that_becomes_free_is_offered_by_the_setting(line: Line) -> None:
    first, second = await line.fill(2)
    await line.join("Ann", "Ben", "Cid")
    await line.drop(first)
    assert await line.offers() == []
    await line.world.change_settings(place_offer_hours=24)
    await line.drop(second)
    assert await line.offers() == [("Ann", "OPEN"), ("Ben", "OPEN")]
    # A place that is declined goes on in the same act, and a place that is accepted does not.
    await line.do(DECLINE, "Ann")
    await line.do(ACCEPT, "Ben")
    assert await line.offers() == [("Ann", "DECLINED"), ("Ben", "ACCEPTED"), ("Cid", "OPEN")]
    # Who leaves the line gives up what is held.
    await line.drop(line.waits["Cid"])
    assert (await line.offers())[-1] == ("Cid", "WITHDRAWN")
    assert [each[:2] for each in await line.mails()] == [("place_offered", "WITHDRAWN")] * 3
    await line.join("Dan")
    raised = "mutation($input: UpdateOfferingInput!) { updateOffering(input: $input) { __typename } }"
    given = {"offeringId": encode_id("Offering", line.lesson.offering_id), "capacity": 3}
    await line.office.ask(raised, input=given)
    assert (await line.offers())[-1] == ("Dan", "OPEN")
    await assert_sound(line.world, now=line.api.clock.now)


async def test_only_who_may_see_the_enrollment_answers(line: Line) -> None:
    await line.join("Ann", "Ben")
    await line.offer("Ann")
    other = await line.guardian("Ben")
    for document in (ACCEPT, DECLINE):
        given = {"enrollmentId": encode_id("Enrollment", line.waits["Ann"])}
        assert (await other.refused(document, input=given))[0] == "NOT_FOUND"
    assert await line.offers() == [("Ann", "OPEN")]
