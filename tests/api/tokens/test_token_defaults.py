"""R8.13: with what the form for a new makeup token is prefilled, and that a token without dates then has these."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from attendance.rules.vocabulary import Permission, Portal
from db import models
from gql.fields.global_ids import encode_id
from tests.api.tokens.hand_desk import HandDesk, new_hand_desk
from tests.support.api import Api
from tests.support.factories import JANUARY, LONG_AGO, World, new_world

DEFAULTS = """query($student: ID!, $location: ID) { tokenDefaults(studentId: $student, locationId: $location) {
  issueOn expiresOn neverExpires familiesSeeComments } }"""


@pytest.fixture
async def desk(world: World, api: Api) -> HandDesk:
    return await new_hand_desk(world, api)


def wanted(desk: HandDesk, location: UUID | None = None) -> dict[str, Any]:
    given = {"student": encode_id("Student", desk.ann)}
    return given | ({"location": encode_id("Location", location)} if location else {})


async def defaults(desk: HandDesk, location: UUID | None = None) -> Any:
    return (await desk.api.ask(DEFAULTS, **wanted(desk, location)))["tokenDefaults"]


@pytest.mark.parametrize(
    ("settings", "expires_on"),
    [
        ({}, "2027-02-14"),
        ({"expiry_unit": "NEVER"}, None),
        ({"expiry_unit": "DAYS", "expiry_count": 1}, "2026-11-17"),
        ({"expiry_unit": "WEEKS", "expiry_count": 2, "expiry_anchor": "MISSED_CLASS"}, "2026-11-30"),
        ({"expiry_unit": "MONTHS", "expiry_count": 3}, "2027-02-16"),
        ({"expiry_unit": "END_OF_SESSION"}, "2026-12-20"),
    ],
)
async def test_R8_13_the_form_has_the_dates_that_a_token_without_dates_gets(
    desk: HandDesk, settings: dict[str, Any], expires_on: str | None
) -> None:
    lesson = await desk.world.weekly_class()
    await desk.world.enroll(desk.ann, lesson.offering_id)
    for ends_on in (date(2026, 12, 5), date(2026, 12, 20)):
        await desk.world.session(JANUARY, ends_on, offerings=[lesson.offering_id])
    if settings:
        await desk.world.change_settings(**settings)
    assert await defaults(desk) == {
        "issueOn": "2026-11-16",
        "expiresOn": expires_on,
        "neverExpires": expires_on is None,
        "familiesSeeComments": False,
    }
    token = await desk.one()
    assert (token["issuedOn"], token["expiresOn"]) == ("2026-11-16", expires_on)


@pytest.mark.parametrize(
    ("now", "zone", "issue_on", "expires_on"),
    [
        # The end of a month, on both sides of the date line, and the days of clock changes.
        (datetime(2027, 1, 31, 10, tzinfo=UTC), "Pacific/Kiritimati", "2027-02-01", "2027-03-01"),
        (datetime(2027, 1, 31, 10, tzinfo=UTC), "Pacific/Pago_Pago", "2027-01-30", "2027-02-28"),
        (datetime(2028, 1, 31, 12, tzinfo=UTC), "America/Chicago", "2028-01-31", "2028-02-29"),
        (datetime(2026, 11, 1, 5, 59, tzinfo=UTC), "America/Chicago", "2026-11-01", "2026-12-01"),
        (datetime(2027, 3, 14, 5, 59, tzinfo=UTC), "America/Chicago", "2027-03-13", "2027-04-13"),
    ],
)
async def test_R8_13_the_date_is_that_of_the_location(
    desk: HandDesk, now: datetime, zone: str, issue_on: str, expires_on: str
) -> None:
    desk.api.clock.now = now
    desk.api = await desk.api.as_staff(desk.world, Permission.OWNER)
    await desk.world.change_settings(expiry_unit="MONTHS", expiry_count=1)
    location = await desk.world.location(name="There", time_zone=zone)
    shown = await defaults(desk, location)
    assert (shown["issueOn"], shown["expiresOn"]) == (issue_on, expires_on)
    token = await desk.one(locationId=encode_id("Location", location))
    assert (token["issuedOn"], token["expiresOn"]) == (issue_on, expires_on)


async def test_R8_13_R7_7_without_a_location_it_is_the_date_that_has_begun_everywhere(desk: HandDesk) -> None:
    """In Chicago it is Monday the 16th, in Kiritimati Tuesday; and in Pago Pago it stays Monday for longest."""
    east = await desk.world.location(name="East", time_zone="Pacific/Kiritimati")
    assert [(await defaults(desk, each))["issueOn"] for each in (None, east)] == ["2026-11-16", "2026-11-17"]
    token = await desk.one()
    assert (token["issuedOn"], token["state"]) == ("2026-11-16", "AVAILABLE")
    await desk.world.location(name="West", time_zone="Pacific/Pago_Pago")
    desk.api.clock.now = datetime(2026, 11, 17, 10, 59, tzinfo=UTC)
    desk.api = await desk.api.as_staff(desk.world, Permission.OWNER)
    assert (await defaults(desk))["issueOn"] == "2026-11-16"
    desk.api.clock.now = datetime(2026, 11, 17, 11, tzinfo=UTC)
    assert (await defaults(desk))["issueOn"] == "2026-11-17"


async def test_R8_13_whether_families_see_comments(desk: HandDesk) -> None:
    await desk.world.change_settings(families_see_comments=True)
    assert (await defaults(desk))["familiesSeeComments"] is True


async def test_R11_3_only_staff_who_may_create_tokens_and_see_the_student(desk: HandDesk) -> None:
    student = wanted(desk)
    view = Permission.OFFICE_ATTENDANCE_VIEW
    looking = await desk.api.as_staff(desk.world, view, Permission.OFFICE_SEE_ALL)
    assert (await looking.refused(DEFAULTS, **student))[0] == "FORBIDDEN"
    unseeing = await desk.api.as_staff(desk.world, Permission.CREATE_MAKEUP_TOKENS, view)
    assert (await unseeing.refused(DEFAULTS, **student))[0] == "NOT_FOUND"
    foreign = await desk.api.as_staff(await new_world(desk.world.owner, name="Other Gym"), Permission.OWNER)
    assert (await foreign.refused(DEFAULTS, **student))[0] == "NOT_FOUND"
    gail = await desk.api.signed_in(desk.world, await desk.world.guardian(await desk.world.family()), Portal.CUSTOMER)
    assert (await gail.refused(DEFAULTS, **student))[0] == "FORBIDDEN"
    gone = await desk.world.add(models.Location, name="Gone", time_zone="America/Chicago", deleted_at=LONG_AGO)
    owner = await desk.api.as_staff(desk.world, Permission.OWNER)
    assert (await owner.refused(DEFAULTS, **wanted(desk, gone)))[0] == "NOT_FOUND"
