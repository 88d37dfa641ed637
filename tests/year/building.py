"""Act 2. The office builds what the business offers: locations, programs, terms, closures, courses."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.year.business import Business
from tests.year.model import DAY, Closure, Course, Slot
from tests.year.plan import YEAR, Span

ZONES = {"Dock Street": ZoneInfo("America/Chicago"), "Mile High": ZoneInfo("America/Denver")}
PROGRAMS = ("Swim", "Gymnastics")
SHOWN = "offering { id name timeslots { id weekday startTime durationMinutes room } } effect { appearingCount }"


@dataclass(frozen=True)
class Plan:
    """A course before it is made."""

    name: str
    kind: str
    location: str
    program: str
    teacher: str
    slots: tuple[dict[str, Any], ...]
    term: Span
    session: str | None = None
    capacity: int | None = 24


async def build(business: Business, teachers: list[str]) -> None:
    await _settle(business)
    await _make_places(business)
    for plan in (*_classes(teachers, YEAR.classes), *_others(teachers)):
        await make(business, plan)


async def _settle(business: Business) -> None:
    """The owner decides how the business works: no check-in mode at the office, tokens for six weeks."""
    await business.owner.act("updateClassSettings", markAbsentWhenNobodyChecksIn=True)
    await business.owner.act("updateStaffPortalSettings", staffCheckInMode=True)
    await business.owner.act("updateKioskSettings", kioskMarksTardy=True)
    await business.owner.act(
        "updateMakeupTokenSettings", tokensEnabled=True, tokenTrigger="ALL_ABSENCES", expiryUnit="WEEKS",
        expiryCount=6, expiryAnchor="MISSED_CLASS", autoApproveMakeups=True,
    )  # fmt: skip


async def _make_places(business: Business) -> None:
    """A second location, the programs with their closures, and the two terms."""
    ids, office = business.ids, business.office
    (first,) = (await office.ask("{ locations { id name } }"))["locations"]
    second = await office.act("createLocation", "location { id }", name="Mile High", timeZone="America/Denver")
    ids |= {"Dock Street": first["id"], "Mile High": second["location"]["id"]}
    for program in PROGRAMS:
        calendar = await office.act("createBlackoutSchedule", "blackoutSchedule { id }", name=f"{program} closures")
        ids[f"{program} closures"] = calendar["blackoutSchedule"]["id"]
        given = {"name": program, "blackoutScheduleId": ids[f"{program} closures"]}
        ids[program] = (await office.act("createProgram", "program { id }", **given))["program"]["id"]
    for name, (first_on, last_on) in (("Autumn", YEAR.autumn), ("Spring", YEAR.spring)):
        given = {"name": name, "startsOn": str(first_on), "endsOn": str(last_on)}
        ids[name] = (await office.act("createSession", "session { id }", **given))["session"]["id"]


async def close(business: Business, label: str, dates: Span) -> None:
    """Close all programs on the dates of a closure: what a preview says happens."""
    first, last = dates
    for program in PROGRAMS:
        given = {"blackoutScheduleId": business.ids[f"{program} closures"], "startsOn": str(first),
                 "endsOn": str(last), "scope": "BOTH", "label": label}  # fmt: skip
        before = {(each.slot.id, each.on) for each in _held(business, first, last)}
        business.model.closures.append(Closure(business.ids[program], first, last))
        gone = before - {(each.slot.id, each.on) for each in _held(business, first, last)}
        told = await business.office.ask(_PREVIEW, input=given)
        done = await business.office.act("createBlackoutDate", f"effect {{ {_EFFECT} }}", **given)
        assert done["effect"] == told["createBlackoutDatePreview"]
        assert done["effect"]["disappearingCount"] == len(gone)


_EFFECT = "appearingCount disappearingCount movingCount enrollmentCount studentCount familyCount"
_PREVIEW = f"""query($input: CreateBlackoutDateInput!) {{ createBlackoutDatePreview(input: $input) {{
  ... on CatalogueEffect {{ {_EFFECT} }} }} }}"""


def _held(business: Business, first: date, last: date) -> Iterator[Any]:
    for day in range((last - first).days + 1):
        yield from business.model.meetings(first + day * DAY)


def _classes(teachers: list[str], count: int) -> Iterator[Plan]:
    """Weekly classes in the autumn, at both locations, in both programs; every seventh meets twice a week."""
    for number in range(count):
        location = list(ZONES)[number % 2]
        weekday = YEAR.weekdays[number // 2 % len(YEAR.weekdays)]
        start = time(9 + number // 8 % 10, 30 * (number // 80 % 2))
        slots = [_slot(weekday, start, room=f"Room {number % 5}")]
        if number % 7 == 6:
            slots.append(_slot(weekday % 6 + 1, time(20, 15)))
        program, teacher = PROGRAMS[number // 4 % 2], teachers[number % len(teachers)]
        yield Plan(f"{program} {number + 1}", "CLASS", location, program, teacher, tuple(slots), YEAR.autumn, "Autumn")


def _others(teachers: list[str]) -> Iterator[Plan]:
    first, last = YEAR.summer
    for location, teacher in zip(ZONES, teachers, strict=False):
        camp = {"startTime": "09:00", "durationMinutes": 180, "startsOn": str(first), "endsOn": str(last)}
        yield Plan(f"Camp {location}", "CAMP", location, "Swim", teacher, (camp,), YEAR.summer)
        for on in (YEAR.changed_from + timedelta(days=2), YEAR.snowed_in[1] + timedelta(days=4)):
            once = {"startTime": "13:00", "durationMinutes": 30, "startsOn": str(on), "endsOn": str(on)}
            yield Plan(f"Trial talk {on} {location}", "APPOINTMENT", location, "Swim", teacher, (once,), (on, on))


def _slot(weekday: int, start: time, room: str | None = None) -> dict[str, Any]:
    return {"weekday": weekday, "startTime": f"{start:%H:%M}", "durationMinutes": 45, "room": room}


async def make(business: Business, plan: Plan) -> Course:
    ids = business.ids
    given: dict[str, Any] = {
        "kind": plan.kind, "name": plan.name, "locationId": ids[plan.location], "programId": ids[plan.program],
        "capacity": plan.capacity, "instructorIds": [ids[plan.teacher]], "timeslots": list(plan.slots),
        "sessionIds": [ids[plan.session]] if plan.session else [],
    }  # fmt: skip
    made = (await business.office.act("createOffering", SHOWN, **given))["offering"]
    course = Course(
        made["id"], plan.name, plan.kind, ids[plan.location], ZONES[plan.location], ids[plan.program], plan.teacher,
        plan.capacity, [slot_of(each, plan.term) for each in made["timeslots"]],
    )  # fmt: skip
    assert len(course.slots) == len(plan.slots)
    business.model.courses[course.id] = course
    return course


def slot_of(shown: dict[str, Any], term: Span) -> Slot:
    """A timeslot as the service shows it, of which the model keeps what was asked for and the id."""
    start = time.fromisoformat(shown["startTime"])
    return Slot(shown["id"], shown["weekday"], start, shown["durationMinutes"], *term, shown["room"])
