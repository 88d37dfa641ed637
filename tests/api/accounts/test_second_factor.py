"""R12.4: the second factor, from setting it up to losing it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from attendance.rules.vocabulary import Permission
from db import models
from db.engine import Database
from gql.fields.global_ids import encode_id
from mail.links import with_link
from tests.api.organization.sign_in_client import PASSWORD, PASSWORD_HASH, VIEWER, Client, sign_in_client
from tests.support.documents import mutation
from tests.support.factories import World

pytestmark = pytest.mark.emptied_database

SAM = "sam@gym.example"
OWN = "{ secondFactor { confirmedAt recoveryCodesLeft isRequired } }"
SESSION = "accessToken viewer { __typename }"


@pytest.fixture
async def client(database: Database, redis_url: str) -> AsyncIterator[Client]:
    async with sign_in_client(database, redis_url) as client:
        yield client


@pytest.fixture
async def sam(world: World) -> str:
    await world.staff(Permission.OWNER, email=SAM, password_hash=PASSWORD_HASH)
    return SAM


class App:
    """An authenticator app with the clock of the test."""

    def __init__(self, client: Client, secret: str) -> None:
        self.client, self.totp = client, pyotp.TOTP(secret)

    def code(self, steps: int = 0) -> str:
        return self.totp.at(self.client.clock.now, counter_offset=steps)

    def wrong(self) -> str:
        near = {self.code(steps) for steps in range(-2, 3)}
        return next(f"{number:06}" for number in range(10) if f"{number:06}" not in near)


async def first_step(client: Client, portal: str = "OFFICE") -> dict[str, Any]:
    given = {"email": SAM, "password": PASSWORD, "portal": portal}
    return await client.act("signIn", f"... on SignInSuccess {{ {SESSION} }}", **given)


async def second_step(client: Client, challenge: str, code: str) -> dict[str, Any]:
    success = f"... on SignInSuccess {{ {SESSION} }}"
    return await client.act("completeSignIn", success, challenge=challenge, code=code)


async def set_up(client: Client) -> tuple[App, list[str], Client]:
    """The app, the recovery codes, and a client with the session from before."""
    mine = client.having((await first_step(client))["accessToken"])
    started = await mine.act("startSecondFactor", "secret uri", presentPassword=PASSWORD)
    app = App(client, started["secret"])
    done = await mine.act("confirmSecondFactor", "recoveryCodes session { accessToken }", code=app.code())
    assert done["session"] is None
    return app, done["recoveryCodes"], mine


async def test_R12_4_signing_in_takes_two_steps(client: Client, world: World, sam: str) -> None:
    mine = client.having((await first_step(client))["accessToken"])
    wrong = await mine.act("startSecondFactor", presentPassword="wrong")
    assert wrong["__typename"] == "WrongPassword"
    started = await mine.act("startSecondFactor", "secret uri", presentPassword=PASSWORD)
    uri = urlsplit(started["uri"])
    assert (uri.scheme, uri.netloc, uri.path) == ("otpauth", "totp", "/Test%20Gym:sam%40gym.example")
    assert parse_qs(uri.query)["secret"] == [started["secret"]]
    app = App(client, started["secret"])
    # It is not in force before its first code.
    assert (await first_step(client))["__typename"] == "SignInSuccess"
    assert (await mine.act("confirmSecondFactor", code=app.wrong()))["__typename"] == "WrongCode"
    done = await mine.act("confirmSecondFactor", "recoveryCodes", code=app.code())
    assert len(set(done["recoveryCodes"])) == 10
    again = await mine.act("startSecondFactor", presentPassword=PASSWORD)
    assert again["__typename"] == "SecondFactorAlreadyOn"
    assert (await mine.ask(OWN))["secondFactor"] == {
        "confirmedAt": "2026-11-16T18:00:00Z",
        "recoveryCodesLeft": 10,
        "isRequired": False,
    }
    asked = await first_step(client)
    assert (asked["__typename"], asked["expiresAt"]) == ("SecondFactorRequired", "2026-11-16T18:05:00Z")
    assert "accessToken" not in asked
    assert (await client.having(asked["challenge"]).post(VIEWER)).status_code == 401
    client.clock.forward(seconds=30)
    session = await second_step(client, asked["challenge"], app.code())
    assert session["__typename"] == "SignInSuccess"
    assert (await client.having(session["accessToken"]).viewer())["portal"] == "OFFICE"
    await client.services.security_log.close()
    kinds = {row.kind for row in await world.rows(models.SecurityEvent)}
    assert {"SECOND_FACTOR_ADDED", "SIGNED_IN"} <= kinds


async def test_R12_4_each_code_is_good_once(client: Client, world: World, sam: str) -> None:
    app, codes, _ = await set_up(client)
    challenge = (await first_step(client))["challenge"]
    # The code that confirmed the factor, and those before it, are used.
    for steps in (0, -1):
        assert (await second_step(client, challenge, app.code(steps)))["__typename"] == "WrongCode"
    assert (await second_step(client, challenge, app.code(1)))["__typename"] == "SignInSuccess"
    client.clock.forward(seconds=30)
    assert (await second_step(client, challenge, app.code()))["__typename"] == "WrongCode"
    assert (await second_step(client, challenge, app.code(2)))["__typename"] == "WrongCode"
    client.clock.forward(seconds=30)
    assert (await second_step(client, challenge, app.code()))["__typename"] == "SignInSuccess"
    typed = codes[0].lower().replace("-", " ")
    assert (await second_step(client, challenge, typed))["__typename"] == "SignInSuccess"
    assert (await second_step(client, challenge, codes[0]))["__typename"] == "WrongCode"
    await client.services.security_log.close()
    kinds = {row.kind for row in await world.rows(models.SecurityEvent)}
    assert {"RECOVERY_CODE_USED", "SECOND_FACTOR_REFUSED"} <= kinds


async def test_R12_4_a_challenge_ends_with_time_and_with_the_password(client: Client, sam: str) -> None:
    app, _, mine = await set_up(client)
    old = (await first_step(client))["challenge"]
    client.clock.forward(minutes=5)
    assert (await second_step(client, old, app.code()))["__typename"] == "ChallengeNotValid"
    late = (await first_step(client))["challenge"]
    setup = await client.act("startSecondFactor", challenge=late)
    assert setup["__typename"] == "ChallengeNotValid"
    await mine.act("changePassword", presentPassword=PASSWORD, newPassword="nine slow otters")
    assert (await second_step(client, late, app.code()))["__typename"] == "ChallengeNotValid"


async def test_R12_4_guessing_is_limited(client: Client, sam: str) -> None:
    app, codes, _ = await set_up(client)
    challenge = (await first_step(client))["challenge"]
    for _ in range(10):
        assert (await second_step(client, challenge, app.wrong()))["__typename"] == "WrongCode"
    client.clock.forward(seconds=30)
    for code in (app.code(), codes[0]):
        given = {"challenge": challenge, "code": code}
        assert await client.code(mutation("completeSignIn"), input=given) == "RATE_LIMITED"


async def test_R12_4_a_reset_leaves_the_second_factor_in_force(client: Client, world: World, sam: str) -> None:
    app, _, _ = await set_up(client)
    await client.act("requestPasswordReset", email=SAM)
    await client.services.password_resets.close()
    (message,) = await world.emails()
    link = with_link(world.organization_id, message.facts, client.services.link_terms)["link"]
    await client.act("resetPassword", token=link.partition("#")[2], password="nine slow otters")
    asked = await client.act("signIn", email=SAM, password="nine slow otters", portal="OFFICE")
    assert asked["__typename"] == "SecondFactorRequired"
    client.clock.forward(seconds=30)
    assert (await second_step(client, asked["challenge"], app.code()))["__typename"] == "SignInSuccess"


async def test_R12_4_a_setting_requires_it_of_whom_it_concerns(client: Client, world: World, sam: str) -> None:
    await world.staff(Permission.OFFICE_SEE_ALL, email="desk@gym.example", password_hash=PASSWORD_HASH)
    session = await client.sign_in(SAM)
    mine = client.having(session["accessToken"])
    changed = await mine.act(
        "updateSecuritySettings", "settings { security { secondFactorRequired } }", secondFactorRequired=True
    )
    assert changed["settings"]["security"] == {"secondFactorRequired": True}
    assert (await client.sign_in("desk@gym.example"))["__typename"] == "SignInSuccess"
    # A session without a second factor ends with its refresh.
    assert (await client.refresh(session["refreshToken"]))["reason"] == "SESSION_ENDED"
    assert await mine.code(VIEWER) == "UNAUTHENTICATED"
    asked = await first_step(client)
    assert asked["__typename"] == "SecondFactorSetupRequired"
    assert (await second_step(client, asked["challenge"], "000000"))["__typename"] == "ChallengeNotValid"
    started = await client.act("startSecondFactor", "secret", challenge=asked["challenge"])
    app = App(client, started["secret"])
    success = f"recoveryCodes session {{ {SESSION} }}"
    done = await client.act("confirmSecondFactor", success, challenge=asked["challenge"], code=app.code())
    mine = client.having(done["session"]["accessToken"])
    assert (await mine.viewer())["name"] == "Sam Staff"
    assert (await mine.ask(OWN))["secondFactor"]["isRequired"] is True
    client.clock.forward(seconds=30)
    kept = await mine.act("removeSecondFactor", code=app.code())
    assert kept["__typename"] == "SecondFactorIsRequired"
    await mine.act("updateSecuritySettings", secondFactorRequired=False)
    assert (await mine.act("removeSecondFactor", code=app.code()))["__typename"] == "RemoveSecondFactorSuccess"
    assert (await first_step(client))["__typename"] == "SignInSuccess"


async def test_R12_4_new_recovery_codes_replace_old_ones(client: Client, world: World, sam: str) -> None:
    _, codes, mine = await set_up(client)
    new = (await mine.act("renewRecoveryCodes", "recoveryCodes", code=codes[0]))["recoveryCodes"]
    assert not set(new) & set(codes)
    challenge = (await first_step(client))["challenge"]
    assert (await second_step(client, challenge, codes[1]))["__typename"] == "WrongCode"
    assert (await second_step(client, challenge, new[1]))["__typename"] == "SignInSuccess"
    assert (await mine.ask(OWN))["secondFactor"]["recoveryCodesLeft"] == 9


async def test_R12_4_an_owner_removes_what_somebody_has_lost(client: Client, world: World, sam: str) -> None:
    _, _, mine = await set_up(client)
    (person,) = await world.rows(models.Person, email=SAM)
    olga = client.having((await client.as_staff(world, Permission.OWNER)).token)
    done = await olga.act("resetSecondFactor", personId=encode_id("StaffMember", person.id))
    assert done["__typename"] == "ResetSecondFactorSuccess"
    assert await mine.code(VIEWER) == "UNAUTHENTICATED"
    assert (await first_step(client))["__typename"] == "SignInSuccess"
    assert await world.count(models.SecondFactor) == await world.count(models.RecoveryCode) == 0


async def test_R12_4_the_database_alone_makes_no_code(client: Client, world: World, sam: str) -> None:
    app, codes, _ = await set_up(client)
    (row,) = await world.rows(models.SecondFactor)
    assert app.totp.secret.encode() not in bytes(row.sealed_secret)
    digests = b"".join(bytes(each.code_hash) for each in await world.rows(models.RecoveryCode))
    assert not any(code.replace("-", "").encode() in digests for code in codes)
    # Another key, or another person's place, opens nothing.
    authenticator = client.services.authenticator
    place = (world.organization_id, row.person_id, bytes(row.sealed_secret))
    client.clock.forward(seconds=30)
    now = client.clock.now
    assert authenticator.find_step(*place, app.code(), after=row.last_step, now=now) is not None
    other = replace(authenticator, key=b"k" * 32)
    assert other.find_step(*place, app.code(), after=row.last_step, now=now) is None
    elsewhere = (world.location_id, row.person_id, bytes(row.sealed_secret))
    assert authenticator.find_step(*elsewhere, app.code(), after=row.last_step, now=now) is None
