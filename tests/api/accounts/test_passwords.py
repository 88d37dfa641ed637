"""R12.2 and R12.3: who forgot the password gets a link, whoever asks; who knows it changes it."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from attendance.rules.vocabulary import Permission
from db import models
from db.engine import Database
from mail.links import with_link
from tests.api.organization.sign_in_client import PASSWORD, PASSWORD_HASH, VIEWER, Client, sign_in_client
from tests.support.documents import mutation
from tests.support.factories import World, new_world

pytestmark = pytest.mark.emptied_database

NEW = "seven quiet foxes"
SAM = "sam@gym.example"


@pytest.fixture
async def client(database: Database, redis_url: str) -> AsyncIterator[Client]:
    async with sign_in_client(database, redis_url) as client:
        yield client


@pytest.fixture
async def sam(world: World) -> str:
    await world.staff(Permission.OFFICE_ATTENDANCE_FULL, email=SAM, password_hash=PASSWORD_HASH)
    return SAM


async def ask(client: Client, email: str) -> dict[str, Any]:
    answer = await client.act("requestPasswordReset", "email", email=email)
    await client.services.password_resets.close()
    return answer


async def test_R12_2_who_forgot_the_password_chooses_another_one(client: Client, world: World, sam: str) -> None:
    session = await client.sign_in(sam)
    assert await ask(client, "SAM@gym.example") == {
        "__typename": "RequestPasswordResetSuccess",
        "email": "SAM@gym.example",
    }
    (message,) = await world.emails()
    assert (message.recipient, message.template) == (SAM, "account_reset")
    token = with_link(world.organization_id, message.facts, client.services.link_terms)["link"].partition("#")[2]
    done = await client.act("resetPassword", "email organizationName", token=token, password=NEW)
    assert done == {"__typename": "ResetPasswordSuccess", "email": SAM, "organizationName": "Test Gym"}
    assert await client.having(session["accessToken"]).code(VIEWER) == "UNAUTHENTICATED"
    assert (await client.sign_in(sam))["__typename"] == "SignInRefused"
    assert (await client.sign_in(sam, NEW))["__typename"] == "SignInSuccess"


async def test_R12_2_the_answer_is_the_same_whoever_is_known(
    client: Client, world: World, sam: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resets, requested = client.services.password_resets, list[tuple[str, str]]()
    carry_out = resets.request
    monkeypatch.setattr(resets, "request", lambda *given: requested.append(given))
    other = await new_world(world.owner, name="Other Gym")
    await other.guardian(await other.family(), email=SAM, password_hash=PASSWORD_HASH)
    await world.staff(email="new@gym.example")  # Invited or imported, without a password.
    await world.staff(email="left@gym.example", password_hash=PASSWORD_HASH, ended_at=client.clock.now)
    answers, statements = [], []
    for email in (SAM, "nobody@gym.example", "new@gym.example", "left@gym.example"):
        client.statements.clear()
        answer = await client.act("requestPasswordReset", "email", email=email)
        statements.append(len(client.statements))
        answers.append(answer | {"email": ""})
    # What is done about an account is done in a task of its own.
    assert statements == [0, 0, 0, 0]
    assert answers == [{"__typename": "RequestPasswordResetSuccess", "email": ""}] * 4
    for given in requested:
        carry_out(*given)
    await resets.close()
    assert [row.recipient for row in await world.emails()] == [SAM]
    assert [row.recipient for row in await other.emails()] == [SAM]
    nonsense = await client.act("requestPasswordReset", email="no address")
    assert nonsense["__typename"] == "EmailNotValid"


async def test_R12_2_at_most_three_within_an_hour(client: Client, world: World, sam: str) -> None:
    document = mutation("requestPasswordReset")
    for email in (SAM, "nobody@gym.example"):
        for _ in range(3):
            await ask(client, email)
        assert await client.code(document, input={"email": email}) == "RATE_LIMITED"
    assert len(await world.emails()) == 3
    # The database counts too, should another process or an empty Redis let a fourth one pass.
    client.services.password_resets.request(SAM, "10.0.0.1")
    await client.services.password_resets.close()
    assert len(await world.emails()) == 3
    await client.services.security_log.close()
    kinds = {row.kind for row in await world.rows(models.SecurityEvent)}
    assert {"PASSWORD_RESET_REQUESTED", "PASSWORD_RESET_LIMITED"} <= kinds


async def test_R12_3_changing_needs_the_present_one_and_ends_the_others(client: Client, world: World, sam: str) -> None:
    here, there = await client.sign_in(sam), await client.sign_in(sam, portal="STAFF")
    mine = client.having(here["accessToken"])
    wrong = await mine.act("changePassword", presentPassword="wrong", newPassword=NEW)
    assert wrong["__typename"] == "WrongPassword"
    short = await mine.act("changePassword", presentPassword=PASSWORD, newPassword="short")
    assert (short["__typename"], short["passwordReason"]) == ("PasswordNotAllowed", "TOO_SHORT")
    assert await world.emails() == []
    given = {"presentPassword": PASSWORD, "newPassword": NEW}
    assert await mine.act("changePassword", "endedSessions", **given) == {
        "__typename": "ChangePasswordSuccess",
        "endedSessions": 1,
    }
    assert (await mine.act("changePassword", "endedSessions", **given))["endedSessions"] == 0
    assert (await mine.viewer())["name"] == "Sam Staff"
    assert await client.having(there["accessToken"]).code(VIEWER) == "UNAUTHENTICATED"
    (message,) = await world.emails()
    assert (message.recipient, message.template) == (SAM, "password_changed")
    await client.services.security_log.close()
    assert "PASSWORD_CHANGED" in {row.kind for row in await world.rows(models.SecurityEvent)}


async def test_R12_3_guessing_the_present_password_is_limited(client: Client, sam: str) -> None:
    mine = client.having((await client.sign_in(sam))["accessToken"])
    for _ in range(10):
        await mine.act("changePassword", presentPassword="wrong", newPassword=NEW)
    given = {"presentPassword": PASSWORD, "newPassword": NEW}
    assert await mine.code(mutation("changePassword"), input=given) == "RATE_LIMITED"


async def test_R12_7_no_password_is_kept_or_logged(
    client: Client, world: World, sam: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = client.having((await client.sign_in(sam))["accessToken"])
    await mine.act("changePassword", presentPassword=PASSWORD, newPassword=NEW, idempotencyKey="1")
    assert await world.count(models.IdempotencyKey) == 0
    assert not re.search(f"{PASSWORD}|{NEW}", "".join(capsys.readouterr()))
