"""R12.1: a business is founded in production, and its owner signs in."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.vocabulary import Permission
from commands.fault import Fault
from db import models
from db.engine import Database
from tests.api.accounts.newcomer import (
    FOUND,
    NEW_PASSWORD,
    OWNER,
    PAGES,
    command,
    in_production,
    production_client,
    token_in,
)
from tests.api.organization.sign_in_client import Client
from tests.support.factories import World

pytestmark = pytest.mark.emptied_database


@pytest.fixture
async def client(
    database: Database, redis_url: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Client]:
    in_production(monkeypatch, database_url, redis_url)
    async with production_client(database, redis_url, database_url) as client:
        yield client


async def test_R12_1_an_owner_comes_into_an_empty_production_database(client: Client, owner: AsyncConnection) -> None:
    told = await command(*FOUND, "--location", "Dock Street", "--owner-name", "Ann van Dyke")
    assert told.exit_code == 0, told.output
    assert "Riverside Gym is founded, with its location Dock Street and its owner ann@gym.example." in told.output
    client.clock.now = (await owner.scalar(select(models.Organization.created_at))) or client.clock.now
    token = token_in(told.output)

    weak = await client.act("acceptInvitation", token=token, password="password1")
    assert (weak["__typename"], weak["passwordReason"]) == ("PasswordNotAllowed", "COMMON")
    accepted = await client.act("acceptInvitation", "email organizationName", token=token, password=NEW_PASSWORD)
    assert accepted == {
        "__typename": "AcceptInvitationSuccess",
        "email": OWNER,
        "organizationName": "Riverside Gym",
    }
    again = await client.act("acceptInvitation", "email", token=token, password=NEW_PASSWORD)
    assert again["__typename"] == "AcceptInvitationSuccess"
    other = await client.act("acceptInvitation", token=token, password=NEW_PASSWORD + "!")
    assert (other["__typename"], other["linkReason"]) == ("LinkNotValid", "USED")

    session = await client.sign_in(OWNER, NEW_PASSWORD)
    assert session["__typename"] == "SignInSuccess"
    signed_in = client.having(session["accessToken"])
    viewer = await signed_in.viewer()
    assert viewer["name"] == "Ann van Dyke"
    assert viewer["organization"] | {"id": ""} == {"id": "", "name": "Riverside Gym", "currency": "EUR"}
    assert "OWNER" in viewer["permissions"]
    shown = await signed_in.ask("{ locations { name timeZone } }")
    assert shown == {"locations": [{"name": "Dock Street", "timeZone": "America/Chicago"}]}
    groups = await owner.scalars(select(models.PermissionGroup.name))
    assert sorted(groups) == ["Front desk", "Instructors", "Office"]
    await client.services.security_log.close()
    kinds = set(await owner.scalars(select(models.SecurityEvent.kind)))
    assert {"ORGANIZATION_FOUNDED", "INVITATION_ACCEPTED", "LINK_REFUSED", "SIGNED_IN"} <= kinds


async def test_R12_1_the_link_is_good_for_half_an_hour_and_is_revoked_by_another(
    client: Client, owner: AsyncConnection
) -> None:
    first = token_in((await command(*FOUND)).output)
    founded_at = (await owner.scalar(select(models.Organization.created_at))) or client.clock.now
    client.clock.now = founded_at + timedelta(minutes=30)
    late = await client.act("acceptInvitation", token=first, password=NEW_PASSWORD)
    assert (late["__typename"], late["linkReason"]) == ("LinkNotValid", "EXPIRED")
    second = token_in((await command("link", OWNER.upper())).output)
    client.clock.now = founded_at + timedelta(minutes=29)
    old = await client.act("acceptInvitation", token=first, password=NEW_PASSWORD)
    assert (old["__typename"], old["linkReason"]) == ("LinkNotValid", "REVOKED")
    accepted = await client.act("acceptInvitation", token=second, password=NEW_PASSWORD)
    assert accepted["__typename"] == "AcceptInvitationSuccess"

    reset = await command("link", OWNER, "--organization", "riverside gym")
    token = token_in(reset.output, "reset-password")
    wrong = await client.act("acceptInvitation", token=token, password=NEW_PASSWORD + "!")
    assert (wrong["__typename"], wrong["linkReason"]) == ("LinkNotValid", "UNKNOWN")
    done = await client.act("resetPassword", "email", token=token, password=NEW_PASSWORD + "!")
    assert done == {"__typename": "ResetPasswordSuccess", "email": OWNER}
    assert (await client.sign_in(OWNER, NEW_PASSWORD))["__typename"] == "SignInRefused"
    assert (await client.sign_in(OWNER, NEW_PASSWORD + "!"))["__typename"] == "SignInSuccess"
    (told,) = (await owner.execute(select(models.Email.template, models.Email.recipient))).all()
    assert tuple(told) == ("password_changed", OWNER)


async def test_R12_1_an_imported_business_gets_its_first_owner(
    client: Client, world: World, owner: AsyncConnection
) -> None:
    await world.staff(Permission.SEE_MEDICAL, email="tea@gym.example")
    told = await command("link", "tea@gym.example", "--owner")
    (person,) = await world.rows(models.Person)
    assert person.permissions == ["OWNER", "SEE_MEDICAL"]
    client.clock.now = (await owner.scalar(select(models.AccountLink.created_at))) or client.clock.now
    token = token_in(told.output)
    await client.act("acceptInvitation", token=token, password=NEW_PASSWORD)
    assert (await client.sign_in("tea@gym.example", NEW_PASSWORD))["__typename"] == "SignInSuccess"
    kinds = set(await owner.scalars(select(models.SecurityEvent.kind)))
    assert {"PERMISSIONS_CHANGED", "INVITED"} <= kinds


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"--currency": "euro"}, "'EURO' is not a currency such as USD."),
        ({"--currency": "XYZ"}, "'XYZ' is not a currency such as USD."),
        ({"--currency": "XAU"}, "'XAU' is not a currency such as USD."),
        ({"--time-zone": "Chicago"}, "'Chicago' is not a time zone such as America/Chicago."),
        ({"--owner": "ann at gym"}, "'ann at gym' is not an e-mail address."),
        ({"--location": " "}, "The name of the location has 1 to 200 characters."),
    ],
)
async def test_R12_1_wrong_facts_found_nothing(
    client: Client, owner: AsyncConnection, changes: dict[str, str], sentence: str
) -> None:
    given = {"--owner": OWNER, "--time-zone": "America/Chicago", "--currency": "EUR", "--location": "Dock"} | changes
    told = await command("found", "Gym", *(part for option in given.items() for part in option))
    assert (told.exit_code, str(told.exception)) == (1, sentence)
    assert isinstance(told.exception, Fault)
    assert await owner.scalar(select(models.Organization.name)) is None


async def test_R12_1_a_name_is_taken_once(
    client: Client, owner: AsyncConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await command(*FOUND)
    told = await command("found", "riverside gym", *FOUND[2:])
    assert told.exit_code == 1
    assert "There is a business called 'riverside gym' already." in str(told.exception)
    unknown = await command("link", "nobody@gym.example")
    assert str(unknown.exception) == "No staff member has the e-mail address 'nobody@gym.example'."
    monkeypatch.delenv("ROLLBOOK_PUBLIC_URL")
    nowhere = await command("link", OWNER)
    assert "ROLLBOOK_PUBLIC_URL must be set" in str(nowhere.exception)
    assert len(list(await owner.scalars(select(models.Organization.name)))) == 1


async def test_R12_2_no_row_has_the_token(client: Client, owner: AsyncConnection) -> None:
    token = token_in((await command(*FOUND)).output)
    assert token.startswith((await owner.scalar(select(models.AccountLink.organization_id))).hex)  # type: ignore[union-attr]
    secret = token.rpartition(".")[2]
    rows = [
        str(row) for table in (models.AccountLink, models.Email) for row in await owner.execute(select(table.__table__))
    ]
    assert rows
    assert not any(secret in row for row in rows)
    assert PAGES not in "".join(rows)
