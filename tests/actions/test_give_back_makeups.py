"""R8.6b: after a change of the catalogue, makeups on dates that are not held any more give their tokens back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from attendance.actions.makeups.give_back_makeups import give_back_makeups
from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.vocabulary import BlackoutScope, EnrollmentType
from db.engine import Database
from db.marks.changes import SYSTEM
from tests.actions.cancelling import CancelDesk, new_cancel_desk
from tests.support.each_statement import counting
from tests.support.factories import MONDAY, World
from tests.support.token_sheet import ABSENT, DURING_CLASS, PRESENT

WEEK = timedelta(weeks=1)


@pytest.fixture
async def there(world: World, database: Database) -> CancelDesk:
    """A class in a program whose schedule closes the next Monday."""
    program = await world.program(blackouts=[(MONDAY + WEEK, MONDAY + WEEK, BlackoutScope.ATTENDANCE)])
    return replace(await new_cancel_desk(world, database, program_id=program), held_on=MONDAY + WEEK)


async def give_back(desk: CancelDesk) -> int:
    async with desk.transaction() as uow:
        return len(await give_back_makeups(uow, author=SYSTEM, settings=MakeupTokenSettings(), now=DURING_CLASS))


async def test_R8_6b_a_closed_date_gives_its_makeups_back_and_others_do_not(there: CancelDesk) -> None:
    ann, ben, cas = [await there.world.student() for _ in range(3)]
    tokens = {who: await there.world.makeup_token(who, expires_on=MONDAY) for who in (ann, ben, cas)}
    await there.makeup(ann, tokens[ann])
    await there.makeup(ben, tokens[ben], MONDAY + 2 * WEEK)
    assert await give_back(there) == 1
    rows = {token.student_id: (token.makeup_enrollment_id is None, token.expires_on) for token in await there.tokens()}
    assert rows == {ann: (True, MONDAY + 2 * WEEK), ben: (False, MONDAY), cas: (True, MONDAY)}
    assert await there.ledger(ann) == [("RESET", "CLASS_NOT_HELD")]
    assert await there.changes() == [("ROSTER", set(), {ann})]
    assert await give_back(there) == 0


async def test_R10_1_who_stays_on_the_sheet_does_not_leave_it(there: CancelDesk) -> None:
    ann = await there.world.student()
    await there.makeup(ann, await there.world.makeup_token(ann))
    await there.world.enroll(ann, there.lesson.offering_id, type=EnrollmentType.ACTIVE)
    await give_back(there)
    assert await there.changes() == [("ROSTER", {ann}, set())]


async def test_R7_4_a_token_without_ground_is_revoked_and_told_where_it_was_earned(
    world: World, database: Database, there: CancelDesk
) -> None:
    here = await new_cancel_desk(world, database)
    ann = await here.add_student()
    await here.set_mark(ann, ABSENT)
    await here.reconcile()
    (token,) = await here.tokens()
    await there.makeup(ann, token.id)
    await here.set_mark(ann, PRESENT)
    await here.reconcile()
    await give_back(there)
    assert await here.live() == {}
    assert (await here.changes())[-1] == ("TOKENS", {ann}, set())


async def test_R8_6b_it_takes_the_same_statements_for_any_number_of_makeups(there: CancelDesk) -> None:
    taken = []
    for count in (1, 10):
        await there.world.owner.execute(text("UPDATE enrollment SET deleted_at = now() WHERE type = 'MAKEUP'"))
        for _ in range(count):
            who = await there.world.student()
            await there.makeup(who, await there.world.makeup_token(who))
        statements: list[str] = []
        with counting(there.database, statements):
            assert await give_back(there) == count
        taken.append(len(statements))
    assert taken[0] == taken[1]
