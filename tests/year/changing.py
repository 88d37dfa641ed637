"""Act 4. In mid-term the timetable changes: the office sees beforehand what a change does, and that is what happens."""

from datetime import date, time, timedelta
from typing import Any

from tests.year.building import slot_of
from tests.year.business import Business
from tests.year.model import DAY, Course, Meeting
from tests.year.plan import YEAR

EFFECT = """appearingCount disappearingCount movingCount placesChangedCount enrollmentCount endedEnrollmentCount
makeupCount makeupTokenCount studentCount familyCount recordedOccurrenceCount"""
SLOT = f"timeslot {{ id weekday startTime durationMinutes room }} effect {{ {EFFECT} }}"
PREVIEW = """query($input: {type}Input!) {{ {name}Preview(input: $input) {{
  __typename ... on CatalogueEffect {{ {effect} }} }} }}"""


async def previewed(business: Business, name: str, shown: str, /, **given: Any) -> dict[str, Any]:
    """What the mutation answers, whose effect is the one that its preview has shown (R13.3)."""
    document = PREVIEW.format(type=name[0].upper() + name[1:], name=name, effect=EFFECT)
    told = (await business.office.ask(document, input=given))[f"{name}Preview"]
    assert told.pop("__typename") == "CatalogueEffect", told
    done = await business.office.act(name, shown, **given)
    assert done["effect"] == told
    return done


async def change_the_timetable(business: Business) -> None:
    """One class begins later, one moves to another day, and one meets a second time each week."""
    later, elsewhere, more = [each for each in business.model.courses.values() if each.kind == "CLASS"][:3]
    start = later.slots[0].start
    await _move(business, later, startTime=f"{time(start.hour, start.minute + 15):%H:%M}")
    await _move(business, elsewhere, weekday=(elsewhere.slots[0].weekday or 1) % 6 + 1)
    meets = {"weekday": 6, "startTime": "18:15", "durationMinutes": 45, "startsOn": str(YEAR.changed_from)}
    done = await previewed(business, "createTimeslot", SLOT, offeringId=more.id, timeslot=meets)
    slot = slot_of(done["timeslot"], (YEAR.changed_from, YEAR.autumn[1]))
    more.slots.append(slot)
    assert done["effect"]["appearingCount"] == len(_held(business, more, YEAR.changed_from, slot.id))


async def _move(business: Business, course: Course, **to: Any) -> None:
    """The old timeslot ends on the day before, and a new one begins (R2.10)."""
    old = course.slots[0]
    held = _held(business, course, YEAR.changed_from, old.id)
    there = {each.student for each in business.model.places[course.id] if each.covers(YEAR.changed_from)}
    done = await previewed(
        business, "updateTimeslot", SLOT, timeslotId=old.id, **{"from": str(YEAR.changed_from)}, **to
    )
    new = slot_of(done["timeslot"], (YEAR.changed_from, old.until))
    old.until = YEAR.changed_from - DAY
    course.slots.append(new)
    for place in business.model.places[course.id]:
        assert place.slot is None
    moved = _held(business, course, YEAR.changed_from, new.id)
    effect = done["effect"]
    assert effect["movingCount"] == min(len(held), len(moved))
    assert effect["appearingCount"] - effect["disappearingCount"] == len(moved) - len(held)
    assert effect["studentCount"] == len(there)


def _held(business: Business, course: Course, since: date, slot_id: str) -> list[Meeting]:
    days = (YEAR.autumn[1] - since).days + 1
    held = (each for number in range(days) for each in business.model.meetings(since + timedelta(days=number)))
    return [each for each in held if each.course is course and each.slot.id == slot_id]
