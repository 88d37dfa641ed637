"""R10.2: what an event reads in one statement is what is read in a transaction, one thing after the other."""

import random
from datetime import timedelta

from attendance.rules.vocabulary import Permission
from db.calendar.occurrences import find_head
from db.engine import Database
from db.roster.roll_sheet_changes import RollSheet
from gql.live.sheet_changes import Depth, SheetHub, read_changes
from tests.api.roster.test_selected_alone import full_of_causes
from tests.support.api import Api
from tests.support.each_statement import counting
from tests.support.factories import MONDAY, World, new_world

STATUSES = ["PRESENT", "ABSENT", "TARDY", "EXCUSED_ABSENCE", None]
CHANGES = 8


async def test_R10_2_an_event_read_at_once_is_the_one_that_is_read_in_a_transaction(
    world: World, api: Api, database: Database
) -> None:
    dice = random.Random(7)
    lesson = await full_of_causes(world)
    other = await (await new_world(world.owner, name="Other Gym")).weekly_class()
    owner = await api.as_staff(world, Permission.OWNER)
    roster = (await owner.occurrence(lesson.sheet_id(), "roster { student { id } }"))["roster"]
    students = [each["student"]["id"] for each in roster]
    for _ in range(CHANGES):
        given = [{"studentId": each, "status": dice.choice(STATUSES)} for each in dice.sample(students, 3)]
        marked = {"occurrenceId": lesson.sheet_id(), "marks": given}
        await owner.act("submitAttendance", **marked)
    hub, key = SheetHub(database), lesson.key()
    sheet = RollSheet(world.organization_id, key)
    seen = set()
    for after in range(CHANGES + 2):
        async with database.read(world.organization_id) as connection:
            head = await find_head(connection, world.organization_id, key)
            assert head is not None
            expected = await read_changes(connection, world.organization_id, head, after, depth=Depth.CHANGED)
        statements: list[str] = []
        with counting(database, statements):
            assert await hub.read(sheet, after) == expected
        assert len(statements) == 1, statements
        seen.add(len(expected))
        assert all(each.candidates and each.tally for each in expected)
    assert max(seen) > 4
    assert min(seen) == 0
    # Nothing is found on another day, out of the calendar, or of another business.
    for nowhere in (
        RollSheet(world.organization_id, lesson.key(MONDAY + timedelta(1))),
        RollSheet(world.organization_id, lesson.key(MONDAY.replace(year=9999))),
        RollSheet(world.organization_id, other.key()),
    ):
        assert await hub.read(nowhere, 0) == []
