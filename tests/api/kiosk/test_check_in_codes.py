"""A family's QR code: made, read at a kiosk, rotated (R5.2)."""

import pytest

from attendance.rules.kiosk.kiosk import FamilyCode
from attendance.rules.vocabulary import Permission, Portal
from gql.credentials.check_in_codes import CheckInCodes
from gql.fields.global_ids import encode_id
from tests.api.kiosk.kiosk_door import KioskDoor, names, new_kiosk_door
from tests.support.api import SECRET, Api
from tests.support.documents import mutation
from tests.support.factories import World, new_world
from tests.support.fingerprint import fingerprint

ROTATE = mutation("rotateCheckInCode", "family { checkInCode }")


@pytest.fixture
async def door(world: World, api: Api) -> KioskDoor:
    return await new_kiosk_door(world, api)


async def test_R5_2_a_qr_code_identifies_the_family(door: KioskDoor, api: Api) -> None:
    code = await door.code()
    assert await door.code(await door.guardian(api)) == code
    assert await door.look_up(qrCode=code) == await door.look_up()


async def test_R5_2_a_rotated_code_replaces_those_before(door: KioskDoor, api: Api) -> None:
    first = await door.code()
    given = {"familyId": encode_id("Family", door.family_id), "idempotencyKey": "1"}
    guardian = await door.guardian(api)
    second = (await guardian.ask(ROTATE, input=given))["rotateCheckInCode"]["family"]["checkInCode"]
    assert second not in (first, None)
    assert (await guardian.ask(ROTATE, input=given))["rotateCheckInCode"]["family"]["checkInCode"] == second
    assert await door.look_up(qrCode=first) == []
    assert names(await door.look_up(qrCode=second)) == ["Ann", "Ben"]


async def test_codes_are_rotated_by_the_family_and_by_staff_with_the_permission(door: KioskDoor, api: Api) -> None:
    given = {"familyId": encode_id("Family", door.family_id)}
    world = door.world
    other = await api.signed_in(world, await world.guardian(await world.family(name="Other")), Portal.CUSTOMER)
    stranger = await api.as_staff(await new_world(world.owner, name="Other Gym"), Permission.OWNER)
    clerk = await api.as_staff(world, Permission.OFFICE_ATTENDANCE_FULL, Permission.OFFICE_SEE_ALL)
    before = await fingerprint(door.world)
    refused = ((other, "NOT_FOUND"), (stranger, "NOT_FOUND"), (door.kiosk, "FORBIDDEN"), (api, "UNAUTHENTICATED"))
    for caller, code in refused:
        assert (await caller.refused(ROTATE, input=given))[0] == code
    denied = (await clerk.ask(ROTATE, input=given))["rotateCheckInCode"]
    assert (denied["__typename"], denied["permission"]) == ("PermissionDenied", "LAUNCH_KIOSK")
    assert await fingerprint(door.world) == before
    sees = (Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL)
    desk = await api.as_staff(world, Permission.LAUNCH_KIOSK, *sees)
    assert (await desk.ask(ROTATE, input=given))["rotateCheckInCode"]["__typename"] == "RotateCheckInCodeSuccess"


def test_codes_have_one_spelling_and_are_as_long_as_documented(world: World) -> None:
    codes = CheckInCodes(SECRET)
    code = FamilyCode(world.organization_id, world.location_id, 7)
    text = codes.make(code)
    assert (len(text), text[:4], codes.read(text)) == (74, "RB1.", code)
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert [codes.read(text[:-1] + each) for each in last if each != text[-1]] == [None] * 63
    assert codes.read(replace_at(text, 10)) is None


def replace_at(text: str, place: int) -> str:
    return text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
