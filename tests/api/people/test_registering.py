"""R13.1: the office registers and changes families, guardians and students; open roll sheets and kiosks hear of it."""

from typing import Any

import pytest
from sqlalchemy import func, select

from attendance.rules.vocabulary import Permission, Portal
from db import models
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.factories import World
from tests.support.fingerprint import fingerprint

NOT_ONE_LINE = "has a line break or another control character. A name is one line of text."
NOT_SEEN = "has invisible characters alone. A name has at least one that can be seen."
FAMILY = "family { id name email phone phones guardians { firstName } students { firstName } }"
GUARDIAN = "guardian { id firstName lastName email phones endedAt }"
STUDENT = "student { id firstName lastName birthOn gender medicalAlert rollSheetComment family { name } }"
FIND = "query($search: String) { families(search: $search) { nodes { name } } }"
DESK = (
    Permission.MANAGE_PEOPLE,
    Permission.OFFICE_ATTENDANCE_VIEW,
    Permission.OFFICE_SEE_ALL,
    Permission.STAFF_ATTENDANCE_VIEW,
)


@pytest.fixture
async def desk(world: World, api: Api) -> Api:
    return await api.as_staff(world, *DESK)


async def _cooks(desk: Api) -> tuple[str, str]:
    """A family with one guardian, through the API."""
    family = (await desk.act("createFamily", FAMILY, name="Cook", email="cooks@example.com", phone="512 555 0100"))[
        "family"
    ]
    given = {"firstName": "Gil", "lastName": "Cook", "email": "gil@example.com", "phones": ["+1 (512) 555-0199"]}
    guardian = (await desk.act("createGuardian", GUARDIAN, familyId=family["id"], **given))["guardian"]
    return family["id"], guardian["id"]


async def test_R13_1_a_family_with_guardians_and_students_is_registered_and_read(desk: Api) -> None:
    family_id, _ = await _cooks(desk)
    second = await desk.act("createGuardian", GUARDIAN, familyId=family_id, firstName="Ada", lastName="Cook", phones=[])
    assert second["guardian"]["email"] is None
    kept = await desk.act(
        "createStudent",
        STUDENT,
        familyId=family_id,
        firstName=" Bea ",
        lastName="Cook",
        birthOn="2018-05-01",
        gender="F",
    )
    assert kept["student"] == {
        "id": kept["student"]["id"],
        "firstName": "Bea",
        "lastName": "Cook",
        "birthOn": "2018-05-01",
        "gender": "F",
        "medicalAlert": None,
        "rollSheetComment": None,
        "family": {"name": "Cook"},
    }
    read = await desk.ask(f"query($id: ID!) {{ family(id: $id) {{ {FAMILY.removeprefix('family {')} }}", id=family_id)
    assert read["family"] == {
        "id": family_id,
        "name": "Cook",
        "email": "cooks@example.com",
        "phone": "512 555 0100",
        "phones": ["512 555 0100", "+1 (512) 555-0199"],
        "guardians": [{"firstName": "Ada"}, {"firstName": "Gil"}],
        "students": [{"firstName": "Bea"}],
    }


async def test_R13_1_families_are_found_by_name_student_address_and_telephone(desk: Api, world: World) -> None:
    await _cooks(desk)
    await world.family(name="Zimmer", phone="+1 512 555 0142")
    accented = await world.family(name="Álvarez")
    await world.student(first_name="Zoë", last_name="Núñez", family_id=accented)
    await world.family(name="Gone", deleted_at=desk.clock.now)

    async def found(search: str | None) -> list[str]:
        return [each["name"] for each in (await desk.ask(FIND, search=search))["families"]["nodes"]]

    assert await found(None) == ["Álvarez", "Cook", "Zimmer"]
    assert await found("ALVAREZ") == ["Álvarez"]
    assert await found("zoe nunez") == ["Álvarez"]
    assert await found("GIL@example") == ["Cook"]
    assert await found("cooks@") == ["Cook"]
    assert await found("(512) 555-0199") == ["Cook"]
    assert await found("5125550142") == ["Zimmer"]
    assert await found("1512555019") == []
    assert await found("nobody") == []

    (zimmer,) = await world.rows(models.Family, name="Zimmer")
    guardian = await world.guardian(zimmer.id, first_name="Zoë", last_name="d’Østby")
    await world.guardian(zimmer.id, first_name="Otto", last_name="Gone", ended_at=desk.clock.now)
    assert await found("D'OSTBY") == ["Zimmer"]
    assert await found("ostby, zoe") == await found("Ostby") == ["Zimmer"] == await found("zoe d")
    assert await found("otto") == []
    renamed = {"guardianId": encode_id("Guardian", guardian), "lastName": "Łaski"}
    assert (await desk.act("updateGuardian", GUARDIAN, **renamed))["guardian"]["lastName"] == "Łaski"
    assert (await found("zoe laski"), await found("ostby")) == (["Zimmer"], [])


