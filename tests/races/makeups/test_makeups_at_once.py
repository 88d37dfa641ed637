"""R8.8: makeups, and whatever happens to their tokens and classes at the same moment, on real connections: exactly one
outcome each, many times over.
"""

from datetime import datetime, timedelta

import pytest

from attendance.rules.enrollments.enrollment_refusals import AlreadyEnrolled, OfferingFull
from attendance.rules.makeups.makeup_refusals import (
    MakeupNotHeld,
    MakeupTokenExpired,
    MakeupTokenNotUsable,
)
from attendance.rules.tokens.token_refusals import MakeupTokenNotChangeable
from attendance.rules.vocabulary import (
    AttendanceStatus,
    MakeupTokenOrigin,
)
from db.engine import Database
from tests.races.makeups.makeup_race import AHEAD, DAY, LONG_ROUNDS, ROUNDS, Race, kinds, new_race
from tests.support.factories import MONDAY, World


@pytest.fixture
async def race(world: World, crowded: Database) -> Race:
    """With a connection for each of those who race."""
    return await new_race(world, crowded)


async def test_R8_8_one_token_redeemed_for_two_classes_at_once_books_one(race: Race) -> None:
    for number in range(ROUNDS):
        one, two, token = await race.world.weekly_class(), await race.world.weekly_class(), await race.token()
        refused = await race.together(race.redeem(token, one), race.redeem(token, two), race.redeem(token, one))
        assert kinds(refused)[0] == "-"
        assert {type(each) for each in refused if each} <= {MakeupTokenNotUsable}
        assert sum(each is None for each in refused) == 1
        assert await race.places() == (number + 1, number + 1)
        assert (await race.kept(token)).acts == ["REDEEMED"]


async def test_R8_8_two_tokens_of_one_student_for_the_same_class_book_one(race: Race) -> None:
    for number in range(ROUNDS):
        lesson = await race.world.weekly_class()
        tokens = [await race.token(), await race.token()]
        refused = await race.together(*(race.redeem(token, lesson) for token in tokens))
        assert kinds(refused) == ["-", "AlreadyEnrolled"]
        assert await race.places() == (number + 1, number + 1)


async def test_R8_8_the_last_place_goes_to_one_makeup(race: Race) -> None:
    ben, cas = await race.world.student(first_name="Ben"), await race.world.student(first_name="Cas")
    for number in range(ROUNDS):
        lesson = await race.world.weekly_class(capacity=1)
        tokens = [await race.token(), await race.world.makeup_token(ben)]
        refused = await race.together(
            *(race.redeem(token, lesson) for token in tokens),
            race.book(cas, lesson),
        )
        assert kinds(refused) == ["-", "OfferingFull", "OfferingFull"]
        assert (await race.places())[0] == number + 1


async def test_R8_8_the_last_place_goes_to_a_makeup_or_to_an_enrollment(race: Race) -> None:
    ben = await race.world.student(first_name="Ben")
    for _ in range(ROUNDS):
        lesson, token = await race.world.weekly_class(capacity=1), await race.token()
        refused = await race.together(race.redeem(token, lesson), race.enroll(ben, lesson))
        assert kinds(refused) == ["-", "OfferingFull"]


async def test_R8_8_a_token_is_redeemed_or_deleted(race: Race) -> None:
    for _ in range(ROUNDS):
        lesson, token = await race.world.weekly_class(), await race.token()
        refused = await race.together(race.redeem(token, lesson), race.delete(token))
        kept = await race.kept(token)
        if refused[0] is None:
            assert isinstance(refused[1], MakeupTokenNotChangeable)
            assert (kept.is_tied, kept.is_deleted, kept.acts) == (True, False, ["REDEEMED"])
        else:
            assert kinds(refused) == ["-", "MakeupTokenNotUsable"]
            assert (kept.is_tied, kept.is_deleted, kept.acts) == (False, True, ["DELETED"])


async def test_R8_8_a_token_is_redeemed_before_its_expiry_moves_to_the_past_or_not_at_all(race: Race) -> None:
    for _ in range(ROUNDS):
        lesson, token = await race.world.weekly_class(), await race.token(expires_on=AHEAD)
        refused = await race.together(race.redeem(token, lesson), race.expire(token))
        kept = await race.kept(token)
        if refused[0] is None:
            assert (kept.is_tied, kept.acts[0]) == (True, "REDEEMED")
        else:
            assert isinstance(refused[0], MakeupTokenExpired)
            assert (refused[1], kept.is_tied, kept.acts) == (None, False, ["EDITED"])


