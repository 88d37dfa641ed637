"""R12.6: staff, permission groups and grants; nobody grants what they do not hold, and the last owner stays."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from attendance.rules.vocabulary import Permission, Portal
from db import models
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import World
from tests.support.fingerprint import fingerprint

STAFF = """query($search: String, $ended: Boolean, $first: Int, $after: String) {
  staff(search: $search, ended: $ended, first: $first, after: $after) {
    nodes { staffMember { id firstName lastName } email permissions heldPermissions hasPassword endedAt
            invitation { id email expiresAt person { ... on StaffMember { firstName } } }
            groups { name permissions memberCount } }
    pageInfo { hasNextPage endCursor } } }"""


async def staff(api: Api, **given: Any) -> list[dict[str, Any]]:
    return (await api.ask(STAFF, **given))["staff"]["nodes"]  # type: ignore[no-any-return]


def names(found: list[dict[str, Any]]) -> list[str]:
    return [each["staffMember"]["firstName"] for each in found]


def staff_id(person: UUID) -> str:
    return encode_id("StaffMember", person)


@pytest.fixture
async def owner_api(world: World, api: Api) -> Api:
    return await api.as_staff(world, person_id=await world.staff(Permission.OWNER, first_name="Olga"))


async def test_R12_6_a_staff_member_from_beginning_to_end(world: World, owner_api: Api) -> None:
    made = await owner_api.act(
        "createPermissionGroup", "permissionGroup { id }", name="Desk", permissions=["LAUNCH_KIOSK"]
    )
    group = made["permissionGroup"]["id"]
    shown = "staff { staffMember { id } email permissions heldPermissions groups { name memberCount } endedAt }"
    new = await owner_api.act(
        "createStaff",
        shown,
        firstName=" Nia ",
        lastName="Åberg",
        email="nia@gym.example",
        permissions=["OFFICE_ATTENDANCE_FULL"],
        permissionGroupIds=[group],
        idempotencyKey="1",
    )
    nia = new["staff"]["staffMember"]["id"]
    assert new["staff"] == {
        "staffMember": {"id": nia},
        "email": "nia@gym.example",
        "permissions": ["OFFICE_ATTENDANCE_FULL"],
        "heldPermissions": ["LAUNCH_KIOSK", "OFFICE_ATTENDANCE_FULL", "OFFICE_ATTENDANCE_VIEW"],
        "groups": [{"name": "Desk", "memberCount": 1}],
        "endedAt": None,
    }
    again = await owner_api.act(
        "createStaff",
        "staff { staffMember { id } }",
        firstName=" Nia ",
        lastName="Åberg",
        email="nia@gym.example",
        permissions=["OFFICE_ATTENDANCE_FULL"],
        permissionGroupIds=[group],
        idempotencyKey="1",
    )
    assert again["staff"]["staffMember"]["id"] == nia
    taken = await owner_api.act("createStaff", firstName="Ned", lastName="", email="NIA@gym.example")
    assert (taken["__typename"], taken["staffMemberId"]) == ("EmailTaken", nia)

    person = (await world.rows(models.Person, email="nia@gym.example"))[0].id
    hers = await owner_api.signed_in(world, person, Portal.OFFICE)
    asks = "{ viewer { ... on StaffViewer { permissions } } }"
    assert "LAUNCH_KIOSK" in (await hers.ask(asks))["viewer"]["permissions"]
    await owner_api.act("updatePermissionGroup", permissionGroupId=group, permissions=["SEE_BALANCES"])
    assert "SEE_BALANCES" in (await hers.ask(asks))["viewer"]["permissions"]
    await owner_api.act("deletePermissionGroup", permissionGroupId=group)
    assert (await hers.ask(asks))["viewer"]["permissions"] == ["OFFICE_ATTENDANCE_FULL", "OFFICE_ATTENDANCE_VIEW"]
    changed = await owner_api.act(
        "updateStaff", shown, staffMemberId=nia, lastName="", permissions=["STAFF_SEE_ALL"], email=None
    )
    assert (changed["staff"]["permissions"], changed["staff"]["email"]) == (["STAFF_SEE_ALL"], None)
    assert (await hers.refused(asks))[0] == "FORBIDDEN"

    ended = await owner_api.act("endStaff", shown, staffMemberId=nia)
    assert ended["staff"]["endedAt"] == owner_api.clock.now.isoformat().replace("+00:00", "Z")
    assert (await hers.refused(asks))[0] == "UNAUTHENTICATED"
    assert names(await staff(owner_api)) == ["Olga"]
    assert names(await staff(owner_api, ended=True)) == ["Nia"]
    assert names(await staff(owner_api, ended=None)) == ["Nia", "Olga"]
    await owner_api.act("restoreStaff", staffMemberId=nia)
    assert (await hers.refused(asks))[0] == "UNAUTHENTICATED"  # The old sign-in has ended for good.
    assert names(await staff(owner_api)) == ["Nia", "Olga"]
    await owner_api.services.security_log.close()
    kinds = {row.kind for row in await world.rows(models.SecurityEvent)}
    assert {"STAFF_CREATED", "PERMISSIONS_CHANGED", "PERMISSION_GROUP_CHANGED", "STAFF_ENDED"} <= kinds


async def test_R12_6_the_list_is_searched_and_has_pages(world: World, owner_api: Api) -> None:
    for number, name in enumerate(("Zoë", "Ángel", "Bob")):
        await world.staff(first_name=name, last_name="Nagy", email=f"{number}@gym.example")
    assert names(await staff(owner_api, search="NAGY, ang")) == ["Ángel"]
    assert names(await staff(owner_api, search="zoe nagy")) == ["Zoë"]
    assert names(await staff(owner_api, search="2@gym")) == ["Bob"]
    owner_api.statements.clear()
    first = (await owner_api.ask(STAFF, first=2))["staff"]
    few = len(owner_api.statements)
    rest = (await owner_api.ask(STAFF, first=2, after=first["pageInfo"]["endCursor"]))["staff"]
    assert names([*first["nodes"], *rest["nodes"]]) == ["Ángel", "Bob", "Zoë", "Olga"]
    assert rest["pageInfo"]["hasNextPage"] is False
    for number in range(20):
        many = await world.staff(first_name=f"Many {number}", email=f"many{number}@gym.example")
        await owner_api.act("inviteStaff", staffMemberId=staff_id(many))
    owner_api.statements.clear()
    found = await staff(owner_api, first=100)
    assert len(owner_api.statements) == few
    # The database sorts and cuts the page.
    assert [each for each in owner_api.statements if "p.sort_key, p.id\nLIMIT" in each]
    # All of them were read by the one statement.
    assert sum(each["invitation"] is not None for each in found) == 20


TEACHERS = """query($search: String, $first: Int, $after: String) {
  staffMembers(search: $search, first: $first, after: $after) {
    nodes { id firstName lastName } pageInfo { hasNextPage endCursor } } }"""


async def test_R13_1_who_manages_the_catalogue_reads_the_names_of_staff_and_nothing_else(
    world: World, api: Api
) -> None:
    held = (Permission.MANAGE_CATALOGUE, Permission.OFFICE_ATTENDANCE_VIEW)
    viewer = await world.staff(*held, first_name="Cat", last_name="Berg")
    cat = await api.as_staff(world, person_id=viewer)
    for name in ("Zoë", "Ángel"):
        await world.staff(first_name=name, last_name="Nagy", email=f"{name[0].lower()}.secret@gym.example")
    ended_at = api.clock.now
    await world.staff(first_name="Eva", last_name="Ended", ended_at=ended_at)

    async def found(**given: Any) -> list[str]:
        nodes = (await cat.ask(TEACHERS, **given))["staffMembers"]["nodes"]
        return [each["firstName"] for each in nodes]

    assert await found() == ["Cat", "Ángel", "Zoë"]
    assert await found(search="nagy, zoe") == ["Zoë"]
    # An address is not guessed letter by letter.
    assert await found(search="secret") == []
    page = (await cat.ask(TEACHERS, first=2))["staffMembers"]
    assert page["pageInfo"]["hasNextPage"] is True
    assert await found(first=2, after=page["pageInfo"]["endCursor"]) == ["Zoë"]
    assert (await cat.refused(STAFF))[0] == "FORBIDDEN"
    made = await cat.act(
        "createOffering", "offering { instructors { firstName } }", **_swim(world, page["nodes"][1]["id"])
    )
    assert made["offering"]["instructors"] == [{"firstName": "Ángel"}]


def _swim(world: World, teacher_id: str) -> dict[str, Any]:
    slot = {"weekday": 1, "startTime": "17:00", "durationMinutes": 45}
    location_id = encode_id("Location", world.location_id)
    given = {"locationId": location_id, "instructorIds": [teacher_id], "timeslots": [slot]}
    return {"kind": "CLASS", "name": "Swim", **given}


async def test_R12_6_nobody_gives_or_takes_what_they_do_not_hold(world: World, api: Api) -> None:
    await world.staff(Permission.OWNER, first_name="Olga")
    manager = await api.as_staff(world, Permission.MANAGE_STAFF, Permission.SEE_MEDICAL, Permission.OFFICE_SEE_ALL)
    rich = await world.staff(Permission.SEE_BALANCES, email="rich@gym.example", password_hash="x")
    poor = await world.staff(Permission.SEE_MEDICAL)
    owners = await world.add(models.PermissionGroup, name="Owners", permissions=["OWNER"])
    group = encode_id("PermissionGroup", owners)
    given = {"firstName": "Nia", "lastName": ""}
    refused: list[tuple[str, dict[str, Any], str]] = [
        ("createStaff", given | {"permissions": ["CANCEL_OCCURRENCES"]}, "CANCEL_OCCURRENCES"),
        ("createStaff", given | {"permissions": ["OWNER"]}, "OWNER"),
        ("createStaff", given | {"permissionGroupIds": [group]}, "OWNER"),
        ("updateStaff", {"staffMemberId": staff_id(poor), "permissions": ["SEE_BALANCES"]}, "SEE_BALANCES"),
        ("updateStaff", {"staffMemberId": staff_id(rich), "permissions": []}, "SEE_BALANCES"),
        ("updateStaff", {"staffMemberId": staff_id(poor), "permissionGroupIds": [group]}, "OWNER"),
        # Whoever has the address can reset the password.
        ("updateStaff", {"staffMemberId": staff_id(rich), "email": "mine@gym.example"}, "SEE_BALANCES"),
        # Whoever bears the name of another can be taken for the other.
        ("updateStaff", {"staffMemberId": staff_id(rich), "lastName": "Poor"}, "SEE_BALANCES"),
        ("updatePermissionGroup", {"permissionGroupId": group, "name": "Bosses"}, "OWNER"),
        ("endStaff", {"staffMemberId": staff_id(rich)}, "SEE_BALANCES"),
        ("createPermissionGroup", {"name": "New", "permissions": ["LAUNCH_KIOSK"]}, "LAUNCH_KIOSK"),
        ("updatePermissionGroup", {"permissionGroupId": group, "permissions": []}, "OWNER"),
        ("deletePermissionGroup", {"permissionGroupId": group}, "OWNER"),
        ("inviteStaff", {"newStaff": given | {"email": "a@b.co", "permissions": ["OWNER"]}}, "OWNER"),
    ]
    before = await fingerprint(world)
    for name, input_, permission in refused:
        answer = await manager.act(name, **input_)
        assert (answer["__typename"], answer.get("permission")) == ("PermissionDenied", permission), name
    assert await fingerprint(world) == before
    # What the manager holds can be given, also when it counts in another portal than this one.
    done = await manager.act("updateStaff", staffMemberId=staff_id(poor), permissions=["OFFICE_SEE_ALL"])
    assert done["__typename"] == "UpdateStaffSuccess"
    mine = encode_id(
        "PermissionGroup", await world.add(models.PermissionGroup, name="Files", permissions=["SEE_MEDICAL"])
    )
    renamed = await manager.act("updatePermissionGroup", permissionGroupId=mine, name="Records")
    assert renamed["__typename"] == "UpdatePermissionGroupSuccess"


async def test_R12_6_the_last_owner_stays(world: World, api: Api) -> None:
    olga = await world.staff(first_name="Olga")
    owners = await world.add(models.PermissionGroup, name="Owners", permissions=["OWNER"])
    await world.add(models.GroupMember, person_id=olga, group_id=owners)
    await world.staff(Permission.OWNER, ended_at=api.clock.now)
    hers, group = await api.as_staff(world, person_id=olga), encode_id("PermissionGroup", owners)
    before = await fingerprint(world)
    for name, given in (
        ("endStaff", {"staffMemberId": staff_id(olga)}),
        ("updateStaff", {"staffMemberId": staff_id(olga), "permissionGroupIds": []}),
        ("updatePermissionGroup", {"permissionGroupId": group, "permissions": ["MANAGE_STAFF"]}),
        ("deletePermissionGroup", {"permissionGroupId": group}),
    ):
        assert (await hers.act(name, **given))["__typename"] == "LastOwner", name
    assert await fingerprint(world) == before
    other = await world.staff(Permission.OWNER)
    assert (await hers.act("endStaff", staffMemberId=staff_id(olga)))["__typename"] == "EndStaffSuccess"
    left = await world.owner.scalar(select(models.Person.ended_at).where(models.Person.id == other))
    assert left is None


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("createStaff", {"firstName": " ", "lastName": ""}, "input.firstName has 0 characters; 1 to 200 are allowed."),
        (
            "createStaff",
            {"firstName": "A", "lastName": "", "email": "Ann <a@b.co>"},
            "input.email is not an e-mail address such as ann@example.com.",
        ),
        (
            "createStaff",
            {"firstName": "Ann", "lastName": "Archer\tJr."},
            "input.lastName has a line break or another control character.",
        ),
        ("createPermissionGroup", {"name": "\u3164", "permissions": []}, "input.name has invisible characters alone."),
        ("inviteStaff", {}, "Give exactly one of input.staffMemberId and input.newStaff."),
        ("createPermissionGroup", {"name": "n" * 201, "permissions": []}, "input.name has 201 characters; 1 to 200"),
    ],
)
async def test_R12_6_inputs_are_checked(owner_api: Api, name: str, given: dict[str, Any], message: str) -> None:

    code, told = await owner_api.refused(mutation(name), input=given)
    assert code == "BAD_USER_INPUT"
    assert told.startswith(message)
