"""R8.6b by import: a makeup on a date on which its class is not held any more gives its token back."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.importing.bundles import Files, row_of, school_1_1

pytestmark = pytest.mark.emptied_database

# 16 November 2026 is a Monday.
SLOT = {"classSourcedId": "k1", "weekday": "1", "start": "16:30", "minutes": "45", "timeZone": "America/Chicago"}
NOW = datetime(2026, 11, 16, 18, tzinfo=UTC)
TOKENS = """SELECT s.source_id, t.makeup_enrollment_id IS NULL, t.revoked_at IS NULL, t.expires_on
    FROM makeup_token t JOIN student s USING (organization_id) WHERE s.id = t.student_id ORDER BY t.issued_on"""
LEDGER = "SELECT act, cause, source, facts->>'put_off_to' FROM makeup_token_entry"
CHANGES = """SELECT c.held_on, c.kind, n.left_roster FROM change c
    JOIN changed_entry n USING (organization_id, timeslot_id, held_on, revision) ORDER BY c.held_on"""
BOOK = """
WITH place AS (
    INSERT INTO enrollment (organization_id, id, student_id, offering_id, timeslot_id, type, starts_on, drop_on)
    SELECT s.organization_id, gen_random_uuid(), s.id, t.offering_id, t.id, 'MAKEUP', '{day}', '{day}'
    FROM student s JOIN timeslot t USING (organization_id)
    JOIN offering o ON o.organization_id = t.organization_id AND o.id = t.offering_id
    WHERE s.source_id = 'ben' AND o.source_id = 'k2' AND t.ends_on IS NULL RETURNING *
)
INSERT INTO makeup_token (organization_id, id, student_id, origin, source, issued_at, issued_on, expires_on,
    makeup_enrollment_id)
SELECT organization_id, gen_random_uuid(), student_id, 'MANUAL', 'OFFICE', now(), date '{day}' - 60, '2026-11-20', id
FROM place"""


@pytest.fixture
async def files(load: Any) -> Files:
    """Two classes on Mondays until 18 December; Ben is free to make up for a class in the second."""
    files = school_1_1() | {"schedule": [SLOT, SLOT | {"classSourcedId": "k2", "start": "17:30"}]}
    files["enrollments"] = [row for row in files["enrollments"] if row["classSourcedId"] != "k2"]
    await load(files, now=NOW)
    return files


async def booked(owner: Any, *days: date) -> None:
    for day in days:
        done = await owner.exec_driver_sql(BOOK.format(day=day))
        assert done.rowcount == 1


async def back(stored: Any) -> list[bool]:
    """Whether each token is free, by the date of its makeup. None is revoked."""
    tokens = await stored(TOKENS)
    assert all(is_live for _, _, is_live, _ in tokens)
    return [is_free for _, is_free, _, _ in tokens]


async def test_R8_6b_a_session_that_is_cut_gives_its_makeups_back(
    load: Any, stored: Any, owner: Any, files: Files
) -> None:
    await booked(owner, date(2026, 11, 23), date(2026, 12, 7))
    row_of(files, "academicSessions", "t1")["endDate"] = "2026-11-30"
    report = await load(files, now=NOW)
    assert report.stored["makeups given back"].changed == 1
    assert await back(stored) == [False, True]
    # The token's last day was before the makeup; it is put off (R8.6c).
    assert [expires_on for _, is_free, _, expires_on in await stored(TOKENS) if is_free] == [date(2026, 11, 30)]
    assert await stored(LEDGER) == [("RESET", "CLASS_NOT_HELD", "SYSTEM", "2026-11-30")]
    assert await stored(CHANGES) == [(date(2026, 12, 7), "ROSTER", True)]
    assert (await load(files, now=NOW)).changes == 0


async def test_R8_6b_a_class_that_moves_to_another_day_gives_its_makeups_back(
    load: Any, stored: Any, owner: Any, files: Files
) -> None:
    await booked(owner, date(2026, 11, 23))
    files["schedule"][1] |= {"start": "17:45"}
    await load(files, now=NOW)
    assert await back(stored) == [False]
    files["schedule"][1] |= {"weekday": "3"}
    await load(files, now=NOW)
    assert await back(stored) == [True]


async def test_R8_6b_a_class_that_goes_gives_its_makeups_back(load: Any, stored: Any, owner: Any, files: Files) -> None:
    await booked(owner, date(2026, 11, 23))
    gone = files | {name: [row for row in rows if "k2" not in row.values()] for name, rows in files.items()}
    await load(gone, now=NOW)
    assert await back(stored) == [True]


async def test_R8_6b_a_class_that_leaves_its_session_gives_its_makeups_back(
    load: Any, stored: Any, owner: Any, files: Files
) -> None:
    await booked(owner, date(2026, 11, 23))
    row_of(files, "classes", "k2")["termSourcedIds"] = "t2"
    await load(files, now=NOW)
    assert await back(stored) == [True]


async def test_R8_6b_a_dry_run_gives_nothing_back(load: Any, stored: Any, owner: Any, files: Files) -> None:
    await booked(owner, date(2026, 12, 7))
    row_of(files, "academicSessions", "t1")["endDate"] = "2026-11-30"
    report = await load(files, now=NOW, dry_run=True)
    assert report.stored["makeups given back"].changed == 1
    assert await back(stored) == [False]


async def test_R2_10_past_makeups_stay(load: Any, stored: Any, owner: Any, files: Files) -> None:
    await booked(owner, date(2026, 11, 9), date(2026, 11, 16))
    row_of(files, "academicSessions", "t1")["endDate"] = "2026-11-10"
    await load(files, now=datetime(2026, 11, 17, 18, tzinfo=UTC))
    assert await back(stored) == [False, False]