async def test_R7_7_at_midnight_a_token_is_redeemed_by_whoever_asks_in_time(race: Race) -> None:
    """Good through the end of its local day: 23:59:59 and 00:00:00 in Chicago race for it."""
    midnight = datetime.fromisoformat("2026-11-17T06:00:00+00:00")
    for _ in range(ROUNDS):
        lesson, token = await race.world.weekly_class(), await race.token(expires_on=MONDAY)
        refused = await race.together(
            race.redeem(token, lesson, now=midnight - timedelta(seconds=1)), race.redeem(token, lesson, now=midnight)
        )
        assert refused[0] is None
        # Who came too late is told so, or that the token was used by then.
        assert isinstance(refused[1], MakeupTokenExpired | MakeupTokenNotUsable)
        assert (await race.kept(token)).acts == ["REDEEMED"]


async def test_R8_8_a_reset_and_another_redemption_at_once(race: Race) -> None:
    for _ in range(ROUNDS):
        one, two, token = await race.world.weekly_class(), await race.world.weekly_class(), await race.token()
        await race.together(race.redeem(token, one))
        refused = await race.together(race.reset(token), race.redeem(token, two), race.reset(token))
        kept = await race.kept(token)
        assert {type(each) for each in refused if each} <= {MakeupTokenNotUsable, MakeupTokenNotChangeable}
        done = kept.acts[1:]
        assert (
            done
            == {
                (True, 1): ["RESET"],
                (False, 1): ["RESET", "REDEEMED"],
                (False, 2): ["RESET", "REDEEMED", "RESET"],
            }[refused[1] is not None, done.count("RESET")]
        )
        assert kept.is_tied is (done[-1] == "REDEEMED")
        assert kept.is_tied is bool(kept.has_place)
    places, tied = await race.places()
    assert places == tied


async def test_R8_8_a_class_is_cancelled_with_its_makeups_or_before_them(race: Race) -> None:
    for _ in range(ROUNDS):
        lesson, token = await race.world.weekly_class(), await race.token()
        refused = await race.together(race.redeem(token, lesson), race.cancel(lesson))
        kept = await race.kept(token)
        assert refused[1] is None
        # A makeup in a cancelled class gives its token back (R9.2); nobody gets a place in one.
        assert (kept.is_tied, await race.places()) == (False, (0, 0))
        if refused[0] is None:
            assert kept.acts == ["REDEEMED", "RESET"]
        else:
            assert isinstance(refused[0], MakeupNotHeld)
            assert kept.acts is None


async def test_R7_4_ground_taken_away_revokes_a_token_or_flags_it_once_it_is_tied(race: Race) -> None:
    for _ in range(ROUNDS):
        missed, lesson = await race.world.weekly_class(), await race.world.weekly_class()
        place = await race.world.enroll(race.ann, missed.offering_id)
        await race.world.mark(race.ann, missed.timeslot_id, status=AttendanceStatus.ABSENT, enrollment_id=place)
        token = await race.token(
            origin=MakeupTokenOrigin.ABSENCE, timeslot_id=missed.timeslot_id, held_on=MONDAY, enrollment_id=place
        )
        refused = await race.together(race.redeem(token, lesson), race.mark_present(missed))
        kept = await race.kept(token)
        assert refused[1] is None
        if refused[0] is None:
            assert (kept.is_tied, kept.is_revoked, kept.needs_review) == (True, False, True)
            assert kept.acts == ["REDEEMED", "FLAGGED"]
        else:
            assert isinstance(refused[0], MakeupTokenNotUsable)
            assert (kept.is_tied, kept.is_revoked, kept.acts) == (False, True, ["REVOKED"])


async def test_everything_at_once_over_the_same_students_and_classes_does_not_deadlock(race: Race) -> None:
    """Two students, two classes, both near: what each act locks overlaps with what the others lock."""
    ben = await race.world.student(first_name="Ben")
    lessons = [await race.world.weekly_class(), await race.world.weekly_class(weekday=2)]
    for _ in range(LONG_ROUNDS):
        tokens = [await race.token(), await race.world.makeup_token(ben)]
        tuesday = AHEAD + DAY
        booked = await race.together(
            race.redeem(tokens[0], lessons[0]),
            race.redeem(tokens[1], lessons[1], tuesday),
            race.redeem(tokens[0], lessons[1], tuesday),
            race.redeem(tokens[1], lessons[0]),
            race.reset(tokens[0]),
            race.reset(tokens[1]),
        )
        allowed = (MakeupTokenNotUsable, MakeupTokenNotChangeable, AlreadyEnrolled, OfferingFull)
        assert all(each is None or isinstance(each, allowed) for each in booked)
        for token in tokens:
            if (await race.kept(token)).is_tied:
                await race.together(race.reset(token))
    assert await race.places() == (0, 0)
