"""One expected absence, settled by several at once: one does, the others are told so (R6.2)."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeAlias
from uuid import UUID

import pytest
from sqlalchemy import text

from attendance.actions.absences.approve_expected_absence import approve_expected_absence
from attendance.actions.absences.deny_expected_absence import deny_expected_absence
from attendance.actions.absences.tell_absence import AbsenceWritten
from attendance.actions.absences.withdraw_expected_absence import withdraw_expected_absence
from attendance.rules.absences.expected_absence_refusals import ExpectedAbsenceSettled
from attendance.rules.refusals import Refusal
from attendance.rules.vocabulary import ExpectedAbsenceState, Permission
from db.engine import Database
from db.unit_of_work import UnitOfWork, unit_of_work
from db.wake_ups import Announcer
from tests.support.at_once import tried_at_once, until_one_waits
from tests.support.factories import MONDAY, World
from tests.support.sizes import SIZES
from tests.support.viewers import DURING_CLASS, guardian_viewer, staff_viewer

ROUNDS = SIZES.long_race_rounds
Act: TypeAlias = Callable[[UnitOfWork, UUID], Awaitable[AbsenceWritten]]


async def test_R6_2_of_several_who_settle_at_once_one_does(database: Database, world: World) -> None:
    announcer = Announcer()
    staff = [staff_viewer(world, await world.staff(Permission.OWNER)) for _ in range(3)]
    lesson = await world.weekly_class()
    ann = await world.student()
    await world.enroll(ann, lesson.offering_id)
    acts: list[Act] = [
        lambda uow, it: approve_expected_absence(uow, staff[0], it, is_excused=True, now=DURING_CLASS),
        lambda uow, it: approve_expected_absence(uow, staff[1], it, is_excused=False, now=DURING_CLASS),
        lambda uow, it: deny_expected_absence(uow, staff[2], it, now=DURING_CLASS),
    ]
    for _ in range(ROUNDS):
        absence = await world.expected_absence(ann, state=ExpectedAbsenceState.REQUESTED)
        outcomes = await _at_once(database, world, announcer, absence, acts)
        assert Counter(map(type, outcomes)) == {AbsenceWritten: 1, ExpectedAbsenceSettled: 2}
        winner = next(place for place, each in enumerate(outcomes) if isinstance(each, AbsenceWritten))
        state, excused, decider = await _kept(world, absence)
        assert (state, excused) == [("APPROVED", True), ("APPROVED", False), ("DENIED", False)][winner]
        assert decider == staff[winner].caller.person_id
        told = {each.state for each in outcomes if isinstance(each, ExpectedAbsenceSettled)}
        assert told == {ExpectedAbsenceState(state)}
        await _clear(world, absence)


async def test_R6_2_who_settles_second_waits_for_the_first_and_is_told(database: Database, world: World) -> None:
    announcer = Announcer()
    staff = [staff_viewer(world, await world.staff(Permission.OWNER)) for _ in range(2)]
    lesson = await world.weekly_class()
    ann = await world.student()
    await world.enroll(ann, lesson.offering_id)
    absence = await world.expected_absence(ann, state=ExpectedAbsenceState.REQUESTED)

    async def approve() -> AbsenceWritten:
        async with unit_of_work(database, world.organization_id, announcer) as second:
            return await approve_expected_absence(second, staff[1], absence, is_excused=True, now=DURING_CLASS)

    async with unit_of_work(database, world.organization_id, announcer) as first:
        await deny_expected_absence(first, staff[0], absence, now=DURING_CLASS)
        approving = asyncio.create_task(approve())
        await until_one_waits(world.owner)
    with pytest.raises(ExpectedAbsenceSettled) as told:
        await approving
    assert told.value.state is ExpectedAbsenceState.DENIED
    assert await _kept(world, absence) == ("DENIED", False, staff[0].caller.person_id)


async def test_R6_2_a_family_withdraws_while_staff_approve(database: Database, world: World) -> None:
    """Both may succeed, but only as an approval that was withdrawn; never an approval of what is withdrawn."""
    announcer = Announcer()
    owner = staff_viewer(world, await world.staff(Permission.OWNER))
    family = await world.family()
    gail = guardian_viewer(world, family, await world.guardian(family))
    lesson = await world.weekly_class()
    ann = await world.student(family_id=family)
    await world.enroll(ann, lesson.offering_id)
    acts: list[Act] = [
        lambda uow, it: approve_expected_absence(uow, owner, it, is_excused=True, now=DURING_CLASS),
        lambda uow, it: withdraw_expected_absence(uow, gail, it, now=DURING_CLASS),
    ]
    for _ in range(ROUNDS):
        absence = await world.expected_absence(ann, state=ExpectedAbsenceState.REQUESTED)
        before = await _revision(world)
        approved, withdrawn = await _at_once(database, world, announcer, absence, acts)
        assert isinstance(withdrawn, AbsenceWritten)
        state, _, decider = await _kept(world, absence)
        was_approved = isinstance(approved, AbsenceWritten)
        assert (state, decider is not None) == ("WITHDRAWN", was_approved)
        # Shown and taken off again, or never shown.
        assert await _revision(world) - before == (2 if was_approved else 0)


async def _at_once(
    database: Database, world: World, announcer: Announcer, absence: UUID, acts: list[Act]
) -> list[AbsenceWritten | Refusal]:
    async def run(act: Act) -> AbsenceWritten:
        async with unit_of_work(database, world.organization_id, announcer) as uow:
            return await act(uow, absence)

    return await tried_at_once(*(partial(run, act) for act in acts))


async def _kept(world: World, absence: UUID) -> tuple[str, bool, UUID | None]:
    statement = text("SELECT state, is_excused, decided_by_id FROM expected_absence WHERE id = :id")
    row = (await world.owner.execute(statement.bindparams(id=absence))).one()
    return row.state, row.is_excused, row.decided_by_id


async def _revision(world: World) -> int:
    found = await world.owner.execute(
        text("SELECT coalesce(max(revision), 0) FROM occurrence WHERE held_on = :day").bindparams(day=MONDAY)
    )
    revision: int = found.scalar_one()
    return revision


async def _clear(world: World, absence: UUID) -> None:
    await world.owner.execute(text("DELETE FROM expected_absence WHERE id = :id").bindparams(id=absence))
