"""R13.9: what the office does while spreadsheets are imported stays, and roll sheets hear of what the import does."""

from datetime import date, timedelta
from typing import Any

import pytest

from importing.report import ImportRefused
from importing.spreadsheets import run
from tests.importing.offices import NOW, TODAY, Office
from tests.importing.sheets import row_of, swim_school

YESTERDAY = TODAY - timedelta(days=1)


def acting_before_the_locks(monkeypatch: pytest.MonkeyPatch, act: Any) -> list[str]:
    """Let the office act once, after the import has made its plan and before it locks what the plan is about."""
    turns: list[str] = []
    lock_rows = run._lock_rows

    async def acts_first(connection: Any, plan: Any) -> None:
        if not turns:
            await act()
        turns.append("planned")
        await lock_rows(connection, plan)

    monkeypatch.setattr(run, "_lock_rows", acts_first)
    return turns


async def test_R13_9_what_the_office_changes_while_a_file_is_read_is_not_undone(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = swim_school()
    await office.load(files)
    row_of(files, "students", "ann")["last_name"] = "Archer-Smith"
    row_of(files, "families", "archer")["phone"] = "+1 512 555 0199"

    async def act() -> None:
        await office.act("UPDATE student SET last_name = 'Bow' WHERE organization_id = $1 AND first_name = 'Ann'")
        await office.act(
            "UPDATE enrollment SET drop_on = $2 WHERE organization_id = $1 AND type = 'WAITLIST'",
            YESTERDAY,
        )

    turns = acting_before_the_locks(monkeypatch, act)
    report = await office.load(files)
    assert len(turns) == 2
    assert [p.reason for p in report.problems] == [
        "Ann Bow: the file has another last_name than the office, whose stays"
    ]
    assert (report.changes, report.stored["families"].changed) == (1, 1)
    assert await office.rows("SELECT last_name FROM student WHERE organization_id = $1 AND first_name = 'Ann'") == [
        ("Bow",)
    ]
    assert await office.rows("SELECT drop_on FROM enrollment WHERE organization_id = $1 AND type = 'WAITLIST'") == [
        (YESTERDAY,)
    ]


async def test_R13_9_a_place_that_the_office_gives_meanwhile_is_not_given_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = swim_school()
    await office.load(files)
    files["enrollments"].append({"student": "ann", "class": "camp"})

    async def act() -> None:
        await office.act(
            "INSERT INTO enrollment (organization_id, id, student_id, offering_id, type, starts_on)"
            " SELECT s.organization_id, gen_random_uuid(), s.id, o.id, 'ACTIVE', $2 FROM student s JOIN offering o"
            " ON o.organization_id = s.organization_id WHERE s.organization_id = $1 AND s.first_name = 'Ann'"
            " AND o.kind = 'CAMP'",
            TODAY,
        )

    acting_before_the_locks(monkeypatch, act)
    assert (await office.load(files)).changes == 0


async def test_R13_9_somebody_who_never_stops_is_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    files = swim_school()
    await office.load(files)
    lock_rows = run._lock_rows

    async def acts_always(connection: Any, plan: Any) -> None:
        await office.act("UPDATE student SET last_name = last_name || 'x' WHERE organization_id = $1")
        await lock_rows(connection, plan)

    monkeypatch.setattr(run, "_lock_rows", acts_always)
    with pytest.raises(ImportRefused, match="Somebody changes the same data all the time"):
        await office.load(files)


async def test_R10_1_an_open_roll_sheet_hears_who_comes_and_goes(office: Office) -> None:
    files = swim_school()
    await office.load(files)
    await office.act(
        "INSERT INTO occurrence (organization_id, timeslot_id, held_on) SELECT organization_id, id, $2 FROM timeslot"
        " WHERE organization_id = $1 AND weekday = 1",
        TODAY,
    )
    files["enrollments"][0]["ends_on"] = str(YESTERDAY)
    files["enrollments"].append({"student": "ben", "class": "swim-1", "type": "TRIAL"})
    report = await office.load(files)
    assert (report.stored["enrollments"].added, report.stored["enrollments"].changed) == (1, 1)
    heard = "SELECT DISTINCT kind FROM change WHERE organization_id = $1 AND held_on = $2"
    assert await office.rows(heard, TODAY) == [("ROSTER",)]


async def test_R8_6b_a_makeup_of_a_meeting_that_ends_is_given_back(office: Office) -> None:
    files = swim_school()
    await office.load(files)
    monday = date(2026, 11, 23)
    await office.act(
        "WITH slot AS (SELECT t.* FROM timeslot t WHERE organization_id = $1 AND weekday = 1),"
        " made AS (INSERT INTO enrollment (organization_id, id, student_id, offering_id, timeslot_id, type, starts_on,"
        " drop_on) SELECT t.organization_id, gen_random_uuid(), s.id, t.offering_id, t.id, 'MAKEUP', $2, $2 FROM slot t"
        " JOIN student s ON s.organization_id = t.organization_id AND s.first_name = 'Ben' RETURNING *)"
        " INSERT INTO makeup_token (organization_id, id, student_id, origin, source, issued_at, issued_on,"
        " expires_on, makeup_enrollment_id)"
        " SELECT organization_id, gen_random_uuid(), student_id, 'MANUAL', 'OFFICE', $3, $2, $2, id FROM made",
        monday,
        NOW,
    )
    files["closures"].append({"calendar": "holidays", "starts_on": str(monday)})
    report = await office.load(files)
    assert report.stored["makeups given back"].changed == 1
