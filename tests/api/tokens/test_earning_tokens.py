"""What absences earn, through the API alone: settings, marks and tokens as clients change and read them (R7.1 to R7.8).

When the tokens come is in test_when_tokens_come.py; here they come at once, through the Office Portal without check-in
mode.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import EnrollmentType, OfferingKind, Permission
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import JANUARY, MONDAY, Lesson, World

WEEK, DAY = timedelta(days=7), timedelta(days=1)
UPDATE = mutation("updateMakeupTokenSettings")
SUBMITTED = "issuedTokens { id } revokedTokens { id }"
DELETE = mutation("deleteMakeupToken")
TOKEN = """
  id state origin issuedOn expiresOn location { name } program { name } missedOccurrence { date offering { name } }
"""
ROW = """query($id: ID!) { occurrence(id: $id) { roster { mark { status needsReview } } } }"""


@dataclass
class EarningDesk:
    """The owner, and Ann, who has an ACTIVE place in a class on Mondays. It is the evening of MONDAY in Chicago."""

    api: Api
    world: World
    owner_id: UUID
    ann: UUID
    lesson: Lesson

    async def settings(self, **values: Any) -> None:
        done = (await self.api.ask(UPDATE, input=values))["updateMakeupTokenSettings"]
        assert done["__typename"] == "UpdateMakeupTokenSettingsSuccess", done

    async def mark(self, status: str | None, held_on: date = MONDAY, lesson: Lesson | None = None) -> dict[str, Any]:
        done = await self.api.submit(lesson or self.lesson, {self.ann: status}, held_on, shown=SUBMITTED)
        assert done["__typename"] == "SubmitAttendanceSuccess", done
        return done

    async def earns(self, held_on: date = MONDAY, lesson: Lesson | None = None) -> bool:
        """Did missing that class earn a token?"""
        return len((await self.mark("ABSENT", held_on, lesson))["issuedTokens"]) == 1

    async def tokens(self) -> list[dict[str, Any]]:
        return await self.api.tokens(self.ann, TOKEN)

    async def states(self) -> list[str]:
        return [token["state"] for token in await self.tokens()]

    async def place(self, **lesson: Any) -> Lesson:
        """A further class on Mondays, in which Ann has a place."""
        other = await self.world.weekly_class(**lesson)
        await self.world.enroll(self.ann, other.offering_id)
        return other

    async def at(self, now: datetime) -> None:
        self.api.clock.now = now
        self.api = await self.api.as_staff(self.world, person_id=self.owner_id)

    async def tie(self, makeup_on: date) -> None:
        """As if the only token had been redeemed for the class on that day."""
        other = await self.world.weekly_class(weekday=makeup_on.isoweekday())
        token = await self.world.owner.scalar(text("SELECT id FROM makeup_token"))
        await self.world.makeup(self.ann, other, makeup_on, token_id=token)


@pytest.fixture
async def desk(world: World, api: Api) -> EarningDesk:
    owner, ann = await world.staff(Permission.OWNER), await world.student()
    lesson = await world.weekly_class(name="Swim 1", program_id=await world.program(name="Swim"))
    await world.enroll(ann, lesson.offering_id)
    return EarningDesk(await api.as_staff(world, person_id=owner), world, owner, ann, lesson)


@pytest.mark.parametrize("status", ["ABSENT", "EXCUSED_ABSENCE"])
@pytest.mark.parametrize("kind", OfferingKind)
async def test_R7_1_only_class_absences_earn(desk: EarningDesk, kind: OfferingKind, status: str) -> None:
    offering = await desk.world.offering(kind=kind)
    dates: dict[str, Any] = (
        {} if kind is OfferingKind.CLASS else {"weekday": None, "starts_on": MONDAY, "ends_on": MONDAY}
    )
    slot = await desk.world.timeslot(offering, **dates)
    await desk.world.enroll(desk.ann, offering)
    done = await desk.mark(status, lesson=Lesson(offering, slot))
    assert len(done["issuedTokens"]) == (1 if kind is OfferingKind.CLASS else 0)


@pytest.mark.parametrize(
    ("trigger", "earning"), [("ALL_ABSENCES", {"ABSENT", "EXCUSED_ABSENCE"}), ("EXCUSED_ONLY", {"EXCUSED_ABSENCE"})]
)
async def test_R7_2_the_trigger_says_which_marks_earn(desk: EarningDesk, trigger: str, earning: set[str]) -> None:
    await desk.settings(tokenTrigger=trigger)
    statuses = ["PRESENT", "TARDY", "LEFT_EARLY", "TARDY_AND_LEFT_EARLY", "ABSENT", "EXCUSED_ABSENCE"]
    issued = {each for n, each in enumerate(statuses) if (await desk.mark(each, MONDAY - n * WEEK))["issuedTokens"]}
    assert issued == earning


@pytest.mark.parametrize("type", ["ACTIVE", "TRIAL", "MAKEUP", "SINGLE_DAY"])
async def test_R7_2_the_types_that_earn_are_those_of_the_setting(desk: EarningDesk, type: str) -> None:
    other = await desk.world.weekly_class(name="Other")
    one_day: dict[str, Any] = {"timeslot_id": other.timeslot_id} if type in ("MAKEUP", "SINGLE_DAY") else {}
    for held_on in (MONDAY, MONDAY - WEEK):
        dates = {"starts_on": held_on, "drop_on": held_on}
        await desk.world.enroll(desk.ann, other.offering_id, type=EnrollmentType(type), **dates, **one_day)
    every = ["ACTIVE", "TRIAL", "MAKEUP", "SINGLE_DAY"]
    await desk.settings(earningTypes=[each for each in every if each != type])
    assert not await desk.earns(MONDAY, other)
    await desk.settings(earningTypes=[type])
    assert await desk.earns(MONDAY - WEEK, other)


async def test_R7_2_switched_off_no_new_tokens_come_and_those_that_are_there_stay(desk: EarningDesk) -> None:
    assert await desk.earns(MONDAY - WEEK)
    await desk.settings(tokensEnabled=False)
    assert not await desk.earns(MONDAY)
    assert await desk.states() == ["AVAILABLE"]
    await desk.settings(tokensEnabled=True)
    assert await desk.earns(MONDAY - 2 * WEEK)
    assert await desk.states() == ["AVAILABLE", "AVAILABLE"]


async def test_R7_4_issued_kept_revoked_and_the_same_one_reinstated(desk: EarningDesk) -> None:
    (issued,) = (await desk.mark("ABSENT"))["issuedTokens"]
    for status in ("ABSENT", "EXCUSED_ABSENCE"):
        done = await desk.mark(status)
        assert (done["issuedTokens"], done["revokedTokens"]) == ([], [])
    for gone in ("PRESENT", None):
        assert (await desk.mark(gone))["revokedTokens"] == [issued]
        assert await desk.states() == ["REVOKED"]
        assert (await desk.mark("ABSENT"))["issuedTokens"] == [issued]
    assert await desk.states() == ["AVAILABLE"]


@pytest.mark.parametrize(("makeup_on", "state"), [(MONDAY + DAY, "PENDING"), (MONDAY - DAY, "SPENT")])
async def test_R7_4_a_token_that_is_tied_to_a_makeup_stays_and_is_flagged(
    desk: EarningDesk, makeup_on: date, state: str
) -> None:
    await desk.mark("ABSENT", MONDAY - WEEK)
    await desk.tie(makeup_on)
    done = await desk.mark("PRESENT", MONDAY - WEEK)
    assert done["revokedTokens"] == []
    assert await desk.states() == [state]
    occurrence = desk.lesson.sheet_id(MONDAY - WEEK)
    for status, needs_review in (("PRESENT", True), ("ABSENT", False)):
        await desk.mark(status, MONDAY - WEEK)
        roster = (await desk.api.ask(ROW, id=occurrence))["occurrence"]["roster"]
        assert roster == [{"mark": {"status": status, "needsReview": needs_review}}]


async def test_R7_4_an_expired_token_is_left(desk: EarningDesk) -> None:
    await desk.settings(expiryUnit="DAYS", expiryCount=1, expiryAnchor="MISSED_CLASS")
    assert await desk.earns(MONDAY - WEEK)
    assert await desk.states() == ["EXPIRED"]
    assert (await desk.mark("PRESENT", MONDAY - WEEK))["revokedTokens"] == []
    assert await desk.states() == ["EXPIRED"]


async def test_R7_4_a_token_that_was_deleted_by_hand_stays_deleted(desk: EarningDesk) -> None:
    (issued,) = (await desk.mark("ABSENT"))["issuedTokens"]
    done = await desk.api.ask(DELETE, input={"tokenId": issued["id"]})
    assert done["deleteMakeupToken"]["__typename"] == "DeleteMakeupTokenSuccess"
    for status in ("PRESENT", "ABSENT", None, "EXCUSED_ABSENCE"):
        done = await desk.mark(status)
        assert (done["issuedTokens"], done["revokedTokens"]) == ([], [])
        assert await desk.states() == ["DELETED"]


async def test_R7_5_one_token_for_an_absence_however_often_it_is_marked(desk: EarningDesk) -> None:
    for status in ("ABSENT", "PRESENT", "ABSENT", None, "EXCUSED_ABSENCE", "ABSENT"):
        await desk.mark(status)
    assert len(await desk.tokens()) == 1
    other = await desk.place(name="Swim 2")
    assert await desk.earns(MONDAY, other)
    assert len(await desk.tokens()) == 2


#   period, scope, classes missed in this order, whether each earns; the limit is 2
LIMITS = [
    ("MONTH", "STUDENT", ["2026-10-05", "2026-10-12", "2026-10-26", "2026-11-02"], [True, True, False, True]),
    ("MONTH", "STUDENT", ["2026-08-31", "2026-08-03", "2026-09-07", "2026-08-10"], [True, True, True, False]),
    ("YEAR", "STUDENT", ["2026-01-05", "2026-11-16", "2026-06-01", "2025-12-29"], [True, True, False, True]),
    ("SESSION", "STUDENT", ["2026-09-07", "2026-11-02", "2026-10-05", "2026-08-31"], [True, True, False, True]),
    ("ENROLLMENT", "STUDENT", ["2026-02-02", "2026-11-16", "2026-06-01"], [True, True, False]),
    ("OUTSTANDING", "STUDENT", ["2026-01-05", "2026-11-16", "2026-06-01"], [True, True, False]),
]


@pytest.mark.parametrize(("period", "scope", "missed", "earned"), LIMITS)
async def test_R7_6_the_limit_counts_by_the_date_of_the_class_missed(
    desk: EarningDesk, period: str, scope: str, missed: list[str], earned: list[bool]
) -> None:
    await desk.world.enroll(desk.ann, desk.lesson.offering_id, starts_on=date(2025, 1, 6), drop_on=JANUARY - DAY)
    for starts_on, ends_on in ((date(2025, 1, 1), date(2026, 9, 6)), (date(2026, 9, 7), None)):
        await desk.world.session(starts_on, ends_on, offerings=[desk.lesson.offering_id])
    await desk.settings(tokenLimit=2, tokenLimitPeriod=period, tokenLimitScope=scope)
    assert [await desk.earns(date.fromisoformat(each)) for each in missed] == earned


@pytest.mark.parametrize(("scope", "earned"), [("STUDENT", [True, False]), ("ENROLLMENT", [True, True])])
async def test_R7_6_the_limit_is_the_students_or_that_of_each_enrollment(
    desk: EarningDesk, scope: str, earned: list[bool]
) -> None:
    other = await desk.place(name="Swim 2")
    await desk.settings(tokenLimit=1, tokenLimitScope=scope)
    assert [await desk.earns(MONDAY, each) for each in (desk.lesson, other)] == earned
    assert not await desk.earns(MONDAY - WEEK)


async def test_R7_6_automatic_ones_alone_count_and_revoked_ones_make_room(desk: EarningDesk) -> None:
    for _ in range(3):
        await desk.world.makeup_token(desk.ann, issued_on=MONDAY)
    await desk.settings(tokenLimit=1)
    assert await desk.earns(MONDAY)
    assert not await desk.earns(MONDAY - WEEK)
    await desk.mark("PRESENT", MONDAY)
    assert await desk.earns(MONDAY - 2 * WEEK)
    # It would be a second one again.
    assert not await desk.earns(MONDAY)


#   settings, the token's last day; issued on MONDAY, the 16th of November, for the class of the 9th
EXPIRIES: list[tuple[dict[str, Any], str | None]] = [
    ({}, "2027-02-14"),
    ({"expiryUnit": "NEVER"}, None),
    ({"expiryCount": 1}, "2026-11-17"),
    ({"expiryCount": 1, "expiryAnchor": "MISSED_CLASS"}, "2026-11-10"),
    ({"expiryUnit": "WEEKS", "expiryCount": 2}, "2026-11-30"),
    ({"expiryUnit": "WEEKS", "expiryCount": 2, "expiryAnchor": "MISSED_CLASS"}, "2026-11-23"),
    ({"expiryUnit": "MONTHS", "expiryCount": 3}, "2027-02-16"),
    ({"expiryUnit": "MONTHS", "expiryCount": 3, "expiryAnchor": "MISSED_CLASS"}, "2027-02-09"),
    ({"expiryUnit": "END_OF_SESSION"}, "2026-12-20"),
]


@pytest.mark.parametrize(("given", "expires_on"), EXPIRIES)
async def test_R7_7_the_expiry_of_the_setting(desk: EarningDesk, given: dict[str, Any], expires_on: str | None) -> None:
    await desk.world.session(date(2026, 9, 7), date(2026, 12, 20), offerings=[desk.lesson.offering_id])
    await desk.settings(**given)
    assert await desk.earns(MONDAY - WEEK)
    (token,) = await desk.tokens()
    assert (token["issuedOn"], token["expiresOn"]) == ("2026-11-16", expires_on)


@pytest.mark.parametrize("has_session", [True, False])
async def test_R7_7_in_a_rolling_session_and_without_any_the_end_never_comes(
    desk: EarningDesk, has_session: bool
) -> None:
    if has_session:
        await desk.world.session(date(2026, 9, 7), None, offerings=[desk.lesson.offering_id])
    await desk.settings(expiryUnit="END_OF_SESSION")
    assert await desk.earns()
    assert (await desk.tokens())[0]["expiresOn"] is None


async def test_R7_7_a_month_from_31_january_is_the_last_of_february(desk: EarningDesk) -> None:
    await desk.at(datetime(2027, 1, 31, 12, tzinfo=ZoneInfo("America/Chicago")))
    await desk.settings(expiryUnit="MONTHS", expiryCount=1)
    assert await desk.earns(date(2027, 1, 25))
    (token,) = await desk.tokens()
    assert (token["issuedOn"], token["expiresOn"]) == ("2027-01-31", "2027-02-28")


@pytest.mark.parametrize(
    ("zone", "now", "issued_on"),
    [
        ("America/Chicago", datetime(2026, 11, 17, 5, 59, tzinfo=ZoneInfo("UTC")), "2026-11-16"),
        ("America/Chicago", datetime(2026, 11, 17, 6, 0, tzinfo=ZoneInfo("UTC")), "2026-11-17"),
        ("Pacific/Kiritimati", datetime(2026, 11, 17, 9, 59, tzinfo=ZoneInfo("UTC")), "2026-11-17"),
        ("Pacific/Kiritimati", datetime(2026, 11, 17, 10, 0, tzinfo=ZoneInfo("UTC")), "2026-11-18"),
        ("Pacific/Niue", datetime(2026, 11, 17, 10, 59, tzinfo=ZoneInfo("UTC")), "2026-11-16"),
        ("Pacific/Niue", datetime(2026, 11, 17, 11, 0, tzinfo=ZoneInfo("UTC")), "2026-11-17"),
    ],
)
async def test_R7_7_the_issue_date_is_that_of_the_classes_location(
    desk: EarningDesk, zone: str, now: datetime, issued_on: str
) -> None:
    there = await desk.place(name="There", location_id=await desk.world.location(time_zone=zone))
    await desk.settings(expiryCount=1)
    await desk.at(now)
    assert await desk.earns(MONDAY - WEEK, there)
    (token,) = await desk.tokens()
    tomorrow = date.fromisoformat(issued_on) + DAY
    assert (token["issuedOn"], token["expiresOn"]) == (issued_on, tomorrow.isoformat())


async def test_R7_7_a_changed_setting_affects_later_tokens_alone(desk: EarningDesk) -> None:
    await desk.settings(expiryUnit="DAYS", expiryCount=10)
    assert await desk.earns(MONDAY - WEEK)
    await desk.settings(expiryCount=20)
    assert [token["expiresOn"] for token in await desk.tokens()] == ["2026-11-26"]
    assert await desk.earns(MONDAY)
    await desk.settings(expiryUnit="NEVER")
    # Reinstated, a token is what it was.
    await desk.mark("PRESENT", MONDAY)
    await desk.mark("ABSENT", MONDAY)
    assert await desk.earns(MONDAY - 2 * WEEK)
    assert [token["expiresOn"] for token in await desk.tokens()] == ["2026-11-26", "2026-12-06", None]


async def test_R7_8_location_and_program_are_those_of_the_class_missed(desk: EarningDesk) -> None:
    annex = await desk.world.location(name="Annex", time_zone="America/Chicago")
    gym = await desk.place(name="Gym 1", location_id=annex, program_id=await desk.world.program(name="Gym"))
    free = await desk.place(name="Open")
    for lesson in (desk.lesson, gym, free):
        assert await desk.earns(MONDAY, lesson)
    told = {
        (
            token["missedOccurrence"]["offering"]["name"],
            token["location"]["name"],
            token["program"] and token["program"]["name"],
            token["origin"],
        )
        for token in await desk.tokens()
    }
    assert told == {
        ("Swim 1", "Main Street", "Swim", "ABSENCE"),
        ("Gym 1", "Annex", "Gym", "ABSENCE"),
        ("Open", "Main Street", None, "ABSENCE"),
    }
