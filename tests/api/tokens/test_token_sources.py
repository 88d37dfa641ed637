"""R1.1: every token carries its source."""

from datetime import UTC, datetime

import pytest

from db.engine import Database
from gql.fields.global_ids import encode_id
from tests.api.marks.check_in_desk import new_check_in_desk
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import World
from tests.support.viewers import DURING_CLASS

pytestmark = pytest.mark.emptied_database

AFTER_CLASS = datetime(2026, 11, 17, 0, 15, tzinfo=UTC)
SOURCES = """query($id: ID!) { node(id: $id) { ... on Student { makeupTokens { nodes { source origin } } } } }"""
CREATE = mutation("createMakeupTokens")


async def test_R1_1_a_token_has_the_source_of_the_act_that_led_to_it(
    world: World, database: Database, api: Api
) -> None:
    desk = await new_check_in_desk(world, database, api, names=("Ann", "Ben", "Cas", "Dee"))
    desk.at(DURING_CLASS)
    await desk.submit(("Ann", "ABSENT"))
    await desk.submit(("Ben", "ABSENT"), api=desk.staff)
    await desk.at_kiosk("Dee")
    dee = encode_id("Student", desk.students["Dee"])
    assert (
        "Success"
        in (await desk.office.ask(CREATE, input={"studentId": dee, "tokens": [{}]}))["createMakeupTokens"]["__typename"]
    )
    await desk.work(AFTER_CLASS)
    await desk.long_after(AFTER_CLASS)
    found = {}
    for name, student in desk.students.items():
        answer = await desk.office.ask(SOURCES, id=encode_id("Student", student))
        found[name] = [tuple(each.values()) for each in answer["node"]["makeupTokens"]["nodes"]]
    assert found == {
        "Ann": [("OFFICE", "ABSENCE")],
        "Ben": [("STAFF", "ABSENCE")],
        "Cas": [("SYSTEM", "ABSENCE")],
        "Dee": [("OFFICE", "MANUAL")],
    }
