"""R12.4: one code that is used twice at once."""

from functools import partial

import pyotp
import pytest

from attendance.rules.vocabulary import Permission
from db.engine import Database
from tests.api.organization.sign_in_client import PASSWORD, PASSWORD_HASH, sign_in_client
from tests.support.at_once import at_once
from tests.support.factories import World
from tests.support.sizes import SIZES

pytestmark = pytest.mark.emptied_database

SAM = "sam@gym.example"


async def test_R12_4_a_code_lets_in_one(crowded: Database, redis_url: str, world: World) -> None:
    await world.staff(Permission.OWNER, email=SAM, password_hash=PASSWORD_HASH)
    async with sign_in_client(crowded, redis_url) as client:
        mine = client.having((await client.sign_in(SAM))["accessToken"])
        started = await mine.act("startSecondFactor", "secret", presentPassword=PASSWORD)
        totp = pyotp.TOTP(started["secret"])
        done = await mine.act("confirmSecondFactor", "recoveryCodes", code=totp.at(client.clock.now))
        for number in range(SIZES.long_race_rounds):
            client.clock.forward(seconds=30)
            given = {"email": SAM, "password": PASSWORD, "portal": "OFFICE"}
            challenge = (await client.act("signIn", **given))["challenge"]
            is_recovery = number % 2 and number // 2 < len(done["recoveryCodes"])
            code = done["recoveryCodes"][number // 2] if is_recovery else totp.at(client.clock.now)
            answers = await at_once(*[partial(client.act, "completeSignIn", challenge=challenge, code=code)] * 3)
            kinds = sorted(answer["__typename"] for answer in answers)
            assert kinds == ["SignInSuccess", "WrongCode", "WrongCode"]
