"""Each check of R8.6 with its reason and facts: for redeeming, requests, approvals and makeups without a token."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

import pytest

from attendance.rules.vocabulary import (
    EnrollmentType,
    ExpectedAbsenceState,
    OfferingKind,
)
from db import models
from gql.fields.global_ids import encode_id
from tests.api.makeups.makeup_desk import AHEAD, WEEK, MakeupDesk, makeup_desk
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import JANUARY, LONG_AGO, MONDAY, Lesson, World
from tests.support.fingerprint import fingerprint

DAY = timedelta(days=1)
Case: TypeAlias = Callable[[MakeupDesk], Awaitable[dict[str, Any]]]


@pytest.fixture
async def desk(world: World, api: Api) -> MakeupDesk:
    return await makeup_desk(world, api)


# ---- what holds for the token


async def requested(desk: MakeupDesk) -> dict[str, Any]:
    await desk.world.makeup_request(desk.token, desk.ann, desk.lesson.timeslot_id, held_on=AHEAD + WEEK)
    return {"__typename": "MakeupTokenNotUsable", "tokenState": "REQUESTED"}


async def tied(desk: MakeupDesk, held_on: date, state: str) -> dict[str, Any]:
    other = await desk.world.weekly_class(name="Other")
    await desk.world.makeup(desk.ann, other, held_on, token_id=desk.token)
    return {"__typename": "MakeupTokenNotUsable", "tokenState": state}


async def pending(desk: MakeupDesk) -> dict[str, Any]:
    return await tied(desk, AHEAD, "PENDING")


async def spent(desk: MakeupDesk) -> dict[str, Any]:
    return await tied(desk, MONDAY - WEEK, "SPENT")


async def revoked(desk: MakeupDesk) -> dict[str, Any]:
    await desk.world.change(models.MakeupToken, desk.token, revoked_at=LONG_AGO)
    return {"__typename": "MakeupTokenNotUsable", "tokenState": "REVOKED"}


async def deleted(desk: MakeupDesk) -> dict[str, Any]:
    await desk.world.change(models.MakeupToken, desk.token, deleted_at=LONG_AGO)
    return {"__typename": "MakeupTokenNotUsable", "tokenState": "DELETED"}


async def scheduled(desk: MakeupDesk) -> dict[str, Any]:
    await desk.world.change(models.MakeupToken, desk.token, issued_on=MONDAY + DAY)
    return {"__typename": "MakeupTokenNotYetIssued", "issuedOn": "2026-11-17"}


async def expired(desk: MakeupDesk) -> dict[str, Any]:
    await desk.world.change(models.MakeupToken, desk.token, expires_on=MONDAY - DAY)
    return {"__typename": "MakeupTokenExpired", "expiresOn": "2026-11-15"}


async def elsewhere(desk: MakeupDesk) -> dict[str, Any]:
    await desk.world.change(models.MakeupToken, desk.token, location_id=await desk.world.location(name="Second Street"))
    return {"__typename": "MakeupAtOtherLocation", "location": {"name": "Second Street"}}


async def other_program(desk: MakeupDesk) -> dict[str, Any]:
    await desk.world.change(models.MakeupToken, desk.token, program_id=await desk.world.program(name="Dance"))
    return {"__typename": "MakeupInOtherProgram", "program": {"name": "Dance"}}


async def no_program(desk: MakeupDesk) -> dict[str, Any]:
    program = await desk.world.program(name="Dance")
    await desk.world.change(models.Program, program, deleted_at=LONG_AGO)
    await desk.world.change(models.MakeupToken, desk.token, program_id=program)
    return {"__typename": "MakeupProgramDeleted", "program": {"name": "Dance"}}


# ---- what holds for the class


async def a_camp(desk: MakeupDesk) -> dict[str, Any]:
    offering = await desk.world.offering(kind=OfferingKind.CAMP, name="Camp")
    slot = await desk.world.timeslot(offering, weekday=None, starts_on=AHEAD, ends_on=AHEAD + DAY)
    desk.lesson = Lesson(offering, slot)
    return {"__typename": "MakeupNotAClass", "kind": "CAMP"}


async def cancelled(desk: MakeupDesk) -> dict[str, Any]:
    await desk.world.occurrence(desk.lesson.timeslot_id, AHEAD, cancelled_at=LONG_AGO)
    return {"__typename": "MakeupNotHeld", "date": f"{AHEAD}", "occurrenceState": "CANCELLED"}


async def out_of_session(desk: MakeupDesk) -> dict[str, Any]:
    await desk.world.session(JANUARY, MONDAY, offerings=[desk.lesson.offering_id])
    return {"__typename": "MakeupNotHeld", "date": f"{AHEAD}", "occurrenceState": "NOT_SCHEDULED"}


async def begun(desk: MakeupDesk) -> dict[str, Any]:
    desk.clock.now = datetime(2026, 11, 23, 23, tzinfo=UTC)
    return {"__typename": "MakeupBegun", "startsAt": "2026-11-23T23:00:00Z"}


async def too_late(desk: MakeupDesk) -> dict[str, Any]:
    await desk.world.change_settings(makeup_latest_booking_minutes=7 * 24 * 60 + 5 * 60 + 1)
    return {"__typename": "MakeupTooLate", "latestAt": "2026-11-16T17:59:00Z"}


async def beyond(desk: MakeupDesk) -> dict[str, Any]:
    await desk.world.change_settings(makeup_horizon_days=6)
    return {"__typename": "MakeupBeyondHorizon", "latestOn": "2026-11-22"}


async def too_young(desk: MakeupDesk) -> dict[str, Any]:
    await desk.world.change(models.Offering, desk.lesson.offering_id, min_age_months=79)
    return {"__typename": "StudentTooYoung", "minAgeMonths": 79, "maxAgeMonths": None, "ageMonths": 78}


async def too_old(desk: MakeupDesk) -> dict[str, Any]:
    await desk.world.change(models.Offering, desk.lesson.offering_id, max_age_months=77)
    return {"__typename": "StudentTooOld", "minAgeMonths": None, "maxAgeMonths": 77, "ageMonths": 78}


async def age_unknown(desk: MakeupDesk) -> dict[str, Any]:
    await desk.world.change(models.Offering, desk.lesson.offering_id, max_age_months=120)
    await desk.world.change(models.Student, desk.ann, birth_on=None)
    return {"__typename": "StudentAgeUnknown", "minAgeMonths": None, "maxAgeMonths": 120}


async def other_gender(desk: MakeupDesk) -> dict[str, Any]:
    await desk.world.change(models.Offering, desk.lesson.offering_id, gender="Male")
    return {"__typename": "StudentGenderNotAdmitted", "gender": "Male"}


async def there_already(desk: MakeupDesk) -> dict[str, Any]:
    place = await desk.world.enroll(desk.ann, desk.lesson.offering_id)
    return {"__typename": "AlreadyEnrolled", "enrollmentId": encode_id("Enrollment", place)}


async def full(desk: MakeupDesk) -> dict[str, Any]:
    await desk.fill(EnrollmentType.ACTIVE, EnrollmentType.MAKEUP)
    return {"__typename": "OfferingFull", "occurrenceId": desk.sheet_id(), "date": f"{AHEAD}", "capacity": 2}


OF_THE_CLASS: list[Case] = [
    a_camp,
    cancelled,
    out_of_session,
    begun,
    too_late,
    beyond,
    too_young,
    too_old,
    age_unknown,
    other_gender,
    there_already,
    full,
]
OF_THE_TOKEN: list[Case] = [
    requested,
    pending,
    spent,
    revoked,
    deleted,
    scheduled,
    expired,
    elsewhere,
    other_program,
    no_program,
]
HIDDEN: set[Case] = {revoked, deleted, scheduled}


@pytest.mark.parametrize("who", ["family", "office"])
@pytest.mark.parametrize("case", OF_THE_TOKEN + OF_THE_CLASS)
async def test_R8_6_each_check_of_redeeming_has_its_reason_and_facts(desk: MakeupDesk, case: Case, who: str) -> None:
    expected = await case(desk)
    await desk.sign_in_again()
    before = await fingerprint(desk.world)
    if who == "family" and case in HIDDEN:
        given = {"tokenId": desk.token_id, "occurrenceId": desk.sheet_id()}
        answer = await desk.family.refused(mutation("redeemMakeupToken"), input=given)
        assert answer == ("NOT_FOUND", "There is no such makeup token.")
    else:
        refused = await desk.redeem(desk.family if who == "family" else desk.office)
        assert refused == expected | {"message": refused["message"]}
    assert await fingerprint(desk.world) == before


@pytest.mark.parametrize("case", OF_THE_TOKEN + OF_THE_CLASS)
async def test_R8_7_the_same_checks_hold_for_a_request(desk: MakeupDesk, case: Case) -> None:
    await desk.world.change_settings(auto_approve_makeups=False)
    expected = await case(desk)
    await desk.sign_in_again()
    before = await fingerprint(desk.world)
    if case in HIDDEN:
        given = {"tokenId": desk.token_id, "occurrenceId": desk.sheet_id()}
        assert (await desk.family.refused(mutation("requestMakeup"), input=given))[0] == "NOT_FOUND"
    else:
        refused = await desk.request()
        assert refused == expected | {"message": refused["message"]}
    assert await fingerprint(desk.world) == before


PASSED_SINCE = [expired, too_late, beyond]
"""What no longer matters when staff approve a request that was made in time (R8.6b)."""


@pytest.mark.parametrize("case", PASSED_SINCE)
async def test_R8_6b_an_approval_does_not_check_again_what_was_in_time(desk: MakeupDesk, case: Case) -> None:
    await desk.world.change_settings(auto_approve_makeups=False)
    asked = (await desk.request())["makeupRequest"]["id"]
    await case(desk)
    await desk.sign_in_again()
    assert (await desk.settle("approveMakeup", asked))["makeupRequest"]["state"] == "APPROVED"
    assert await desk.state() == "PENDING"


@pytest.mark.parametrize(
    "case", [case for case in OF_THE_TOKEN + OF_THE_CLASS if case not in (requested, *PASSED_SINCE)]
)
async def test_R8_7_an_approval_checks_the_rest_again(desk: MakeupDesk, case: Case) -> None:
    await desk.world.change_settings(auto_approve_makeups=False)
    if case is a_camp:
        expected = await case(desk)
        asked = encode_id(
            "MakeupRequest", await desk.world.makeup_request(desk.token, desk.ann, desk.lesson.timeslot_id)
        )
    else:
        asked = (await desk.request())["makeupRequest"]["id"]
        expected = await case(desk)
    await desk.sign_in_again()
    before = await fingerprint(desk.world)
    refused = await desk.settle("approveMakeup", asked)
    assert refused == expected | {"message": refused["message"]}
    assert await fingerprint(desk.world) == before


@pytest.mark.parametrize("case", OF_THE_CLASS)
async def test_R8_10_without_a_token_the_checks_of_the_class_hold(desk: MakeupDesk, case: Case) -> None:
    expected = await case(desk)
    await desk.sign_in_again()
    before = await fingerprint(desk.world)
    refused = await desk.book(desk.office)
    assert refused == expected | {"message": refused["message"]}
    assert await fingerprint(desk.world) == before


# ---- where the limits lie


async def expires_today(desk: MakeupDesk) -> None:
    await desk.world.change(models.MakeupToken, desk.token, expires_on=MONDAY)


async def issued_today(desk: MakeupDesk) -> None:
    await desk.world.change(models.MakeupToken, desk.token, issued_on=MONDAY)


async def lock_ignored(desk: MakeupDesk) -> None:
    await elsewhere(desk)
    await desk.world.change_settings(ignore_location_lock=True)


async def here(desk: MakeupDesk) -> None:
    program = await desk.world.program(name="Dance")
    await desk.world.change(models.Offering, desk.lesson.offering_id, program_id=program)
    await desk.world.change(models.MakeupToken, desk.token, program_id=program, location_id=desk.world.location_id)


async def in_the_last_minute(desk: MakeupDesk) -> None:
    await desk.world.change_settings(makeup_latest_booking_minutes=60)
    desk.clock.now = datetime(2026, 11, 23, 22, tzinfo=UTC)


async def on_the_last_day(desk: MakeupDesk) -> None:
    await desk.world.change_settings(makeup_horizon_days=7)


async def of_age(desk: MakeupDesk) -> None:
    await desk.world.change(
        models.Offering, desk.lesson.offering_id, min_age_months=78, max_age_months=78, gender="female"
    )


async def one_place_left(desk: MakeupDesk) -> None:
    await desk.fill(EnrollmentType.SINGLE_DAY, EnrollmentType.WAITLIST)


async def freed_by_an_absence(desk: MakeupDesk) -> None:
    away, _ = await desk.fill(EnrollmentType.ACTIVE, EnrollmentType.TRIAL)
    await desk.world.expected_absence(away, starts_on=AHEAD)


@pytest.mark.parametrize(
    "within",
    [
        expires_today,
        issued_today,
        lock_ignored,
        here,
        in_the_last_minute,
        on_the_last_day,
        of_age,
        one_place_left,
        freed_by_an_absence,
    ],
)
async def test_R8_6_what_is_just_within_the_limits_is_booked(
    desk: MakeupDesk, within: Callable[[MakeupDesk], Awaitable[None]]
) -> None:
    await within(desk)
    await desk.sign_in_again()
    assert (await desk.redeem())["__typename"] == "RedeemMakeupTokenSuccess"


async def test_R6_3_an_absence_that_was_only_asked_for_frees_no_place(desk: MakeupDesk) -> None:
    (away,) = await desk.fill(EnrollmentType.ACTIVE)
    await desk.fill(EnrollmentType.ACTIVE)
    await desk.world.expected_absence(away, starts_on=AHEAD, state=ExpectedAbsenceState.REQUESTED)
    assert (await desk.redeem())["__typename"] == "OfferingFull"
