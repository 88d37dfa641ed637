"""R6.2: both guardians of a family report one absence at once."""

from functools import partial
from typing import Any

from attendance.rules.vocabulary import Portal
from db import models
from db.engine import Database
from gql.fields.global_ids import encode_id
from tests.support.api import Api, serving
from tests.support.at_once import at_once
from tests.support.documents import mutation
from tests.support.factories import MONDAY, World
from tests.support.sizes import SIZES
from tests.support.viewers import DURING_CLASS


async def test_R6_2_two_guardians_report_one_absence_once(crowded: Database, world: World) -> None:
    await world.change_settings(guardians_may_request_absences=True, auto_approve_absences=True)
    lesson = await world.weekly_class()
    async with serving(crowded) as api:
        api.clock.now = DURING_CLASS
        for number in range(SIZES.long_race_rounds):
            family = await world.family()
            student = await world.student(family_id=family)
            await world.enroll(student, lesson.offering_id)
            guardians = [await world.guardian(family, email=f"{number}-{each}@example.org") for each in range(3)]
            apis = [await api.signed_in(world, each, Portal.CUSTOMER) for each in guardians]
            given = {"studentId": encode_id("Student", student), "startsOn": str(MONDAY)}
            answers = await at_once(*(partial(_tell, each, given) for each in apis))
            assert sorted(answers) == ["AbsenceAlreadyReported"] * 2 + ["RequestExpectedAbsenceSuccess"]
            assert await world.count(models.ExpectedAbsence) == number + 1


async def _tell(api: Api, given: dict[str, Any]) -> str:
    body = await api.send(mutation("requestExpectedAbsence"), input=given)
    return str(body["data"]["requestExpectedAbsence"]["__typename"])
