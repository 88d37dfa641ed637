"""R16.5: an import does not bring back whom the business has erased, although the source still has them."""

from typing import Any

import pytest
from sqlalchemy import text

from attendance.actions.people.erase_family import erase_family, preview_erasure
from db.engine import Database
from db.marks.changes import SYSTEM
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from tests.importing.bundles import school_1_1, user
from tests.importing.conftest import NOW

pytestmark = pytest.mark.emptied_database

PEOPLE = """
    SELECT first_name, last_name, source_id, birth_on FROM student WHERE erased_at IS NOT NULL
    UNION ALL SELECT name, phone, source_id, NULL FROM family WHERE erased_at IS NOT NULL
"""


async def erase(database: Database, owner: Any, source_id: str) -> None:
    row = (
        await owner.execute(
            text("SELECT organization_id, family_id FROM student WHERE source_id = :id"), {"id": source_id}
        )
    ).one()
    async with unit_of_work(database, row.organization_id, Announcer()) as uow:
        found, _ = await preview_erasure(uow.connection, row.organization_id, row.family_id, None, now=NOW)
        await erase_family(uow, row.family_id, None, found.seen, author=SYSTEM, now=NOW)


async def test_R16_5_the_next_import_leaves_the_erased_family_out(
    load: Any, stored: Any, database: Database, owner: Any
) -> None:
    files = school_1_1() | {"families": [{"student": "ann", "family": "fam", "balance": "12", "name": "The Archers"}]}
    await load(files)
    students = await stored("SELECT count(*) FROM student")
    await erase(database, owner, "ann")
    erased = await stored(PEOPLE)
    assert sorted(row[0] for row in erased) == ["Erased", "Erased", "Erased family"]
    report = await load(files)
    assert report.is_kept
    assert [problem for problem in report.problems if not problem.is_warning] == []
    assert await stored(PEOPLE) == erased
    assert await stored("SELECT count(*) FROM student") == students
    gone = "SELECT row_to_json(t)::text FROM {} t WHERE row_to_json(t)::text ~* 'archer|mia@'"
    for table in ("student", "family", "person", "imported_family", "guardian_phone"):
        assert await stored(gone.format(table)) == [], table
    live = "SELECT count(*) FROM enrollment e JOIN student s ON s.id = e.student_id WHERE s.erased_at IS NOT NULL"
    assert await stored(f"{live} AND e.deleted_at IS NULL AND e.drop_on IS NULL") == [(0,)]
    assert (await load(files)).changes == 0


async def test_R16_5_a_new_child_with_the_same_key_begins_a_family_of_its_own(
    load: Any, stored: Any, database: Database, owner: Any
) -> None:
    files = school_1_1() | {"families": [{"student": "ann", "family": "fam"}, {"family": "fam", "name": "The Archers"}]}
    await load(files)
    await erase(database, owner, "ann")
    assert (await load(files)).is_kept
    assert [row[0] for row in await stored(PEOPLE)].count("Erased family") == 1
    files["users"].append(user("zoe", "student", "Zoe", "Archer"))
    files["families"].append({"student": "zoe", "family": "fam"})
    assert (await load(files)).is_kept
    names = await stored("SELECT f.name FROM family f JOIN student s ON s.family_id = f.id WHERE s.source_id = 'zoe'")
    assert names == [("The Archers",)]
