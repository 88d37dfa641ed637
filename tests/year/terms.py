"""Act 5. The classes of the autumn are carried over to the spring, with their students (R13.5)."""

from dataclasses import replace
from typing import Any

from tests.year.business import Business
from tests.year.model import Course, Place, Slot
from tests.year.plan import YEAR

CARRY = "offeringCount backgroundTaskId"
TASK = """query($id: ID!) { node(id: $id) { ... on BackgroundTask { state exceptionCount report { itemsDone } } } }"""
OFFERINGS = """query($after: String) { offerings(filter: {kinds: [CLASS]}, first: 100, after: $after) {
  nodes { id name capacity location { id } program { id } sessions { id } instructors { id }
    timeslots { id weekday startTime durationMinutes room } }
  pageInfo { hasNextPage endCursor } } }"""
PLACES = """query($ids: [ID!], $after: String) { enrollments(offeringIds: $ids, first: 100, after: $after) {
  nodes { id type startsOn dropOn student { id } } pageInfo { hasNextPage endCursor } } }"""


async def carry_over(business: Business) -> None:
    """Twice, as somebody does who is not sure: it makes nothing twice."""
    ids = business.ids
    given = {"fromSessionId": ids["Autumn"], "toSessionId": ids["Spring"], "withEnrollments": True}
    carried = [each for each in business.model.courses.values() if each.kind == "CLASS"]
    for _ in range(2):
        started = await business.office.act("carryOver", CARRY, **given)
        assert started["offeringCount"] == len(carried)
        await business.work()
        task = (await business.office.ask(TASK, id=started["backgroundTaskId"]))["node"]
        assert task["state"] == "COMPLETED", task
    shown = await business.office.all(OFFERINGS, "offerings")
    made = {each["name"]: each for each in shown if each["sessions"] == [{"id": ids["Spring"]}]}
    assert made.keys() == {each.name for each in carried}
    for course in carried:
        await _expect(business, course, made[course.name])


async def _expect(business: Business, course: Course, shown: dict[str, Any]) -> None:
    """The new class has what the old one had at its end; its students are those who had a place then."""
    model, last_on = business.model, YEAR.autumn[1]
    slots = [each for each in course.slots if each.since <= last_on <= each.until]
    found = {(each["weekday"], each["startTime"][:5], each["room"]): each["id"] for each in shown["timeslots"]}
    assert found.keys() == {(each.weekday, f"{each.start:%H:%M}", each.room) for each in slots}
    assert (shown["capacity"], shown["location"]["id"]) == (course.capacity, course.location_id)
    assert shown["instructors"] == [{"id": business.ids[course.teacher]}]
    ids = [found[each.weekday, f"{each.start:%H:%M}", each.room] for each in slots]
    new = replace(course, id=shown["id"], slots=[_in_spring(*each) for each in zip(slots, ids, strict=True)])
    model.courses[new.id] = new
    staying = {each.student for each in model.places[course.id] if each.type == "ACTIVE" and each.covers(last_on)}
    places = await business.office.all(PLACES, "enrollments", ids=[new.id])
    assert {(each["student"]["id"], each["startsOn"]) for each in places} == {
        (each, str(YEAR.spring[0])) for each in staying
    }
    for each in places:
        model.enroll(Place(each["id"], each["student"]["id"], new.id, each["type"], YEAR.spring[0]))


def _in_spring(slot: Slot, id_: str) -> Slot:
    return replace(slot, id=id_, since=YEAR.spring[0], until=YEAR.spring[1])