async def test_R13_1_pages_of_families_follow_each_other(desk: Api, world: World) -> None:
    for name in ("Cook", "Adler", "Cook", "Baker"):
        await world.family(name=name)
    names, after = [], None
    page_of = "families(first: 2, after: $after) { nodes { name } pageInfo { endCursor hasNextPage } }"
    document = f"query($after: String) {{ {page_of} }}"
    while True:
        page = (await desk.ask(document, after=after))["families"]
        names += [each["name"] for each in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert names == ["Adler", "Baker", "Cook", "Cook"]


async def test_R13_1_changes_reach_open_roll_sheets(desk: Api, world: World) -> None:
    lesson, family = await world.weekly_class(), await world.family(name="Baker")
    ann, ben = [await world.student(first_name=name, family_id=family) for name in ("Ann", "Ben")]
    for each in (ann, ben):
        await world.enroll(each, lesson.offering_id)
    await desk.act("updateFamily", FAMILY, familyId=encode_id("Family", family), name="Cook")
    changed = await desk.act(
        "updateStudent", STUDENT, studentId=encode_id("Student", ann), lastName="Zed", birthOn="2019-11-16"
    )
    assert changed["student"]["lastName"] == "Zed"
    sheet = await desk.occurrence(
        lesson.sheet_id(),
        "changes { kind entries { student { firstName } } } roster { student { lastName family { name } }"
        " indicators { kind } }",
    )
    assert [{each["student"]["firstName"] for each in change["entries"]} for change in sheet["changes"]] == [
        {"Ann", "Ben"},
        {"Ann"},
    ]
    assert [row["student"] for row in sheet["roster"]] == [
        {"lastName": "Baker", "family": {"name": "Cook"}},
        {"lastName": "Zed", "family": {"name": "Cook"}},
    ]
    assert [[each["kind"] for each in row["indicators"]] for row in sheet["roster"]] == [[], ["BIRTHDAY"]]


async def test_R13_1_an_ended_guardian_is_signed_out_and_identifies_nobody(desk: Api, world: World) -> None:
    family_id, guardian_id = await _cooks(desk)
    person = (await world.rows(models.Person, email="gil@example.com"))[0]
    gil = await desk.signed_in(world, person.id, Portal.CUSTOMER)
    await gil.ask("{ viewer { __typename } }")
    ended = (await desk.act("endGuardian", GUARDIAN, guardianId=guardian_id))["guardian"]
    assert ended["endedAt"] is not None
    assert ended["phones"] == []
    assert (await gil.refused("{ viewer { __typename } }"))[0] == "UNAUTHENTICATED"
    before = await fingerprint(world)
    desk.clock.forward(minutes=5)
    assert (await desk.act("endGuardian", GUARDIAN, guardianId=guardian_id))["guardian"] == ended
    assert await fingerprint(world) == before
    # The address is free for somebody else.
    given = {"familyId": family_id, "firstName": "Gus", "lastName": "Cook", "email": "GIL@example.com", "phones": []}
    assert (await desk.act("createGuardian", GUARDIAN, **given))["guardian"]["email"] == "GIL@example.com"


async def test_R13_1_two_guardians_share_no_address(desk: Api, world: World) -> None:
    family_id, guardian_id = await _cooks(desk)
    other = encode_id("Family", await world.family(name="Other"))
    before = await fingerprint(world)
    given = {"familyId": other, "firstName": "Gus", "lastName": "Other", "phones": []}
    refused = await desk.act("createGuardian", GUARDIAN, email="Gil@Example.com", **given)
    assert refused == {
        "__typename": "GuardianEmailTaken",
        "message": "Another guardian has this e-mail address.",
        "guardianId": guardian_id,
        "familyId": family_id,
    }
    assert await fingerprint(world) == before
    gus = (await desk.act("createGuardian", GUARDIAN, **given))["guardian"]
    assert (await desk.act("updateGuardian", GUARDIAN, guardianId=gus["id"], email="gil@example.com"))[
        "__typename"
    ] == ("GuardianEmailTaken")
    # One's own address is no other's.
    same = await desk.act(
        "updateGuardian", GUARDIAN, guardianId=guardian_id, email="gil@example.com", phones=["5550123"]
    )
    assert same["guardian"]["phones"] == ["5550123"]


@pytest.mark.parametrize(
    ("mutation", "given", "message"),
    [
        ("createFamily", {"name": " "}, "input.name has 0 characters; 1 to 100 are allowed."),
        ("createFamily", {"name": "Cook", "email": "cook"}, "input.email is not an e-mail address."),
        ("createFamily", {"name": "Cook", "email": "a@b.org,c@d.org"}, "input.email is not an e-mail address."),
        ("createFamily", {"name": "Cook", "email": "Ann<ann@b.org>"}, "input.email is not an e-mail address."),
        ("createFamily", {"name": "Cook\nand sons"}, f"input.name {NOT_ONE_LINE}"),
        ("createStudent", {"firstName": "Bea", "lastName": "\u200b\u00ad"}, f"input.lastName {NOT_SEEN}"),
        (
            "createFamily",
            {"name": "Cook", "phone": "555"},
            "input.phone has fewer than 7 digits. Give the whole number.",
        ),
        (
            "createStudent",
            {"firstName": "Bea", "lastName": "Cook", "birthOn": "2027-01-01"},
            "input.birthOn is 2027-01-01, which is not the birthday of anybody alive.",
        ),
    ],
)
async def test_R13_1_what_is_no_name_address_number_or_birthday_is_told(
    desk: Api, world: World, mutation: str, given: dict[str, Any], message: str
) -> None:
    if mutation == "createStudent":
        given = given | {"familyId": encode_id("Family", await world.family())}
    document = (
        f"mutation($input: {mutation[0].upper()}{mutation[1:]}Input!) {{ {mutation}(input: $input) {{ __typename }} }}"
    )
    assert await desk.refused(document, input=given) == ("BAD_USER_INPUT", message)


async def test_section_11_who_does_not_see_all_families_registers_none(api: Api, world: World) -> None:
    clerk = await api.as_staff(world, Permission.MANAGE_PEOPLE, Permission.OFFICE_ATTENDANCE_VIEW)
    refused = await clerk.act("createFamily", FAMILY, name="Cook")
    assert (refused["__typename"], refused["permission"]) == ("PermissionDenied", "OFFICE_SEE_ALL")
    code, _ = await clerk.refused(FIND)
    assert code == "FORBIDDEN"


async def test_section_11_each_part_of_a_student_has_its_permission(desk: Api, api: Api, world: World) -> None:
    student = encode_id("Student", await world.student())
    given = {"familyId": encode_id("Family", await world.family()), "firstName": "Bea", "lastName": "Cook"}
    for refused, permission in (
        (await desk.act("updateStudent", STUDENT, studentId=student, rollSheetComment="Shy"), "OFFICE_ATTENDANCE_FULL"),
        (await desk.act("createStudent", STUDENT, medicalAlert="Asthma", **given), "SEE_MEDICAL"),
    ):
        assert (refused["__typename"], refused["permission"]) == ("PermissionDenied", permission)
    marker = await api.as_staff(world, Permission.OFFICE_ATTENDANCE_FULL, Permission.OFFICE_SEE_ALL)
    refused = await marker.act("updateStudent", STUDENT, studentId=student, firstName="Bea", rollSheetComment="Shy")
    assert (refused["__typename"], refused["permission"]) == ("PermissionDenied", "MANAGE_PEOPLE")


async def test_section_11_contacts_of_a_guardian_are_for_who_sees_the_family(desk: Api, api: Api, world: World) -> None:
    _, guardian_id = await _cooks(desk)
    lesson = await world.weekly_class()
    await world.enroll(
        await world.student(family_id=(await world.rows(models.Family, name="Cook"))[0].id), lesson.offering_id
    )
    asked = "query($id: ID!) { node(id: $id) { ... on Guardian { email phones } } }"
    seen = {"email": "gil@example.com", "phones": ["+1 (512) 555-0199"]}
    assert (await desk.ask(asked, id=guardian_id))["node"] == seen
    through = "query($id: ID!) { occurrence(id: $id) { roster { student { family { guardians { email phones } } } } } }"
    view = (Permission.STAFF_ATTENDANCE_VIEW,)
    teacher = await world.staff(*view, teaches=[lesson.offering_id])
    staff = await api.signed_in(world, teacher, Portal.STAFF)
    (row,) = (await staff.ask(through, id=lesson.sheet_id()))["occurrence"]["roster"]
    assert row["student"]["family"]["guardians"] == [seen]
    stranger = await api.signed_in(world, await world.guardian(await world.family(name="Other")), Portal.CUSTOMER)
    assert (await stranger.ask(asked, id=guardian_id))["node"] is None


async def test_R4_11_a_family_is_registered_once_for_a_key(desk: Api, world: World) -> None:
    given = {"name": "Cook", "idempotencyKey": "desk-1"}
    first = await desk.act("createFamily", FAMILY, **given)
    assert await desk.act("createFamily", FAMILY, **given) == first
    mine = models.Family.organization_id == world.organization_id
    assert await world.owner.scalar(select(func.count()).select_from(models.Family).where(mine)) == 1
