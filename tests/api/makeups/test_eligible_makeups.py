"""R8.9: where a makeup token can be used, and for staff what is against the rest."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from attendance.rules.vocabulary import (
    BlackoutScope,
    EnrollmentType,
    ExpectedAbsenceState,
    OfferingKind,
    Permission,
    Portal,
)
from db import models
from gql.fields.global_ids import encode_id
from tests.support.api import EVENING, Api
from tests.support.factories import LONG_AGO, MONDAY, World, new_world

FIND = """query($token: ID!, $from: Date!, $to: Date!, $rejected: Boolean = false, $first: Int, $after: String) {
  eligibleMakeups(tokenId: $token, from: $from, to: $to, includeRejected: $rejected, first: $first, after: $after) {
    nodes { isEligible openings reasons { reason message } occurrence { id date offering { name } } }
    pageInfo { hasNextPage endCursor }
  }
}"""
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
NEXT = MONDAY + WEEK
LAST = MONDAY + 3 * WEEK
"""The clock stands in the evening of MONDAY, after its classes; the searches run to LAST."""


@dataclass
class Search:
    """Ann with a makeup token, her mother Gail, and an owner who asks about it."""

    world: World
    api: Api
    ann: UUID
    gail: UUID
    token: UUID

    async def office(self, *permissions: Permission, **person: Any) -> Api:
        return await self.api.as_staff(self.world, *(permissions or (Permission.OWNER,)), **person)

    async def guardian(self) -> Api:
        return await self.api.signed_in(self.world, self.gail, Portal.CUSTOMER)

    def given(self, **changed: Any) -> dict[str, Any]:
        return {"token": encode_id("MakeupToken", self.token), "from": str(MONDAY), "to": str(LAST)} | changed

    async def ask(self, api: Api | None = None, **changed: Any) -> dict[str, Any]:
        found: dict[str, Any] = (await (api or await self.office()).ask(FIND, **self.given(**changed)))[
            "eligibleMakeups"
        ]
        return found

    async def eligible(self, api: Api | None = None, **changed: Any) -> list[tuple[str, str]]:
        """Name and date of each, in the order of the answer."""
        nodes = (await self.ask(api, **changed))["nodes"]
        assert all(node["isEligible"] and not node["reasons"] for node in nodes)
        return [(node["occurrence"]["offering"]["name"], node["occurrence"]["date"]) for node in nodes]

    async def rejected(self, **changed: Any) -> dict[tuple[str, str], list[str]]:
        """By name and date what is against each; nothing: it is eligible."""
        nodes = (await self.ask(rejected=True, **changed))["nodes"]
        found = {}
        for node in nodes:
            assert node["isEligible"] == (not node["reasons"])
            place = (node["occurrence"]["offering"]["name"], node["occurrence"]["date"])
            found[place] = [each["reason"] for each in node["reasons"]]
        assert len(found) == len(nodes)
        return found


@pytest.fixture
async def search(world: World, api: Api) -> Search:
    family = await world.family()
    ann = await world.student(family_id=family, birth_on=date(2020, 11, 23), gender="female")
    return Search(world, api, ann, await world.guardian(family), await world.makeup_token(ann))


def on(name: str, *dates: date) -> list[tuple[str, str]]:
    return [(name, str(day)) for day in dates]


async def test_R8_9_all_locations_and_days_at_once_by_start_then_name(search: Search) -> None:
    world = search.world
    east = await world.location(time_zone="America/New_York")
    await world.weekly_class(name="Swim B")
    await world.weekly_class(name="swim a")
    # 17:30 in New York is before 17:00 in Chicago.
    await world.weekly_class(name="Tumbling", location_id=east, start_time=time(17, 30))
    await world.weekly_class(name="Early", weekday=2, start_time=time(6))
    expected = [
        *on("Early", MONDAY + DAY),
        *[(name, str(NEXT)) for name in ("Tumbling", "swim a", "Swim B")],
        *on("Early", NEXT + DAY),
    ]
    assert await search.eligible(to=str(NEXT + DAY)) == expected
    assert await search.eligible(await search.guardian(), to=str(NEXT + DAY)) == expected


async def test_R8_9_pages_follow_each_other_without_gap_or_repeat(search: Search) -> None:
    for number in range(3):
        await search.world.weekly_class(name=f"Class {number}", weekday=1 + number % 2)
    whole = await search.eligible()
    assert len(whole) == 9
    for size in (1, 3, 9):
        paged: list[tuple[str, str]] = []
        page: dict[str, Any] = {"pageInfo": {"hasNextPage": True, "endCursor": None}}
        while page["pageInfo"]["hasNextPage"]:
            page = await search.ask(first=size, after=page["pageInfo"]["endCursor"])
            assert len(page["nodes"]) <= size
            paged += [(each["occurrence"]["offering"]["name"], each["occurrence"]["date"]) for each in page["nodes"]]
        assert paged == whole


async def test_R8_9_staff_get_each_rejected_occurrence_with_all_of_its_reasons(search: Search) -> None:
    world, tuesday = search.world, MONDAY + DAY
    that_day: dict[str, Any] = {"from": str(tuesday), "to": str(tuesday)}
    other, swim = await world.location(), await world.program(name="Swim")
    await search.world.change(models.MakeupToken, search.token, location_id=world.location_id, program_id=swim)
    closed = await world.program(name="Closed", blackouts=[(tuesday, tuesday, BlackoutScope.ATTENDANCE)])

    async def add(name: str, **offering: Any) -> Any:
        return await world.weekly_class(**{"name": name, "weekday": 2, "program_id": swim, **offering})

    await add("Good", min_age_months=12, max_age_months=71, gender="Female", capacity=1)
    await add("Elsewhere", location_id=other)
    await add("Other program", program_id=None)
    await add("Young", max_age_months=70, gender="male")
    await add("Old", min_age_months=72)
    await add("Closed", program_id=closed)
    await add("Not yet", starts_on=NEXT)
    camp = await world.offering(name="Camp", kind=OfferingKind.CAMP, program_id=swim)
    await world.timeslot(camp, weekday=None, starts_on=tuesday, ends_on=tuesday)
    cancelled = await add("Cancelled")
    await world.occurrence(cancelled.timeslot_id, tuesday, cancelled_at=LONG_AGO)
    full = await add("Full", capacity=1)
    await world.enroll(await world.student(), full.offering_id)
    mine = await add("Mine", capacity=1)
    await world.enroll(search.ann, mine.offering_id)
    assert await search.rejected(**that_day) == {
        ("Good", str(tuesday)): [],
        ("Elsewhere", str(tuesday)): ["OTHER_LOCATION"],
        ("Other program", str(tuesday)): ["OTHER_PROGRAM"],
        ("Young", str(tuesday)): ["TOO_OLD", "OTHER_GENDER"],
        ("Old", str(tuesday)): ["TOO_YOUNG"],
        ("Closed", str(tuesday)): ["OTHER_PROGRAM", "CLOSED"],
        ("Not yet", str(tuesday)): ["NOT_SCHEDULED"],
        ("Camp", str(tuesday)): ["NOT_A_CLASS"],
        ("Cancelled", str(tuesday)): ["CANCELLED"],
        ("Full", str(tuesday)): ["FULL"],
        ("Mine", str(tuesday)): ["ALREADY_ENROLLED"],
    }
    assert await search.eligible(**that_day) == on("Good", tuesday)
    await search.world.change_settings(ignore_location_lock=True)
    assert await search.eligible(**that_day) == [*on("Elsewhere", tuesday), *on("Good", tuesday)]


async def test_R8_6_the_age_is_that_of_the_date_of_the_class(search: Search) -> None:
    # Ann is six on NEXT.
    await search.world.weekly_class(name="Sixes", weekday=7, min_age_months=72)
    await search.world.weekly_class(name="Mondays", min_age_months=72, max_age_months=72)
    assert await search.eligible() == [
        *on("Mondays", NEXT),
        *on("Sixes", NEXT + 6 * DAY),
        *on("Mondays", NEXT + WEEK),
        *on("Sixes", NEXT + WEEK + 6 * DAY),
        *on("Mondays", LAST),
    ]


async def test_R8_6_what_has_begun_what_is_too_soon_and_what_is_beyond_the_horizon(search: Search) -> None:
    await search.world.weekly_class(name="Mondays")
    await search.world.weekly_class(name="Tuesdays", weekday=2, start_time=time(9))
    await search.world.change_settings(makeup_latest_booking_minutes=12 * 60 + 1, makeup_horizon_days=7)
    # It is 21:00 on MONDAY.
    assert await search.rejected(to=str(NEXT + DAY)) == {
        ("Mondays", str(MONDAY)): ["BEGUN"],
        ("Tuesdays", str(MONDAY + DAY)): ["TOO_LATE"],
        ("Mondays", str(NEXT)): [],
        ("Tuesdays", str(NEXT + DAY)): ["BEYOND_HORIZON"],
    }
    assert await search.eligible() == on("Mondays", NEXT)
    await search.world.change_settings(makeup_latest_booking_minutes=12 * 60, makeup_horizon_days=8)
    assert await search.eligible() == [
        *on("Tuesdays", MONDAY + DAY),
        *on("Mondays", NEXT),
        *on("Tuesdays", NEXT + DAY),
    ]


async def test_R8_6_openings_count_all_places_of_the_date_less_those_expected_absent(search: Search) -> None:
    world = search.world
    lesson = await world.weekly_class(name="Swim", capacity=4)
    students = [await world.student() for _ in range(4)]
    types = (EnrollmentType.ACTIVE, EnrollmentType.TRIAL, EnrollmentType.SINGLE_DAY, EnrollmentType.MAKEUP)
    for student, type in zip(students, types, strict=True):
        one_day = {"drop_on": NEXT, "timeslot_id": lesson.timeslot_id} if type in types[2:] else {}
        await world.enroll(student, lesson.offering_id, type=type, starts_on=NEXT if one_day else MONDAY, **one_day)
    await world.enroll(await world.student(), lesson.offering_id, type=EnrollmentType.WAITLIST)
    nodes = (await search.ask(rejected=True))["nodes"]
    assert [(each["occurrence"]["date"], each["openings"]) for each in nodes] == [
        (str(MONDAY), 2),
        (str(NEXT), 0),
        (str(NEXT + WEEK), 2),
        (str(LAST), 2),
    ]
    assert await search.eligible() == on("Swim", NEXT + WEEK, LAST)
    # A request frees nothing; what is approved does, on its date.
    await world.expected_absence(students[0], starts_on=NEXT, state=ExpectedAbsenceState.REQUESTED)
    assert await search.eligible() == on("Swim", NEXT + WEEK, LAST)
    await world.expected_absence(students[1], starts_on=NEXT)
    assert await search.eligible() == on("Swim", NEXT, NEXT + WEEK, LAST)


async def test_R8_6_a_place_in_one_timeslot_takes_none_in_the_other(search: Search) -> None:
    world = search.world
    offering = await world.offering(name="Swim", capacity=1)
    mondays, wednesdays = [await world.timeslot(offering, weekday=weekday) for weekday in (1, 3)]
    await world.enroll(await world.student(), offering, timeslot_id=mondays)
    assert await search.eligible(to=str(NEXT)) == on("Swim", MONDAY + 2 * DAY)
    await world.enroll(search.ann, offering, timeslot_id=wednesdays)
    assert await search.rejected(to=str(NEXT), **{"from": str(MONDAY + DAY)}) == {
        ("Swim", str(MONDAY + 2 * DAY)): ["ALREADY_ENROLLED"],
        ("Swim", str(NEXT)): ["FULL"],
    }


async def test_R6_3_an_absence_early_the_next_day_frees_a_place_in_what_runs_past_midnight(search: Search) -> None:
    lesson = await search.world.weekly_class(name="Late", start_time=time(23, 30), duration_minutes=60, capacity=1)
    student = await search.world.student()
    await search.world.enroll(student, lesson.offering_id)
    await search.world.expected_absence(
        student, starts_on=NEXT + DAY, window_starts=time(0, 10), window_ends=time(0, 20)
    )
    assert await search.eligible(to=str(NEXT)) == on("Late", NEXT)


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ({"issued_on": MONDAY + DAY}, "TOKEN_NOT_YET_ISSUED"),
        ({"expires_on": MONDAY - DAY}, "TOKEN_EXPIRED"),
        ({"revoked_at": LONG_AGO}, "TOKEN_NOT_USABLE"),
        ({"deleted_at": LONG_AGO}, "TOKEN_NOT_USABLE"),
    ],
)
async def test_R8_9_a_token_that_cannot_be_used_is_good_nowhere(
    search: Search, token: dict[str, Any], reason: str
) -> None:
    await search.world.weekly_class(name="Swim")
    await search.world.change(models.MakeupToken, search.token, **token)
    assert await search.eligible() == []
    assert await search.rejected(**{"from": str(NEXT), "to": str(NEXT)}) == {("Swim", str(NEXT)): [reason]}


async def test_R8_9_a_deleted_program_is_told_at_every_class(search: Search) -> None:
    program = await search.world.program(name="Swim")
    await search.world.weekly_class(name="Swim", program_id=program)
    await search.world.change(models.MakeupToken, search.token, program_id=program)
    await search.world.change(models.Program, program, deleted_at=LONG_AGO)
    *_, node = (await search.ask(rejected=True, to=str(NEXT)))["nodes"]
    assert node["reasons"] == [
        {
            "reason": "PROGRAM_DELETED",
            "message": "This makeup token is for Swim, which is no longer offered; please contact us.",
        }
    ]
    assert await search.eligible() == []


async def test_R8_9_the_class_may_be_later_than_the_tokens_last_day(search: Search) -> None:
    await search.world.weekly_class(name="Swim")
    await search.world.change(models.MakeupToken, search.token, expires_on=MONDAY)
    assert await search.eligible() == on("Swim", NEXT, NEXT + WEEK, LAST)


async def test_R8_9_a_range_of_90_days_is_searched_and_one_of_91_is_not(search: Search) -> None:
    await search.world.change_settings(makeup_horizon_days=365)
    await search.world.weekly_class(name="Swim")
    last = MONDAY + 89 * DAY
    assert len(await search.eligible(to=str(last))) == 12
    office = await search.office()
    code, message = await office.refused(FIND, **search.given(to=str(last + DAY)))
    assert (code, "at most 90 days" in message) == ("BAD_USER_INPUT", True)
    code, _ = await office.refused(FIND, **search.given(to=str(MONDAY - DAY)))
    assert code == "BAD_USER_INPUT"


async def test_R8_9_guardians_ask_about_their_own_students_tokens_alone(search: Search) -> None:
    await search.world.weekly_class(name="Swim")
    guardian, stranger = await search.guardian(), await search.world.guardian(await search.world.family(name="Other"))
    assert await search.eligible(guardian) == on("Swim", NEXT, NEXT + WEEK, LAST)
    assert (await guardian.refused(FIND, **search.given(rejected=True)))[0] == "FORBIDDEN"
    others = await search.api.signed_in(search.world, stranger, Portal.CUSTOMER)
    assert (await others.refused(FIND, **search.given()))[0] == "NOT_FOUND"
    elsewhere = await search.api.as_staff(await new_world(search.world.owner, name="Other Gym"), Permission.OWNER)
    assert (await elsewhere.refused(FIND, **search.given()))[0] == "NOT_FOUND"


@pytest.mark.parametrize("hidden", [{"issued_on": MONDAY + DAY}, {"revoked_at": LONG_AGO}, {"deleted_at": LONG_AGO}])
async def test_R8_2_a_token_that_families_do_not_see_is_not_found(search: Search, hidden: dict[str, Any]) -> None:
    await search.world.change(models.MakeupToken, search.token, **hidden)
    assert (await (await search.guardian()).refused(FIND, **search.given()))[0] == "NOT_FOUND"


@pytest.mark.parametrize(
    "below",
    [
        "roster { id }",
        "tally { total }",
        "attendanceState",
        "openings",
        "changes { revision }",
        "tokenRuns { phase }",
        'offering { occurrences(from: "2026-11-16", to: "2026-11-17") { nodes { id } } }',
    ],
)
async def test_R11_2_an_occurrence_shows_a_guardian_nothing_of_its_students(search: Search, below: str) -> None:
    lesson = await search.world.weekly_class(name="Swim", capacity=5)
    await search.world.enroll(await search.world.student(), lesson.offering_id)
    query = f"""query($token: ID!, $from: Date!, $to: Date!) {{
      eligibleMakeups(tokenId: $token, from: $from, to: $to, first: 1) {{ nodes {{ occurrence {{ {below} }} }} }}
    }}"""
    assert (await (await search.guardian()).refused(query, **search.given()))[0] == "FORBIDDEN"
    assert "errors" not in await (await search.office()).send(query, **search.given())


async def test_R11_3_staff_without_see_all_find_what_they_teach_or_substitute(search: Search) -> None:
    world = search.world
    taught, stood_in, _ = [await world.weekly_class(name=name) for name in ("Taught", "Stood in", "Other")]
    tom = await world.staff(Permission.OFFICE_ATTENDANCE_VIEW, teaches=[taught.offering_id])
    regular = await world.staff(teaches=[stood_in.offering_id])
    await world.add(
        models.Substitution,
        timeslot_id=stood_in.timeslot_id,
        held_on=NEXT,
        absent_person_id=regular,
        substitute_id=tom,
    )
    # He sees Ann because she attends what he teaches.
    await world.enroll(search.ann, taught.offering_id)
    api = await search.api.as_staff(world, person_id=tom)
    assert await search.eligible(api) == on("Stood in", NEXT)
    nodes = (await search.ask(api, rejected=True))["nodes"]
    assert [(each["occurrence"]["offering"]["name"], each["occurrence"]["date"]) for each in nodes] == [
        *on("Taught", MONDAY),
        *on("Stood in", NEXT),
        *on("Taught", NEXT, NEXT + WEEK, LAST),
    ]
    stranger = await search.office(Permission.OFFICE_ATTENDANCE_VIEW)
    assert (await stranger.refused(FIND, **search.given()))[0] == "NOT_FOUND"


async def test_R8_9_the_ids_are_those_of_the_occurrences(search: Search) -> None:
    lesson = await search.world.weekly_class(name="Swim")
    (node,) = (await search.ask(first=1))["nodes"]
    assert node["occurrence"]["id"] == lesson.sheet_id(NEXT)


@pytest.mark.parametrize("is_family", [False, True])
async def test_R8_9_as_many_statements_for_90_days_and_200_classes_as_for_1_day_and_10(
    search: Search, is_family: bool
) -> None:
    await search.world.change_settings(makeup_horizon_days=365)
    api = await search.guardian() if is_family else await search.office()
    counts = []
    for classes, until in ((10, NEXT), (0, MONDAY + 89 * DAY), (190, NEXT), (0, MONDAY + 89 * DAY)):
        for number in range(classes):
            lesson = await search.world.weekly_class(name=f"Class {number}", capacity=3)
            if number < 10:
                student = await search.world.student()
                await search.world.enroll(student, lesson.offering_id)
                await search.world.expected_absence(student, starts_on=NEXT)
        api.statements.clear()
        found = await search.ask(api, to=str(until), first=100, rejected=not is_family)
        counts.append((len(found["nodes"]), len(api.statements)))
    statements = {count for _, count in counts}
    assert [found for found, _ in counts] == ([10, 100, 100, 100] if is_family else [20, 100, 100, 100])
    assert statements == {8}, api.statements


async def test_R8_9_a_second_round_leaves_out_what_is_always_full(search: Search) -> None:
    api = await search.guardian()
    for number in range(30):
        lesson = await search.world.weekly_class(name=f"Class {number:02}", capacity=1)
        if number != 29:
            await search.world.enroll(await search.world.student(), lesson.offering_id)
    api.statements.clear()
    assert await search.eligible(api, first=1) == on("Class 29", NEXT)
    assert len(api.statements) == 11, "each of two rounds takes three statements"


async def test_R8_9_a_class_that_was_deleted_is_not_searched(search: Search) -> None:
    await search.world.weekly_class(name="Deleted", deleted_at=EVENING)
    await search.world.weekly_class(name="Swim")
    assert list(await search.rejected(to=str(MONDAY))) == on("Swim", MONDAY)
