"""Signing in, through HTTP, on a real database."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.vocabulary import Permission
from db import models
from db.engine import Database
from gql.fields.global_ids import encode_id
from tests.api.organization.sign_in_client import PASSWORD, PASSWORD_HASH, VIEWER, Client, sign_in_client
from tests.support.documents import mutation
from tests.support.factories import LONG_AGO, World, new_world

pytestmark = pytest.mark.emptied_database

OFFICE = Permission.OFFICE_ATTENDANCE_FULL


@pytest.fixture
async def client(database: Database, redis_url: str) -> AsyncIterator[Client]:
    async with sign_in_client(database, redis_url) as client:
        yield client


@pytest.fixture
async def sam(world: World) -> str:
    await world.staff(OFFICE, email="Sam@Gym.example", password_hash=PASSWORD_HASH)
    return "sam@gym.example"


async def sign_ins(owner: AsyncConnection) -> int:
    return await owner.scalar(select(func.count()).select_from(models.SignIn)) or 0


async def test_R1_1_a_session_with_its_viewer(client: Client, world: World, sam: str) -> None:
    session = await client.sign_in(sam)
    assert session["__typename"] == "SignInSuccess"
    assert session["expiresAt"] == "2026-11-16T18:15:00Z"
    assert session["refreshExpiresAt"] == "2026-12-16T18:00:00Z"
    assert session["viewer"] == {"__typename": "StaffViewer"}
    viewer = await client.having(session["accessToken"]).viewer()
    assert viewer["name"] == "Sam Staff"
    assert viewer["portal"] == "OFFICE"
    assert viewer["permissions"] == ["OFFICE_ATTENDANCE_FULL", "OFFICE_ATTENDANCE_VIEW"]
    assert viewer["organization"] == {
        "id": encode_id("Organization", world.organization_id),
        "name": "Test Gym",
        "currency": "USD",
    }


async def test_spaces_around_an_address_do_not_count(client: Client, world: World, sam: str) -> None:
    assert (await client.sign_in(f" {sam} "))["__typename"] == "SignInSuccess"


async def test_a_client_that_translates_reads_the_code_of_a_refusal(client: Client) -> None:
    document = "mutation($input: SignInInput!) { signIn(input: $input) { ... on UserError { code } } }"
    given = {"email": "nobody@gym.example", "password": "wrong", "portal": "OFFICE"}
    assert (await client.ask(document, input=given))["signIn"] == {"code": "SIGN_IN_REFUSED"}


async def test_viewer_is_null_for_an_anonymous_caller(client: Client) -> None:
    assert await client.viewer() is None


@pytest.mark.parametrize(
    ("email", "password"),
    [("sam@gym.example", "wrong"), ("nobody@gym.example", PASSWORD), ("sam@gym.example", ""), ("", PASSWORD)],
)
async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    client: Client, owner: AsyncConnection, sam: str, email: str, password: str
) -> None:
    assert await client.sign_in(email, password) == {
        "__typename": "SignInRefused",
        "reason": "WRONG_EMAIL_OR_PASSWORD",
        "message": "The e-mail address or the password is wrong.",
    }
    assert await sign_ins(owner) == 0


async def test_an_account_without_a_password_cannot_sign_in(client: Client, world: World) -> None:
    await world.staff(OFFICE, email="new@gym.example")
    assert (await client.sign_in("new@gym.example", ""))["reason"] == "WRONG_EMAIL_OR_PASSWORD"
    assert (await client.sign_in("new@gym.example", "nobody's password"))["reason"] == "WRONG_EMAIL_OR_PASSWORD"


async def test_every_failure_costs_two_hashes_whatever_the_address(client: Client, world: World, sam: str) -> None:
    family = await world.family()
    await world.guardian(family, email="gail@home.example", password_hash=PASSWORD_HASH)
    costs = []
    for email in (sam, "gail@home.example", "nobody@gym.example"):
        before = client.services.passwords.worked
        await client.sign_in(email, "wrong")
        costs.append(client.services.passwords.worked - before)
    assert costs == [2, 2, 2]


async def test_a_guardian_at_the_office_is_told_after_the_right_password_alone(
    client: Client, world: World, owner: AsyncConnection
) -> None:
    await world.guardian(await world.family(), email="gail@home.example", password_hash=PASSWORD_HASH)
    assert (await client.sign_in("gail@home.example", "wrong"))["reason"] == "WRONG_EMAIL_OR_PASSWORD"
    assert (await client.sign_in("gail@home.example"))["reason"] == "WRONG_PORTAL"
    assert (await client.sign_in("gail@home.example", portal="STAFF"))["reason"] == "WRONG_PORTAL"
    assert await sign_ins(owner) == 0
    session = await client.sign_in("gail@home.example", portal="CUSTOMER")
    assert session["viewer"] == {"__typename": "GuardianViewer"}


async def test_staff_without_an_office_permission_have_the_staff_portal_alone(
    client: Client, world: World, owner: AsyncConnection
) -> None:
    await world.staff(Permission.STAFF_ATTENDANCE_FULL, email="tom@gym.example", password_hash=PASSWORD_HASH)
    assert (await client.sign_in("tom@gym.example"))["reason"] == "WRONG_PORTAL"
    assert (await client.sign_in("tom@gym.example", portal="CUSTOMER"))["reason"] == "WRONG_PORTAL"
    assert (await client.sign_in("tom@gym.example", portal="KIOSK"))["reason"] == "WRONG_PORTAL"
    assert await sign_ins(owner) == 0
    assert (await client.sign_in("tom@gym.example", portal="STAFF"))["__typename"] == "SignInSuccess"


async def test_R11_1_a_group_opens_the_office_too(client: Client, world: World) -> None:
    tom = await world.staff(email="tom@gym.example", password_hash=PASSWORD_HASH)
    group = await world.add(models.PermissionGroup, name="Desk", permissions=[Permission.OFFICE_SEE_ALL])
    await world.add(models.GroupMember, person_id=tom, group_id=group)
    assert (await client.sign_in("tom@gym.example"))["__typename"] == "SignInSuccess"


async def test_one_address_in_two_organizations_chooses(
    client: Client, world: World, owner: AsyncConnection, sam: str
) -> None:
    other = await new_world(owner, name="Another Gym")
    await other.staff(OFFICE, email=sam, password_hash=PASSWORD_HASH)
    choice = await client.sign_in(sam)
    ids = [encode_id("Organization", each.organization_id) for each in (other, world)]
    assert choice["__typename"] == "OrganizationChoiceRequired"
    assert choice["organizations"] == [
        {"organizationId": ids[0], "name": "Another Gym"},
        {"organizationId": ids[1], "name": "Test Gym"},
    ]
    assert await sign_ins(owner) == 0
    session = await client.sign_in(sam, organizationId=ids[0])
    viewer = await client.having(session["accessToken"]).viewer()
    assert viewer["organization"]["name"] == "Another Gym"


async def test_R3_2_the_organizations_to_choose_from_are_ordered_by_name(
    client: Client, owner: AsyncConnection, sam: str
) -> None:
    for name in ("Zimmer", "Élan"):
        await (await new_world(owner, name=name)).staff(OFFICE, email=sam, password_hash=PASSWORD_HASH)
    choice = await client.sign_in(sam)
    assert [each["name"] for each in choice["organizations"]] == ["Élan", "Test Gym", "Zimmer"]


async def test_the_organization_of_another_account_is_no_choice(
    client: Client, owner: AsyncConnection, sam: str
) -> None:
    other = await new_world(owner, name="Another Gym")
    refused = await client.sign_in(sam, organizationId=encode_id("Organization", other.organization_id))
    assert refused["reason"] == "WRONG_EMAIL_OR_PASSWORD"
    assert await sign_ins(owner) == 0


async def test_somebody_who_has_left_cannot_sign_in(client: Client, world: World) -> None:
    await world.staff(OFFICE, email="gone@gym.example", password_hash=PASSWORD_HASH, ended_at=LONG_AGO)
    assert (await client.sign_in("gone@gym.example"))["reason"] == "WRONG_EMAIL_OR_PASSWORD"


async def test_R4_11_a_retry_with_the_same_key_gets_the_same_session(
    client: Client, owner: AsyncConnection, sam: str
) -> None:
    first = await client.sign_in(sam, idempotencyKey="one")
    again = await client.sign_in(sam, idempotencyKey="one")
    assert again["refreshToken"] == first["refreshToken"]
    assert await sign_ins(owner) == 1
    assert (await client.sign_in(sam, idempotencyKey="two"))["refreshToken"] != first["refreshToken"]
    await client.refresh(first["refreshToken"])
    assert (await client.sign_in(sam, idempotencyKey="one"))["refreshToken"] != first["refreshToken"]
    assert await sign_ins(owner) == 3


async def test_too_many_failures_for_an_address_are_rate_limited(
    client: Client, owner: AsyncConnection, sam: str
) -> None:
    for _ in range(10):
        assert (await client.sign_in(sam.upper(), "wrong"))["reason"] == "WRONG_EMAIL_OR_PASSWORD"
    document = mutation("signIn")
    right = {"input": {"email": sam, "password": PASSWORD, "portal": "OFFICE"}}
    assert await client.code(document, **right) == "RATE_LIMITED"
    assert await sign_ins(owner) == 0


async def test_success_forgets_failures(client: Client, sam: str) -> None:
    for _ in range(2):
        for _ in range(9):
            await client.sign_in(sam, "wrong")
        assert (await client.sign_in(sam))["__typename"] == "SignInSuccess"


async def test_failures_are_limited_without_redis_too(database: Database, sam: str) -> None:
    async with sign_in_client(database, "redis://127.0.0.1:1") as client:
        assert (await client.sign_in(sam))["__typename"] == "SignInSuccess"
        for _ in range(10):
            await client.sign_in(sam, "wrong")
        document = mutation("signIn")
        wrong = {"input": {"email": sam, "password": "wrong", "portal": "OFFICE"}}
        assert await client.code(document, **wrong) == "RATE_LIMITED"


@pytest.mark.parametrize(
    "given",
    [
        {"portal": "NOWHERE"},
        {"organizationId": "x"},
        {"organizationId": "U3R1ZGVudDox"},
        {"email": "x" * 321},
        {"password": "x" * 1025},
        {"idempotencyKey": "x" * 256},
        {"email": None},
        {"email": "a\x00b"},
    ],
)
async def test_what_cannot_be_understood_is_bad_input(
    client: Client, owner: AsyncConnection, sam: str, given: dict[str, object]
) -> None:
    document = mutation("signIn")
    whole = {"email": sam, "password": PASSWORD, "portal": "OFFICE", **given}
    assert await client.code(document, input=whole) == "BAD_USER_INPUT"
    assert await sign_ins(owner) == 0


async def test_R11_1_a_permission_taken_away_closes_the_portal_at_once(
    client: Client, world: World, owner: AsyncConnection, sam: str
) -> None:
    office = client.having((await client.sign_in(sam))["accessToken"])
    assert (await office.viewer())["name"] == "Sam Staff"
    await owner.execute(update(models.Person).values(permissions=[]))
    assert await office.code(VIEWER) == "FORBIDDEN"


async def test_R11_2_a_guardian_gets_the_students_of_its_family_with_the_session(client: Client, world: World) -> None:
    family = await world.family()
    await world.guardian(family, email="gail@home.example", password_hash=PASSWORD_HASH)
    await world.student(first_name="Zoe", family_id=family)
    await world.student(first_name="Ann", family_id=family)
    await world.student(first_name="Stranger")
    document = mutation("signIn", "viewer { ... on GuardianViewer { students { firstName enrollments { id } } } }")
    answer = await client.ask(
        document, input={"email": "gail@home.example", "password": PASSWORD, "portal": "CUSTOMER"}
    )
    assert answer["signIn"]["viewer"]["students"] == [
        {"firstName": "Ann", "enrollments": []},
        {"firstName": "Zoe", "enrollments": []},
    ]


async def test_an_operation_goes_on_as_the_one_who_signed_in(client: Client, world: World, sam: str) -> None:
    other = await world.family(name="Other")
    await world.guardian(other, email="olga@home.example", password_hash=PASSWORD_HASH)
    family = await world.family()
    await world.guardian(family, email="gail@home.example", password_hash=PASSWORD_HASH)
    await world.student(first_name="Ann", family_id=family)
    session = await client.sign_in("olga@home.example", portal="CUSTOMER")
    document = mutation("signIn", "viewer { ... on GuardianViewer { students { firstName } } }")
    answer = await client.having(session["accessToken"]).ask(
        document, input={"email": "gail@home.example", "password": PASSWORD, "portal": "CUSTOMER"}
    )
    assert answer["signIn"]["viewer"]["students"] == [{"firstName": "Ann"}]
