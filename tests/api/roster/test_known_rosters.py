"""A roll sheet that is made of remembered rows is the one that is made anew (decision 92)."""

import random
from contextlib import suppress
from typing import Any

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

import pace
from attendance.actions.people.erase_family import erase_family, preview_erasure
from attendance.rules.roster.roster_rows import RosterCandidate
from attendance.rules.vocabulary import Permission
from db import models
from db.engine import Database
from db.marks.changes import SYSTEM
from db.roster import known_rosters, opened_sheets
from db.roster.known_rosters import KnownRoster, KnownRosters
from db.roster.rosters import candidate_of
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from gql.app import create_app
from gql.credentials.security_log import SecurityLog
from gql.protocol.remembered import Remembered
from settings import load_settings
from tests.api.protocol.test_statement_budget import ROSTER
from tests.api.roster.test_opened_sheets import both_ways
from tests.api.roster.test_selected_alone import full_of_causes
from tests.support.api import Api
from tests.support.api_process import until
from tests.support.factories import MONDAY, World, new_world
from tests.support.processes import SECRET
from tests.support.viewers import DURING_CLASS

_OF_MARK = "WHERE student_id = :student AND held_on = :held_on"
_CHANGES = (
    "UPDATE enrollment SET transferred_from_id = (SELECT id FROM enrollment ORDER BY id LIMIT 1)"
    " WHERE student_id = :student",
    "UPDATE student SET first_name = :text WHERE id = :student",
    "UPDATE student SET last_name = :text WHERE id = :student",
    "UPDATE student SET sort_key = :text WHERE id = :student",
    "UPDATE student SET birth_on = CAST('2015-01-01' AS date) + CAST(:number AS integer) WHERE id = :student",
    "UPDATE student SET medical_alert = :text WHERE id = :student",
    "UPDATE student SET roll_sheet_comment = :text WHERE id = :student",
    "UPDATE family SET balance = :number WHERE id = (SELECT family_id FROM student WHERE id = :student)",
    "UPDATE family SET name = :text WHERE id = (SELECT family_id FROM student WHERE id = :student)",
    "INSERT INTO student_note (organization_id, id, student_id, body, written_at)"
    " SELECT organization_id, gen_random_uuid(), id, 'New', now() FROM student WHERE id = :student",
    "UPDATE student_note SET level = 'CRITICAL' WHERE student_id = :student",
    "UPDATE student_note SET closed_at = now() WHERE student_id = :student",
    "UPDATE expected_absence SET comment = :text WHERE student_id = :student",
    "UPDATE expected_absence SET is_excused = NOT is_excused WHERE student_id = :student",
    f"UPDATE mark SET note = :text {_OF_MARK}",
    f"UPDATE mark SET source = 'STAFF' {_OF_MARK}",
    f"UPDATE mark SET source = 'SYSTEM', is_defaulted = true {_OF_MARK}",
    f"UPDATE mark SET marked_at = marked_at + interval '1 second' {_OF_MARK}",
    f"UPDATE mark SET marked_by_id = (SELECT id FROM person ORDER BY id LIMIT 1) {_OF_MARK}",
    f"UPDATE mark SET revision = revision + 1 {_OF_MARK}",
    f"UPDATE mark SET status = 'TARDY' {_OF_MARK}",
    "UPDATE mark SET status = 'LEFT_EARLY' WHERE student_id = :student AND held_on < :held_on",
    "UPDATE enrollment SET starts_on = starts_on - 1 WHERE student_id = :student AND type = 'ACTIVE'",
    "UPDATE enrollment SET drop_on = starts_on + CAST(:number AS integer) WHERE student_id = :student",
    "UPDATE enrollment SET type = 'TRIAL' WHERE student_id = :student AND type = 'ACTIVE'",
    "UPDATE enrollment SET deleted_at = CASE WHEN deleted_at IS NULL THEN now() END WHERE student_id = :student",
    "DELETE FROM mark WHERE student_id = :student AND held_on < :held_on",
    f"DELETE FROM mark {_OF_MARK}",
    "UPDATE offering SET name = name || '.'",
    "UPDATE location SET name = name || '.'",
    "UPDATE occurrence SET revision = revision + 1 WHERE held_on = :held_on",
    "UPDATE occurrence SET cancelled_at = now() WHERE held_on = :held_on",
)
"""Each of them changes one thing that a sheet shows; if it is one of a student, then of those that have it. The
later ones could hide what the earlier ones change.
"""


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[RosterCandidate]:
    """The candidates that were made of rows."""
    found: list[RosterCandidate] = []

    def noted(row: Any) -> RosterCandidate:
        found.append(candidate_of(row))
        return found[-1]

    monkeypatch.setattr(opened_sheets, "candidate_of", noted)
    monkeypatch.setattr(opened_sheets, "known_rosters", KnownRosters(4096))
    return found


