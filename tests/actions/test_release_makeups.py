"""Many makeups given up at once (R8.5, R9.2), and tokens given to many students (R8.1)."""

from uuid import UUID

import pytest
from sqlalchemy import text

from attendance.actions.tokens.create_makeup_tokens import give_tokens
from attendance.actions.tokens.reset_makeup_token import EndedByBusiness, release_makeups
from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.refusals import LocationNotFound
from attendance.rules.tokens.makeup_tokens import TokenCause
from attendance.rules.tokens.tokens_by_hand import TokenDraft
from db import models
from db.engine import Database
from db.ids import new_id
from db.makeups.makeup_releases import tokens_of_makeups
from db.marks.changes import SYSTEM
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from tests.support.each_statement import counting
from tests.support.factories import MONDAY, World
from tests.support.viewers import DURING_CLASS

ENDED = EndedByBusiness(TokenCause.OCCURRENCE_CANCELLED, MONDAY)


async def booked(world: World, count: int) -> dict[UUID, UUID]:
    """Makeups of as many students in one class, with their tokens."""
    lesson = await world.weekly_class()
    made = {}
    for _ in range(count):
        student = await world.student()
        place = await world.makeup(student, lesson, MONDAY)
        made[place] = await world.makeup_token(student, makeup_enrollment_id=place)
    return made


async def test_R9_2_many_makeups_are_given_up_in_as_many_statements_as_one(database: Database, world: World) -> None:
    counts = []
    for count in (1, 20):
        made = await booked(world, count)
        statements: list[str] = []
        async with unit_of_work(database, world.organization_id, Announcer()) as uow:
            assert await tokens_of_makeups(uow.connection, uow.organization_id, made) == made
            with counting(database, statements):
                released = await release_makeups(uow, made.values(), author=SYSTEM, ended=ENDED, now=DURING_CLASS)
        assert {each.enrollment_id: each.token_id for each in released} == made
        counts.append(len(statements))
    assert counts == [4, 4]
    left = text(
        "SELECT (SELECT count(makeup_enrollment_id) FROM makeup_token), count(*) - count(deleted_at) FROM enrollment"
    )
    assert tuple((await world.owner.execute(left)).one()) == (0, 0)
    entries = [(row.act, row.cause, row.source) for row in await world.rows(models.MakeupTokenEntry)]
    assert entries == [("RESET", "OCCURRENCE_CANCELLED", "SYSTEM")] * 21


async def test_R8_5_what_is_free_or_unknown_is_left_alone(database: Database, world: World) -> None:
    free = await world.makeup_token(await world.student())
    async with unit_of_work(database, world.organization_id, Announcer()) as uow:
        assert await release_makeups(uow, [free, new_id()], author=SYSTEM, now=DURING_CLASS) == []
    assert await world.count(models.MakeupTokenEntry) == 0


async def test_R8_1_tokens_for_many_students_take_as_many_statements_as_one(database: Database, world: World) -> None:
    counts = []
    for count in (1, 20):
        students = [await world.student(family_id=await world.family(email="a@example.org")) for _ in range(count)]
        statements: list[str] = []
        async with unit_of_work(database, world.organization_id, Announcer()) as uow:
            with counting(database, statements):
                done = await give_tokens(
                    uow,
                    [(student, TokenDraft(sends_email=True)) for student in students],
                    settings=MakeupTokenSettings(),
                    author=SYSTEM,
                    now=DURING_CLASS,
                )
        assert (len(done.token_ids), done.email_count, done.unaddressed_count) == (count, count, 0)
        counts.append(len(statements))
    assert counts[0] == counts[1], counts


async def test_R8_1_one_bad_draft_keeps_all_from_being_given(database: Database, world: World) -> None:
    drafts = [(await world.student(), TokenDraft()), (await world.student(), TokenDraft(location_id=new_id()))]
    with pytest.raises(LocationNotFound):
        async with unit_of_work(database, world.organization_id, Announcer()) as uow:
            await give_tokens(uow, drafts, settings=MakeupTokenSettings(), author=SYSTEM, now=DURING_CLASS)
    assert await world.count(models.MakeupToken) == 0
