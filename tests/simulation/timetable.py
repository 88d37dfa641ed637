"""The simulated organization: what meets on its two days, and who is enrolled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from attendance.rules.vocabulary import EnrollmentType, ExpectedAbsenceState, OfferingKind, Source
from db import models
from db.ids import new_id
from tests.support.factories import World

MONDAY, TUESDAY = DAYS = (date(2025, 11, 17), date(2025, 11, 18))
"""Long over by the wall clock, so that no job waits in the queue for the real day."""
CHICAGO = ZoneInfo("America/Chicago")
BEFORE = datetime(2025, 1, 6, 12, tzinfo=UTC)
ROSTER = 16
# The last one runs past midnight.
STARTS = (*(time(hour, minute) for hour in range(9, 21) for minute in (0, 30)), time(23, 15))
KINDS = (OfferingKind.CLASS,) * 8 + (OfferingKind.CAMP, OfferingKind.APPOINTMENT)
TYPES = (EnrollmentType.ACTIVE,) * 9 + (EnrollmentType.TRIAL,)


@dataclass(frozen=True)
class Meeting:
    """An occurrence, and who is on its roster."""

    kind: OfferingKind
    timeslot_id: UUID
    held_on: date
    starts_at: datetime
    minutes: int
    students: tuple[UUID, ...]

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    def due_at(self, phase: str) -> datetime:
        """R7.3."""
        if phase == "AFTER_CLASS":
            return self.ends_at + timedelta(minutes=30)
        return datetime.combine(self.held_on, time(23, 59), CHICAGO).astimezone(UTC)


async def new_timetable(world: World, size: int, random: Random) -> list[Meeting]:
    """So many occurrences, half of them on each day, each with a full roster; a student comes to ten or so."""
    students = await _students(world, max(ROSTER, size * ROSTER // 10))
    rows: dict[Any, list[dict[str, Any]]] = {each: [] for each in (models.Offering, models.Timeslot, models.Enrollment)}
    meetings: list[Meeting] = []
    while len(meetings) < size:
        kind = KINDS[len(meetings) // 2 % len(KINDS)]
        offering_id = new_id()
        roster = tuple(random.sample(students, ROSTER))
        bounds = {"starts_on": MONDAY, "ends_on": TUESDAY, "location_id": world.location_id}
        rows[models.Offering].append({"id": offering_id, "kind": kind, "name": f"{kind} {len(meetings)}"} | bounds)
        rows[models.Enrollment] += [
            {"id": new_id(), "offering_id": offering_id, "student_id": student, "type": random.choice(TYPES),
             "starts_on": BEFORE.date()}
            for student in roster
        ]  # fmt: skip
        for slot in _timeslots(kind, offering_id, random):
            rows[models.Timeslot].append(slot)
            meetings += [
                meeting
                for day in DAYS
                if (meeting := _meeting(kind, slot, day, roster)) is not None and len(meetings) < size
            ]
    for model, values in rows.items():
        await _add(world, model, values)
    return meetings


def _timeslots(kind: OfferingKind, offering_id: UUID, random: Random) -> list[dict[str, Any]]:
    """Return the timeslots: a class meets on each of the two days, a camp lasts both, an appointment takes place on
    one.
    """
    minutes = random.choice((30, 45, 60))
    given = {"offering_id": offering_id, "start_time": random.choice(STARTS), "duration_minutes": minutes}
    never = {"weekday": None, "starts_on": None, "ends_on": None}
    if kind is OfferingKind.CLASS:
        return [{"id": new_id()} | given | never | {"weekday": day.isoweekday()} for day in DAYS]
    first = MONDAY if kind is OfferingKind.CAMP else random.choice(DAYS)
    last = TUESDAY if kind is OfferingKind.CAMP else first
    return [{"id": new_id()} | given | never | {"starts_on": first, "ends_on": last}]


def _meeting(kind: OfferingKind, slot: dict[str, Any], day: date, roster: tuple[UUID, ...]) -> Meeting | None:
    meets = slot["weekday"] == day.isoweekday() if slot["weekday"] else slot["starts_on"] <= day <= slot["ends_on"]
    starts_at = datetime.combine(day, slot["start_time"], CHICAGO).astimezone(UTC)
    return Meeting(kind, slot["id"], day, starts_at, slot["duration_minutes"], roster) if meets else None


async def _students(world: World, count: int) -> list[UUID]:
    """Of one in twenty the family has told that it is away on Monday, and is excused."""
    families = [new_id() for _ in range(count)]
    students = [new_id() for _ in range(count)]
    await _add(world, models.Family, [{"id": each, "name": f"Family {n}"} for n, each in enumerate(families)])
    await _add(
        world,
        models.Student,
        [
            {"id": student, "family_id": family, "first_name": "Kim", "last_name": f"Nr {number}"}
            for number, (student, family) in enumerate(zip(students, families, strict=True))
        ],
    )
    told = {"starts_on": MONDAY, "ends_on": MONDAY, "state": ExpectedAbsenceState.APPROVED, "is_excused": True,
            "source": Source.OFFICE, "requested_at": BEFORE}  # fmt: skip
    await _add(world, models.ExpectedAbsence, [{"id": new_id(), "student_id": each} | told for each in students[::20]])
    return students


async def _add(world: World, model: Any, rows: Sequence[dict[str, Any]]) -> None:
    await world.owner.execute(insert(model), [{"organization_id": world.organization_id} | row for row in rows])
