"""R8.11 by import: whoever lost the last enrollment begins to lose unused makeup tokens, and coming back keeps them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.importing.bundles import Files, row_of, school_1_1

pytestmark = pytest.mark.emptied_database

SOON, LATE = datetime(2026, 11, 18, 18, tzinfo=UTC), datetime(2026, 12, 10, 18, tzinfo=UTC)
LAPSES = "SELECT s.source_id, s.tokens_lapse_on, t.lapses_on FROM student s JOIN makeup_token t ON t.student_id = s.id"


@pytest.fixture
async def files(load: Any, owner: Any) -> Files:
    """Imported on 16 November; Ann and Ben have a token each, and the wait is 14 days."""
    files = school_1_1()
    await load(files)
    await owner.exec_driver_sql(
        "INSERT INTO settings (organization_id, expire_after_last_drop_days) SELECT organization_id, 14"
        " FROM organization ON CONFLICT (organization_id) DO UPDATE SET expire_after_last_drop_days = 14"
    )
    await owner.exec_driver_sql(
        "INSERT INTO makeup_token (organization_id, id, student_id, origin, source, issued_at, issued_on)"
        " SELECT organization_id, gen_random_uuid(), id, 'MANUAL', 'OFFICE', now(), '2026-11-01' FROM student"
        " WHERE source_id IN ('ann', 'ben')"
    )
    return files


def without(files: Files, *enrollments: str) -> Files:
    return files | {"enrollments": [row for row in files["enrollments"] if row["sourcedId"] not in enrollments]}


async def lapses(stored: Any) -> dict[str, tuple[date | None, date | None]]:
    return {name: (of_student, of_token) for name, of_student, of_token in await stored(LAPSES)}


async def test_R8_11_an_enrollment_that_an_import_takes_away_is_dropped(load: Any, stored: Any, files: Files) -> None:
    await load(without(files, "e1"))
    day = date(2026, 11, 30)
    assert await lapses(stored) == {"ann": (day, day), "ben": (None, None)}
    assert (await load(without(files, "e1"), now=SOON)).changes == 0
    assert await lapses(stored) == {"ann": (day, day), "ben": (None, None)}


async def test_R8_11_an_end_that_an_import_moves_forward_is_a_drop(load: Any, stored: Any, files: Files) -> None:
    row_of(files, "enrollments", "e2")["endDate"] = "2026-11-20"
    await load(files)
    day = date(2026, 12, 4)
    assert await lapses(stored) == {"ann": (None, None), "ben": (day, day)}


async def test_R8_11_what_comes_back_in_time_keeps_the_tokens(load: Any, stored: Any, files: Files) -> None:
    await load(without(files, "e1"))
    await load(files, now=SOON)
    assert (await lapses(stored))["ann"] == (None, None)


async def test_R8_11_what_comes_back_late_does_not(load: Any, stored: Any, files: Files) -> None:
    await load(without(files, "e1"))
    await load(files, now=LATE)
    assert (await lapses(stored))["ann"] == (None, date(2026, 11, 30))


async def test_R8_11_without_the_setting_an_import_leaves_tokens_as_they_are(
    load: Any, stored: Any, owner: Any, files: Files
) -> None:
    await owner.exec_driver_sql("UPDATE settings SET expire_after_last_drop_days = NULL")
    await load(without(files, "e1"))
    await owner.exec_driver_sql("UPDATE settings SET expire_after_last_drop_days = 14")
    # Nobody is dropped by this one.
    row_of(files, "users", "ann")["givenName"] = "Anna"
    await load(without(files, "e1"), now=SOON)
    assert await lapses(stored) == {"ann": (None, None), "ben": (None, None)}
