"""R4.6, R4.8, R5.4: devices and staff at one occurrence at once, through the API and on real connections."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import Permission, Portal
from db.engine import Database
from tests.api.kiosk.kiosk_door import CHECK_IN, REVOKE, KioskDoor, launch, new_kiosk_door
from tests.support.api import Api, serving
from tests.support.at_once import at_once
from tests.support.documents import mutation
from tests.support.factories import World
from tests.support.sizes import SIZES

ROUNDS = SIZES.long_race_rounds
REVISIONS = text("SELECT coalesce(sum(revision), 0) FROM occurrence")
BY_DEFAULT = ("ABSENT", True, "SYSTEM")
MARK = mutation("markAttendance")


@pytest.fixture
async def api(crowded: Database) -> AsyncIterator[Api]:
    async with serving(crowded) as api:
        yield api


@pytest.fixture
async def door(world: World, api: Api) -> KioskDoor:
    return await new_kiosk_door(world, api)


async def next_round(door: KioskDoor) -> None:
    """Another class of the same students, of which nothing is remembered."""
    door.lesson = await door.world.weekly_class()
    for student in door.students.values():
        await door.world.enroll(student, door.lesson.offering_id)


async def answers(*asked: tuple[Api, str, dict[str, Any]]) -> list[dict[str, Any]]:
    """To operations that begin together."""

    async def ask(api: Api, query: str, given: dict[str, Any]) -> dict[str, Any]:
        (answer,) = (await api.ask(query, input=given)).values()
        return dict(answer)

    return await at_once(*(partial(ask, *each) for each in asked))


async def test_R4_6_two_kiosks_check_in_two_students_of_an_untouched_occurrence(door: KioskDoor) -> None:
    side = await launch(door.owner, door.world.location_id, "Side door")
    for _ in range(ROUNDS):
        await next_round(door)
        done = await answers((door.kiosk, CHECK_IN, door.input("Ann")), (side, CHECK_IN, door.input("Ben")))
        assert [each["status"] for each in done] == ["PRESENT", "PRESENT"]
        there = ("PRESENT", False, "KIOSK")
        assert await door.marks() == {"Ann": there, "Ben": there, "Cas": BY_DEFAULT}


async def test_R4_6_the_same_student_at_two_kiosks_is_checked_in_once(door: KioskDoor) -> None:
    side = await launch(door.owner, door.world.location_id, "Side door")
    for _ in range(ROUNDS):
        await next_round(door)
        before = await door.world.owner.scalar(REVISIONS)
        one, other = await answers((door.kiosk, CHECK_IN, door.input("Ann")), (side, CHECK_IN, door.input("Ann")))
        assert one == other
        assert await door.marks() == {"Ann": ("PRESENT", False, "KIOSK"), "Ben": BY_DEFAULT, "Cas": BY_DEFAULT}
        assert await door.world.owner.scalar(REVISIONS) == before + 1


@pytest.mark.parametrize("status", ["TARDY", "EXCUSED_ABSENCE", "ABSENT"])
async def test_R4_8_kiosk_against_staff_the_later_of_them_sees_the_other(
    door: KioskDoor, api: Api, status: str
) -> None:
    await door.world.change_settings(staff_check_in_mode=True)
    staff = await api.as_staff(door.world, Permission.OWNER, portal=Portal.STAFF)
    for _ in range(ROUNDS):
        await next_round(door)
        kiosk, _ = await answers(
            (door.kiosk, CHECK_IN, door.input("Ann")), (staff, MARK, door.input("Ann", status=status))
        )
        marks = await door.marks()
        by_staff, by_kiosk = (status, False, "STAFF"), ("PRESENT", False, "KIOSK")
        # Staff last: their mark. Kiosk last: it stands, save ABSENT.
        allowed = {by_staff, by_kiosk} if status == "ABSENT" else {by_staff}
        assert marks["Ann"] in allowed
        assert kiosk["status"] in ("PRESENT", status)
        begun = by_kiosk in marks.values() or status == "TARDY" or kiosk["status"] == "PRESENT"
        assert marks.get("Ben") == marks.get("Cas") == (BY_DEFAULT if begun else None)


async def test_R5_1_a_kiosk_revoked_at_the_same_time_checks_in_wholly_or_not_at_all(door: KioskDoor) -> None:
    viewer = "{ viewer { ... on KioskViewer { kiosk { id } } } }"
    for _ in range(ROUNDS // 2):
        await next_round(door)
        kiosk = await launch(door.owner, door.world.location_id, "Short-lived")
        kiosk_id = (await kiosk.ask(viewer))["viewer"]["kiosk"]["id"]
        checking_in = asyncio.create_task(kiosk.send(CHECK_IN, input=door.input("Ann")))
        await door.owner.ask(REVOKE, input={"kioskId": kiosk_id})
        body = await checking_in
        if "errors" in body:
            assert body["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
            assert await door.marks() == {}
        else:
            assert await door.marks() == {"Ann": ("PRESENT", False, "KIOSK"), "Ben": BY_DEFAULT, "Cas": BY_DEFAULT}
        assert (await kiosk.refused(viewer))[0] == "UNAUTHENTICATED"