async def test_R3_5_what_has_changed_since_the_last_look_is_shown(
    world: World, api: Api, made: list[RosterCandidate], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Random changes of everything that a sheet shows. Owners and those who see less look in turns."""
    lesson = await full_of_causes(world)
    owner = await api.as_staff(world, Permission.OWNER)
    desk = await api.as_staff(world, Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL)
    students = list(await world.owner.scalars(text("SELECT id FROM student ORDER BY id")))
    await world.owner.execute(text("UPDATE mark SET status = 'ABSENT' WHERE held_on < :held_on"), {"held_on": MONDAY})
    dice, made_at_once = random.Random(92), []
    shown, _ = await both_ways(owner, lesson.sheet_id(), monkeypatch)
    rows = len(made)
    assert rows > 5
    for change in _CHANGES:
        before = shown
        for student in dice.sample(students, len(students)):
            given = {
                "text": dice.choice(["Ada", "Nuts", "none"]),
                "number": dice.randrange(20),
                "student": student,
                "held_on": MONDAY,
            }
            with suppress(IntegrityError):  # Enrollments that would overlap.
                await world.owner.execute(text(change), {name: given[name] for name in given if f":{name}" in change})
            made.clear()
            if dice.random() < 0.3:
                await both_ways(desk, lesson.sheet_id(), monkeypatch)
            shown, _ = await both_ways(owner, lesson.sheet_id(), monkeypatch)
            made_at_once.append(len(made))
            if shown != before:
                break
        assert shown != before, change
    # Of the rows around one that comes or goes, none is made anew.
    assert max(made_at_once) <= 2


async def test_a_sheet_of_which_nothing_has_changed_is_not_made_again(
    world: World, api: Api, made: list[RosterCandidate], monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = await full_of_causes(world)
    owner = await api.as_staff(world, Permission.OWNER)
    await owner.send("{ viewer { __typename } }")
    first = await owner.send(ROSTER, id=lesson.sheet_id())
    made.clear()
    monkeypatch.setattr("gql.fields.loaders.roster_rows", None)
    monkeypatch.setattr("gql.calendar.occurrence.show_roster", None)
    assert await owner.send(ROSTER, id=lesson.sheet_id()) == first
    assert made == []


async def test_R12_7_a_remembered_medical_text_is_recorded_of_everybody_who_sees_it(
    world: World, api: Api, made: list[RosterCandidate], monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = await full_of_causes(world)
    shown: list[tuple[Any, list[Any]]] = []

    def noted(_: SecurityLog, caller: Any, student_ids: Any) -> None:
        shown.append((caller.person_id, list(student_ids)))

    monkeypatch.setattr(SecurityLog, "tell_read", noted)
    one, other = await api.as_staff(world, Permission.OWNER), await api.as_staff(world, Permission.OWNER)
    for each in (one, other):
        await each.send("{ viewer { __typename } }")
        await each.send(ROSTER, id=lesson.sheet_id())
    people = {person for person, _ in shown}
    by_person = [sorted(str(ids) for who, ids in shown if who == person) for person in people]
    assert len(people) == 2
    assert by_person[0] == by_person[1] != []


def test_a_remembered_value_is_completed_once_for_each_selection_and_without_the_context() -> None:
    calls: list[str] = []

    def completing(name: str) -> Any:
        def complete(value: list[int], context: Any) -> Any:
            calls.append(name)
            context.disclose(name)
            return [each + 1 for each in value]

        return complete

    class Told:
        def __init__(self) -> None:
            self.disclosed: list[object] = []

        def disclose(self, each: object) -> None:
            self.disclosed.append(each)

    remembered, told = Remembered([1, 2]), Told()
    functions = [completing(name) for name in "abcde"]
    for complete in (functions[0], functions[0], *functions, functions[0]):
        assert orjson.dumps({"rows": remembered.completed(complete, told)}) == b'{"rows":[2,3]}'
    assert told.disclosed == [*"aaabcdea"]
    assert calls == [*"abcdea"]
    with pytest.raises(AttributeError):
        remembered.completed(lambda value, context: context.caller, told)


def test_the_rosters_that_were_used_least_recently_are_forgotten() -> None:
    rosters = KnownRosters(5)
    kept = {name: KnownRoster([1, 2]) for name in "abcd"}
    for name in "aba":
        rosters.remember(name, kept[name])
    assert rosters.find("b") is kept["b"]
    rosters.remember("c", kept["c"])
    assert [rosters.find(name) is kept[name] for name in "abc"] == [True, False, True]
    # One that takes the place of another counts once.
    rosters.remember("c", KnownRoster([1, 2, 3]))
    assert [len(rosters.find(name).hashes) for name in "abc"] == [2, 0, 3]
    rosters.remember("d", kept["d"])
    assert [len(rosters.find(name).hashes) for name in "acd"] == [0, 3, 2]
    assert isinstance(known_rosters.known_rosters, KnownRosters)


async def test_R16_5_every_process_forgets_the_facts_of_an_erased_family(
    world: World, api: Api, database: Database, database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody opens the sheet again, and no message says that the family was erased."""
    monkeypatch.setattr(pace, "_BEAT_MS", 5)
    monkeypatch.setattr(known_rosters, "_UNUSED_BEATS", 4)
    lesson, school = await full_of_causes(world), (world.organization_id,)
    owner = await api.as_staff(world, Permission.OWNER)
    await owner.send("{ viewer { __typename } }")
    await owner.send(ROSTER, id=lesson.sheet_id())
    kept = known_rosters.known_rosters._known
    families = {row.id: row.family_id for row in await world.rows(models.Student)}
    student_id = next(id for each in kept.values() for one in each.candidates if (id := one.student.id) in families)
    async with unit_of_work(database, world.organization_id, Announcer()) as uow:
        found, _ = await preview_erasure(uow.connection, *school, families[student_id], None, now=DURING_CLASS)
        await erase_family(uow, families[student_id], None, found.seen, author=SYSTEM, now=DURING_CLASS)
    assert str(student_id) in repr(kept)
    settings = load_settings(database_url=database_url, redis_url=redis_url, secret=SECRET)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        await until(lambda: str(student_id) not in repr(kept), 5)


def test_a_roster_that_is_used_is_not_forgotten() -> None:
    rosters = KnownRosters(10)
    known = KnownRoster([1, 2])
    rosters.remember("used", known)
    rosters.remember("unused", KnownRoster([3] * 8))
    for _ in range(2):
        rosters.forget_unused()
        assert rosters.find("used") is known
        rosters.remember("used", known)
    assert not rosters.find("unused").hashes
    # Its rows count no more: there is room for eight others.
    rosters.remember("new", KnownRoster([4] * 8))
    assert rosters.find("used") is known


async def test_R16_5_who_may_not_see_a_roster_does_not_keep_it(
    world: World, api: Api, made: list[RosterCandidate]
) -> None:
    lesson = await full_of_causes(world)
    owner = await api.as_staff(world, Permission.OWNER)
    elsewhere = await api.as_staff(await new_world(world.owner, name="Other Gym"), Permission.OWNER)
    for viewer in (owner, elsewhere):
        await viewer.send("{ viewer { __typename } }")
        await viewer.send(ROSTER, id=lesson.sheet_id())
    kept: KnownRosters = vars(opened_sheets)["known_rosters"]
    kept.forget_unused()
    for viewer, is_kept in ((owner, True), (elsewhere, False)):
        assert len(kept._known) == 1
        await viewer.send(ROSTER, id=lesson.sheet_id())
        kept.forget_unused()
        assert len(kept._known) == is_kept


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.0::numeric", "1.00::numeric"),
        ("0::float8", "'-0'::float8"),
        ("'24 hours'::interval", "'1 day'::interval"),
        ("'[1, 2]'::json", "'[1,2]'::json"),
        ("NULL::text", "''"),
    ],
)
async def test_values_that_are_sent_otherwise_have_other_hashes(owner: AsyncConnection, one: str, other: str) -> None:
    """Some of them are equal to PostgreSQL."""
    hashes = text(f"""
        SELECT {opened_sheets.ROW_HASH} FROM (SELECT {one} UNION ALL SELECT {one} UNION ALL SELECT {other}) found
    """)
    first, again, different = await owner.scalars(hashes, {"seed": known_rosters.SEED})
    assert first == again != different
