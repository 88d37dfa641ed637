"""R8.12: a family gives a makeup back while its place is redeemed, the student is checked in, or staff reset the token,
on real connections, many times over.
"""

from datetime import timedelta

import pytest

from db.engine import Database
from tests.races.makeups.makeup_race import ROUNDS, Race, kinds, new_race
from tests.support.factories import MONDAY, World
from tests.support.viewers import DURING_CLASS

BEFORE_CLASS = DURING_CLASS - timedelta(hours=2)


@pytest.fixture
async def race(world: World, crowded: Database) -> Race:
    """With a connection for each of those who race."""
    return await new_race(world, crowded)


async def test_R8_12_the_freed_place_is_redeemed_or_the_class_is_full(race: Race) -> None:
    ben = await race.world.student(first_name="Ben")
    for _ in range(ROUNDS):
        lesson, token = await race.world.weekly_class(capacity=1), await race.token()
        other = await race.world.makeup_token(ben)
        assert await race.together(race.redeem(token, lesson)) == [None]
        given_back, redeemed = await race.together(race.give_back(token), race.redeem(other, lesson))
        assert given_back is None
        assert kinds([redeemed]) in (["-"], ["OfferingFull"])
        assert (await race.kept(token)).acts == ["REDEEMED", "RESET"]
        assert (await race.kept(other)).has_place == (redeemed is None)
        # The place is free now, unless Ben has it.
        again = await race.together(race.redeem(other if redeemed else await race.token(), lesson))
        assert kinds(again) == (["-"] if redeemed else ["OfferingFull"])


async def test_R8_12_the_student_is_checked_in_or_the_makeup_is_given_back(race: Race) -> None:
    for _ in range(ROUNDS):
        lesson, token = await race.world.weekly_class(), await race.token()
        assert await race.together(race.redeem(token, lesson, MONDAY, now=BEFORE_CLASS)) == [None]
        given_back, marked = await race.together(race.give_back(token, now=BEFORE_CLASS), race.mark_present(lesson))
        assert kinds([given_back, marked]) in (["-", "MakeupAttended"], ["-", "StudentNotOnRoster"])
        kept = await race.kept(token)
        assert kept.acts == (["REDEEMED", "RESET"] if given_back is None else ["REDEEMED"])
        assert kept.is_tied == (given_back is not None)


async def test_R8_12_given_back_or_reset_and_once(race: Race) -> None:
    for _ in range(ROUNDS):
        lesson, token = await race.world.weekly_class(), await race.token()
        assert await race.together(race.redeem(token, lesson)) == [None]
        refused = await race.together(race.give_back(token), race.reset(token), race.give_back(token))
        assert kinds(refused) == ["-", "MakeupTokenNotChangeable", "MakeupTokenNotChangeable"]
        assert (await race.kept(token)).acts == ["REDEEMED", "RESET"]
