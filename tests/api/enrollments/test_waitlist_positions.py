"""R13.7: enrollments that wait show their position in the order of joining, to staff and to the family."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from attendance.rules.vocabulary import EnrollmentType, Permission, Portal
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.factories import LONG_AGO, MONDAY, World
from tests.support.viewers import DURING_CLASS

DAY = timedelta(days=1)
LINE = """query($offering: ID!) { enrollments(type: WAITLIST, offeringIds: [$offering]) {
  edges { node { waitlistPosition student { firstName } } } } }"""
OWN = "{ viewer { ... on GuardianViewer { students { enrollments { type waitlistPosition student { id } } } } } }"


async def test_R13_7_a_line_shows_its_order_and_families_their_own_position(world: World, api: Api) -> None:
    api.clock.now = DURING_CLASS
    offering, other = (await world.weekly_class()).offering_id, (await world.weekly_class(weekday=2)).offering_id
    family = await world.family()
    own = await world.student(first_name="Own", family_id=family)
    joined: list[tuple[UUID, dict[str, Any]]] = [
        (await world.student(first_name=name), {}) for name in ("Gone", "Ended", "Today", "First")
    ]
    joined[1][1]["drop_on"] = MONDAY - DAY
    joined[2][1]["drop_on"] = MONDAY
    joined[0][1]["deleted_at"] = LONG_AGO
    joined += [(own, {}), (await world.student(first_name="Last"), {"starts_on": MONDAY + 30 * DAY})]
    for number, (student, more) in enumerate(joined):
        given = {"starts_on": MONDAY - 7 * DAY, "created_at": LONG_AGO + number * DAY} | more
        await world.enroll(student, offering, type=EnrollmentType.WAITLIST, **given)
    await world.enroll(await world.student(), other, type=EnrollmentType.WAITLIST, created_at=LONG_AGO)
    await world.enroll(own, other, type=EnrollmentType.WAITLIST, created_at=LONG_AGO + DAY)
    await world.enroll(own, (await world.weekly_class(weekday=3)).offering_id)
    office = await api.as_staff(world, Permission.OWNER)
    found = (await office.ask(LINE, offering=encode_id("Offering", offering)))["enrollments"]["edges"]
    assert [(each["node"]["student"]["firstName"], each["node"]["waitlistPosition"]) for each in found] == [
        ("Ended", None),
        ("Today", None),
        ("First", 1),
        ("Own", 2),
        ("Last", 3),
    ]
    guardian = await api.signed_in(world, await world.guardian(family), Portal.CUSTOMER)
    mine = (await guardian.ask(OWN))["viewer"]["students"][0]["enrollments"]
    assert sorted((each["type"], each["waitlistPosition"]) for each in mine if each["waitlistPosition"]) == [
        ("WAITLIST", 2),
        ("WAITLIST", 2),
    ]
    assert [each["waitlistPosition"] for each in mine if each["type"] == "ACTIVE"] == [None]
