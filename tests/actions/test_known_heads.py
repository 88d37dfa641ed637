"""An occurrence that is remembered is the one that its row gives (decision 85)."""

from collections import OrderedDict
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import text

from attendance.rules.calendar.occurrences import OccurrenceHead
from db.calendar import known_heads
from db.calendar.known_heads import known_head_of
from db.calendar.occurrences import HEADS_QUERY, head_of
from db.driver import HotStatement
from db.engine import Database
from tests.support.factories import MONDAY, World

HEADS = HotStatement(HEADS_QUERY)
CHANGES = {
    "nothing": "SELECT 1",
    "a change of marks": "UPDATE occurrence SET revision = 7 WHERE timeslot_id = :timeslot_id",
    "a name": "UPDATE offering SET name = 'Dance' WHERE id = :offering_id",
    "the location's zone": "UPDATE location SET time_zone = 'Asia/Tokyo'",
    "a start that changed": "UPDATE timeslot SET start_time = '07:30' WHERE id = :timeslot_id",
    "a substitute's name": "UPDATE person SET last_name = 'Zimmer' WHERE id = :teacher_id",
    "nobody teaches": "DELETE FROM offering_instructor WHERE offering_id = :offering_id",
    "a cancellation": "UPDATE occurrence SET cancelled_at = now() WHERE timeslot_id = :timeslot_id",
    "a change of a cancelled class": "UPDATE occurrence SET revision = 8 WHERE timeslot_id = :timeslot_id",
    "the currency": "UPDATE organization SET currency = 'JPY'",
    "a class that no longer falls on the date": "UPDATE timeslot SET weekday = 3 WHERE id = :timeslot_id",
}


async def test_R2_4_every_change_of_an_occurrence_is_known_at_once(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = await world.weekly_class()
    teacher = await world.staff(teaches=[lesson.offering_id])
    await world.occurrence(lesson.timeslot_id, MONDAY, revision=6)
    ids = {"timeslot_id": lesson.timeslot_id, "offering_id": lesson.offering_id, "teacher_id": teacher}
    seen, made = [], []

    def counted(row: Any) -> OccurrenceHead | None:
        made.append(row)
        return head_of(row)

    monkeypatch.setattr(known_heads, "head_of", counted)
    for change, statement in CHANGES.items():
        given = {name: value for name, value in ids.items() if f":{name}" in statement}
        await world.owner.execute(text(statement), given)
        row = await _row(world, database, lesson.timeslot_id)
        expected = head_of(row)
        for _ in range(2):
            made.clear()
            assert _told(known_head_of(row)) == _told(expected), change
        # A class that is not held is not remembered. A change of the roster alone makes no new occurrence.
        assert len(made) == (expected is None), change
        seen.append(_told(expected))
    assert all(one != other for one, other in pairwise(seen))
    assert seen[-1] is None


async def _row(world: World, database: Database, timeslot_id: Any) -> Any:
    async with database.read(world.organization_id) as connection:
        given = {"organization_id": world.organization_id, "timeslot_ids": [timeslot_id], "dates": [MONDAY]}
        (row,) = await HEADS.rows(connection, given)
    return row


def _told(head: OccurrenceHead | None) -> object:
    """The occurrence, and what follows from it."""
    if head is None:
        return None
    around = head.neighbours([None, head.slot.id])
    return head, head.zone.key, head.starts_at, head.ends_at, head.state, around[None], around[head.slot.id]


async def test_occurrences_that_were_not_read_for_long_are_forgotten(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_heads, "_REMEMBERED", 2)
    monkeypatch.setattr(known_heads, "_known", OrderedDict())
    rows = [await _row(world, database, (await world.weekly_class(name=f"Class {n}")).timeslot_id) for n in range(3)]
    heads = [known_head_of(rows[number]) for number in (0, 1, 0, 2, 0)]
    assert heads[0] is heads[2] is heads[4]
    assert len(known_heads._known) == 2
