"""Who may follow a student or a day's check-ins, one row a kind of caller (section 11)."""

from dataclasses import replace
from typing import Any

import pytest

from attendance.rules.vocabulary import Permission, Portal
from gql.fields.context import Context
from gql.protocol.errors import ApiError
from gql.protocol.operations import Parameters
from tests.api.organization.permission_stage import Stage, new_stage
from tests.support.api import Api
from tests.support.factories import World
from tests.support.streams import OPERATIONS, claims_of

STUDENT = (
    "subscription($id: ID!) { studentChanged(studentId: $id) { student { id } today { studentId } tokens { id } } }"
)
DAY = "subscription { checkIns { kind tally { total } } }"
NO_ONE, NOT_YOU, GONE = "UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"
# Of the student: who follows her. Of the day: how many rows of the tally there are.
EXPECTED: dict[str, tuple[str, str | int]] = {
    "office, sees all": ("OK", 1),
    "staff portal, sees all": ("OK", 1),
    "teaches her": ("OK", 1),
    "teaches another": (GONE, 0),
    "sees no attendance": (NOT_YOU, NOT_YOU),
    "owner": ("OK", 1),
    "guardian": ("OK", NOT_YOU),
    "other guardian": (GONE, NOT_YOU),
    "kiosk": (NOT_YOU, NOT_YOU),
    "stranger": (GONE, 0),
    "anonymous": (NO_ONE, NO_ONE),
}


async def caller(who: str, stage: Stage) -> Api:
    staff, view = Portal.STAFF, Permission.STAFF_ATTENDANCE_VIEW
    if who == "teaches another":
        person = await stage.world.staff(view, teaches=[stage.other.offering_id])
        return await stage.api.signed_in(stage.world, person, staff)
    made: dict[str, Any] = {
        "office, sees all": lambda: stage.staff(Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL),
        "staff portal, sees all": lambda: stage.staff(view, Permission.STAFF_SEE_ALL, portal=staff),
        "teaches her": lambda: stage.staff(view, portal=staff, teaches=True),
        "sees no attendance": lambda: stage.staff(
            *(each for each in Permission if "ATTENDANCE" not in each and each is not Permission.OWNER)
        ),
        "owner": lambda: stage.staff(Permission.OWNER),
        "guardian": stage.guardian,
        "other guardian": stage.other_guardian,
        "stranger": stage.stranger,
    }
    if who == "kiosk":
        return stage.kiosk
    if who == "anonymous":
        return replace(stage.api, token=None)
    return await made[who]()  # type: ignore[no-any-return]


async def first(api: Api, document: str, **variables: str) -> dict[str, Any] | str:
    """The first event, or the code of the refusal."""
    claims = None if api.token is None else claims_of(api)
    operation = OPERATIONS.prepare(Parameters(document, variables=variables), may_introspect=True)
    try:
        stream = await OPERATIONS.subscribe(operation, Context(api.services, claims, "", ""))
        answers = stream.answers()
        result = (await anext(answers)).result
        await answers.aclose()
    except ApiError as refusal:
        return refusal.code
    assert result.data is not None, result.errors
    event: dict[str, Any] = next(iter(result.data.values()))
    return event


@pytest.mark.parametrize("who", EXPECTED)
async def test_R11_who_may_follow(who: str, world: World, api: Api) -> None:
    stage = await new_stage(world, api)
    api = await caller(who, stage)
    of_student, of_day = EXPECTED[who]
    found = await first(api, STUDENT, id=stage.student_id)
    if isinstance(found, dict):
        assert (of_student, found["student"]["id"]) == ("OK", stage.student_id)
        assert {each["studentId"] for each in found["today"]} == {stage.student_id}
        assert stage.id("MakeupToken", stage.token) in {each["id"] for each in found["tokens"]}
    else:
        assert found == of_student
    day = await first(api, DAY)
    assert (day["tally"]["total"] if isinstance(day, dict) else day) == of_day
