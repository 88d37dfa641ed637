"""Random organizations: offerings of all kinds, with what decides when they meet, and their students and marks."""

import random
from collections.abc import Iterator, Sized
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from attendance.rules.calendar.timeslots import DateSpan
from attendance.rules.vocabulary import (
    AttendanceStatus,
    BlackoutScope,
    EnrollmentType,
    ExpectedAbsenceState,
    OfferingKind,
)
from db import models
from db.ids import new_id
from tests.support.factories import LONG_AFTER, LONG_AGO, World

# Around the end of summer time in most zones, and its beginning in Auckland and on Lord Howe.
FIRST, LAST = date(2026, 9, 21), date(2026, 11, 15)
ZONES = ["America/New_York", "Pacific/Auckland", "Pacific/Pago_Pago", "Europe/Dublin", "Australia/Lord_Howe"]
TIMES = [time(0), time(0, 30), time(1, 30), time(2), time(2, 30), time(9), time(17), time(17), time(23, 45)]
NAMES = ["Swim", "swim", "Álvarez", "Tumbling", "Łódź", "Zumba"]
_DAY = timedelta(days=1)


@dataclass
class RandomCatalogue:
    """What was made, by kind of thing. `dice` decides."""

    world: World
    dice: random.Random
    locations: list[UUID] = field(default_factory=list)
    programs: list[UUID] = field(default_factory=list)
    teachers: list[UUID] = field(default_factory=list)
    offerings: list[UUID] = field(default_factory=list)
    students: list[UUID] = field(default_factory=list)
    slots: list[tuple[UUID, UUID]] = field(default_factory=list)

    def day(self, since: date = FIRST, until: date = LAST) -> date:
        return since + self.dice.randrange((until - since).days + 1) * _DAY

    def span(self) -> tuple[date, date]:
        first, last = sorted([self.day(), self.day()])
        return first, last

    def within(self) -> DateSpan:
        """A range for a listing: often one day, sometimes a few, sometimes all."""
        first = self.day()
        days = self.dice.choice([0, 0, 1, 2, 3, 6, 7, 13, 80])
        return DateSpan(first, first + days * _DAY)

    def often(self, chance: float) -> bool:
        return self.dice.random() < chance

    def some(self, among: list[Any]) -> list[Any] | None:
        return self.dice.sample(among, self.dice.randint(1, 2)) if self.often(0.12) else None

    async def add(self, model: type[Any], **values: Any) -> UUID:
        return await self.world.add(model, **values)


def asking(questions: int, compared: Sized, too_few: int) -> Iterator[int]:
    """Count the questions to ask: this many, and up to five times as many while `compared` has too few. Some random
    catalogues have few occurrences.
    """
    yield from range(questions)
    for number in range(questions, 5 * questions):
        if len(compared) > too_few:
            return
        yield number


async def random_catalogue(world: World, dice: random.Random, *, offerings: int = 14) -> RandomCatalogue:
    made = RandomCatalogue(world, dice, [world.location_id])
    made.locations += [await world.location(time_zone=zone) for zone in dice.sample(ZONES, 3)]
    for number in range(2):
        first, last = made.span()
        scope = dice.choice(list(BlackoutScope))
        made.programs.append(await world.program(name=f"Program {number}", blackouts=[(first, last, scope)]))
    made.teachers += [await world.staff(first_name=f"Teacher {number}") for number in range(3)]
    family = await world.family()
    for number in range(12):
        born = dice.choice([None, date(2018, 5, 31), date(2020, 2, 29)])
        gender = dice.choice([None, "Female", "male "])
        made.students.append(
            await world.student(first_name=f"S{number}", family_id=family, birth_on=born, gender=gender)
        )
    for _ in range(offerings):
        await _add_offering(made)
    await _add_absences(made)
    return made


async def _add_offering(made: RandomCatalogue) -> None:
    dice, kind = made.dice, made.dice.choice([*[OfferingKind.CLASS] * 4, OfferingKind.CAMP, OfferingKind.APPOINTMENT])
    first, last = made.span()
    holds_from = made.day() if made.often(0.4) else None
    offering_id = await made.world.offering(
        kind=kind,
        name=dice.choice(NAMES),
        location_id=dice.choice(made.locations),
        program_id=dice.choice([None, *made.programs]),
        capacity=dice.choice([None, 0, 1, 2, 3, 4, 6]),
        starts_on=first if made.often(0.2) else None,
        ends_on=last if made.often(0.2) else None,
        min_age_months=dice.choice([None, None, None, 60, 80]),
        max_age_months=dice.choice([None, None, None, 90, 120]),
        gender=dice.choice([None, None, None, "female"]),
        holds_from=holds_from,
        deleted_at=LONG_AGO.replace(month=11, day=dice.randint(1, 9)) if made.often(0.1) else None,
    )
    made.offerings.append(offering_id)
    for _ in range(dice.choice([0, 0, 1, 2])):
        starts_on, ends_on = made.span()
        session = await made.world.session(starts_on, dice.choice([None, ends_on]), offerings=[offering_id])
        if made.often(0.2):
            await made.world.change(models.Session, session, deleted_at=LONG_AGO)
    if holds_from is not None:
        await _add_history(made, offering_id, holds_from)
    for _ in range(dice.choice([1, 1, 2])):
        await _add_slot(made, offering_id, kind)
    await _add_teaching(made, offering_id)
    for student in dice.sample(made.students, dice.randint(0, 6)):
        await _enroll(made, student, offering_id)
    await _mark(made, offering_id)


