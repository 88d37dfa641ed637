"""R8.9: a search that counts places in PostgreSQL finds exactly what the rules find."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from attendance.actions.makeups.search_makeups import FoundMakeups, MakeupSearch, search_makeups
from attendance.rules.calendar.timeslots import DateSpan
from attendance.rules.makeups.makeup_search import Candidate, MakeupQuestion
from attendance.rules.makeups.makeups import MakeupStudent
from attendance.rules.organization.settings import MakeupTokenSettings
from db import models
from db.engine import Database
from db.tokens.student_tokens import read_tokens
from tests.support.factories import World
from tests.support.plain_makeups import plain_search
from tests.support.random_catalogue import FIRST, LAST, RandomCatalogue, asking, random_catalogue
from tests.support.sizes import SIZES

_QUESTIONS = 30
NOW = datetime(2026, 10, 1, 15, tzinfo=UTC)


async def a_token(made: RandomCatalogue) -> UUID:
    return await made.world.makeup_token(
        made.dice.choice(made.students),
        location_id=made.dice.choice([*[None] * 6, *made.locations]),
        program_id=made.dice.choice([*[None] * 6, *made.programs]),
        expires_on=made.dice.choice([None, None, LAST]),
    )


async def a_question(made: RandomCatalogue, connection: Any, token_id: UUID) -> MakeupQuestion:
    (token,) = await read_tokens(connection, made.world.organization_id, [token_id])
    (row,) = await made.world.rows(models.Student, id=token.student_id)
    settings = MakeupTokenSettings(
        ignore_location_lock=made.often(0.3),
        makeup_horizon_days=made.dice.choice([20, 365, 365]),
        makeup_latest_booking_minutes=made.dice.choice([0, 0, 1440]),
    )
    return MakeupQuestion(token.student_id, MakeupStudent(row.birth_on, row.gender), token, settings, NOW)


def shown(found: FoundMakeups) -> tuple[list[Any], bool]:
    """Refusals compare by identity, so their type and what they say stand for them."""
    return [_candidate(each) for each in found.candidates], found.has_more


def _candidate(each: Candidate) -> tuple[Any, ...]:
    return each.position, each.openings, [(type(obstacle), str(obstacle)) for obstacle in each.obstacles]


@pytest.mark.parametrize("seed", range(SIZES.listed_organizations))
async def test_R8_9_searches_find_what_the_rules_find(world: World, database: Database, seed: int) -> None:
    made = await random_catalogue(world, random.Random(100 + seed), offerings=20)
    tokens = [await a_token(made) for _ in range(5)]
    compared: list[Candidate] = []
    async with database.read(world.organization_id) as connection:
        for _ in asking(_QUESTIONS, compared, 40):
            question = await a_question(made, connection, made.dice.choice(tokens))
            first = made.dice.choice([FIRST, NOW.date(), made.day()])
            search = MakeupSearch(
                DateSpan(first, first + timedelta(made.dice.choice([6, 30, 60, 89]))),
                made.dice.choice([1, 3, 20, 100]),
                include_rejected=made.often(0.3),
                visible_to=made.dice.choice([*[None] * 4, *made.teachers[:1]]),
            )
            for _ in range(3):
                expected = await plain_search(connection, world.organization_id, question, search)
                found = await search_makeups(connection, world.organization_id, question, search)
                assert shown(found) == shown(expected), (question, search)
                compared += found.candidates
                if found.candidates:
                    search = replace(search, after=made.dice.choice(found.candidates).position)
    assert len(compared) > 40, "the questions find too little to compare"
