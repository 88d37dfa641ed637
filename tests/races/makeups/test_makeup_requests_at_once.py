"""R8.7, R8.8: requests for makeups, settled and made at the same moment, on real connections."""

import pytest

from attendance.rules.makeups.makeup_refusals import (
    MakeupRequestSettled,
)
from db.engine import Database
from tests.races.makeups.makeup_race import ROUNDS, Race, kinds, new_race
from tests.support.factories import World


@pytest.fixture
async def race(world: World, crowded: Database) -> Race:
    """With a connection for each of those who race."""
    return await new_race(world, crowded)


async def test_R8_7_a_request_is_settled_once_whoever_does(race: Race) -> None:
    for number in range(ROUNDS):
        lesson, token = await race.world.weekly_class(), await race.token()
        asked = await race.world.makeup_request(token, race.ann, lesson.timeslot_id)
        refused = await race.together(
            race.approve(asked),
            race.approve(asked),
            race.deny(asked),
            race.withdraw(asked),
        )
        assert kinds(refused) == ["-", *["MakeupRequestSettled"] * 3], number
        kept = await race.kept(token)
        was_approved = None in refused[:2]
        assert kept.is_tied is was_approved
        (act,), (state,) = kept.acts, kept.requests
        winner = refused.index(None)
        assert (act, state) == [
            ("REDEEMED", "APPROVED"),
            ("REDEEMED", "APPROVED"),
            ("DENIED", "DENIED"),
            ("WITHDRAWN", "WITHDRAWN"),
        ][winner]
        assert all(each.state == state for each in refused if isinstance(each, MakeupRequestSettled))


async def test_R8_7_a_token_is_requested_once_or_redeemed(race: Race) -> None:
    for _ in range(ROUNDS):
        one, two, token = await race.world.weekly_class(), await race.world.weekly_class(), await race.token()
        refused = await race.together(race.request(token, one), race.redeem(token, two), race.request(token, two))
        assert kinds(refused) == ["-", "MakeupTokenNotUsable", "MakeupTokenNotUsable"]
        kept = await race.kept(token)
        is_redeemed = refused[1] is None
        assert (kept.is_tied, kept.acts) == (is_redeemed, ["REDEEMED" if is_redeemed else "REQUESTED"])
        assert kept.requests == (None if is_redeemed else ["REQUESTED"])


async def test_R8_7_two_approvals_for_the_last_place_give_it_once(race: Race) -> None:
    for _ in range(ROUNDS):
        lesson = await race.world.weekly_class(capacity=1)
        requests = []
        for name in ("Ben", "Cas"):
            student = await race.world.student(first_name=name)
            token = await race.world.makeup_token(student)
            requests.append(await race.world.makeup_request(token, student, lesson.timeslot_id))
        refused = await race.together(*map(race.approve, requests))
        assert kinds(refused) == ["-", "OfferingFull"]