async def _add_history(made: RandomCatalogue, offering_id: UUID, holds_from: date) -> None:
    await made.add(
        models.FormerOffering,
        offering_id=offering_id,
        ends_on=holds_from - _DAY,
        location_id=made.dice.choice(made.locations),
        program_id=made.dice.choice([None, *made.programs]),
        capacity=3,
        time_zone=made.dice.choice(ZONES),
    )
    for _ in range(made.dice.randint(0, 2)):
        first = made.day(FIRST - 20 * _DAY, holds_from)
        await made.add(
            models.FormerSchedule,
            id=new_id(),
            offering_id=offering_id,
            starts_on=made.dice.choice([None, first]),
            ends_on=made.day(first, holds_from),
            is_closed=made.often(0.3),
        )


async def _add_slot(made: RandomCatalogue, offering_id: UUID, kind: OfferingKind) -> None:
    dice = made.dice
    first, last = made.span()
    weekday = dice.randint(1, 7) if kind is OfferingKind.CLASS else None
    bounds: dict[str, Any] = {"starts_on": first, "ends_on": last if kind is OfferingKind.CAMP else first}
    if weekday is not None:
        bounds = {"starts_on": first if made.often(0.2) else None, "ends_on": None}
    minutes = dice.choice([30, 45, 600, 1440])
    slot_id = await made.world.timeslot(
        offering_id,
        weekday=weekday,
        start_time=dice.choice(TIMES),
        duration_minutes=minutes,
        deleted_at=LONG_AGO if made.often(0.08) else None,
        **bounds,
    )
    made.slots.append((slot_id, offering_id))
    if weekday is not None and bounds["starts_on"] is not None:
        await made.add(
            models.FormerTimeslot,
            timeslot_id=slot_id,
            offering_id=offering_id,
            ends_on=first - _DAY,
            weekday=dice.randint(1, 7),
            start_time=dice.choice(TIMES),
            duration_minutes=30,
        )


async def _add_teaching(made: RandomCatalogue, offering_id: UUID) -> None:
    for teacher in made.dice.sample(made.teachers, made.dice.randint(0, 2)):
        since = made.dice.choice([None, made.day()])
        await made.add(models.OfferingInstructor, offering_id=offering_id, person_id=teacher, starts_on=since)
    if made.often(0.3):
        first, last = made.span()
        teacher = made.dice.choice(made.teachers)
        await made.add(
            models.FormerInstructor, offering_id=offering_id, person_id=teacher, starts_on=first, ends_on=last
        )
    for slot_id, of in made.slots:
        if of == offering_id:
            for day in sorted({made.day() for _ in range(12)}):
                absent, instead = made.dice.sample(made.teachers, 2)
                await made.add(
                    models.Substitution,
                    timeslot_id=slot_id,
                    held_on=day,
                    absent_person_id=absent,
                    substitute_id=made.dice.choice([None, instead]),
                )


async def _enroll(made: RandomCatalogue, student: UUID, offering_id: UUID) -> None:
    mine = [slot for slot, of in made.slots if of == offering_id]
    for _ in range(made.dice.choice([1, 1, 1, 2])):
        first, last = made.span()
        type_ = made.dice.choice([*[EnrollmentType.ACTIVE] * 3, EnrollmentType.TRIAL, EnrollmentType.WAITLIST])
        starts_on = made.dice.choice([first, FIRST - 30 * _DAY])
        enrollment_id = await made.world.enroll(
            student,
            offering_id,
            type=type_,
            starts_on=starts_on,
            drop_on=made.dice.choice([None, None, last]),
            timeslot_id=made.dice.choice([None, None, *mine]),
            deleted_at=LONG_AGO if made.often(0.1) else None,
        )
        if type_ is EnrollmentType.WAITLIST:
            await _offer(made, enrollment_id, starts_on)


async def _offer(made: RandomCatalogue, enrollment_id: UUID, starts_on: date) -> None:
    """Mostly. What is drawn afterwards does not depend on it."""
    dice = random.Random()
    dice.setstate(made.dice.getstate())
    if dice.random() < 0.7:
        await made.world.place_offer(
            enrollment_id,
            starts_on=dice.choice([starts_on, starts_on + 20 * _DAY]),
            holds_until=dice.choice([LONG_AFTER, LONG_AFTER, LONG_AGO + _DAY]),
        )


async def _mark(made: RandomCatalogue, offering_id: UUID) -> None:
    for slot_id, of in made.slots:
        for day in sorted({made.day() for _ in range(10)}) if of == offering_id else ():
            if made.often(0.2):
                await made.world.occurrence(slot_id, day, cancelled_at=LONG_AGO)
            for student in made.dice.sample(made.students, made.dice.choice([0, 1, 2, 12])):
                status = made.dice.choice(list(AttendanceStatus))
                await made.world.mark(student, slot_id, held_on=day, status=status)


async def _add_absences(made: RandomCatalogue) -> None:
    enrollments = await made.world.rows(models.Enrollment)
    for student in made.students:
        for _ in range(made.dice.randint(0, 3)):
            first = made.day()
            window = made.dice.choice([{}, {"window_starts": time(0, 15), "window_ends": time(17, 30)}])
            mine = [row.id for row in enrollments if row.student_id == student]
            await made.world.expected_absence(
                student,
                starts_on=first,
                ends_on=first + made.dice.randint(0, 20) * _DAY,
                state=made.dice.choice([*[ExpectedAbsenceState.APPROVED] * 3, ExpectedAbsenceState.REQUESTED]),
                enrollments=made.dice.sample(mine, 1) if mine and made.often(0.3) else (),
                **window,
            )
