"""R15.2: a business is written as spreadsheets, and reading them back changes nothing, or makes an equal business."""

import csv
import io
import os
import random
import stat
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from db import models
from importing.cells import escaped, unescaped
from importing.report import ImportRefused
from importing.spreadsheets.export import export_spreadsheets
from importing.spreadsheets.further import FURTHER, NOT_EXPORTED, OF_SHEETS
from importing.spreadsheets.sheets import FILES
from tests.importing.offices import NOW, TODAY, Office, new_office
from tests.importing.sheets import Files, Row, swim_school

SIZE = 10 if os.environ.get("ROLLBOOK_TEST_SIZE") == "full" else 2


async def exported(office: Office, name: str = "out") -> Path:
    path = office.folder / name
    await export_spreadsheets(office.url, str(office.organization_id), path)
    return path


def contents(folder: Path) -> dict[str, list[str]]:
    """The lines of the files that an import reads."""
    return {file: sorted((folder / f"{file}.csv").read_text(encoding="utf-8").splitlines()) for file in FILES}


async def test_R15_2_what_was_loaded_is_written_and_read_back_without_a_change(
    office: Office, process_database: Any, tmp_path: Path
) -> None:
    await office.load(swim_school())
    folder = await exported(office)
    rows = list(csv.DictReader(io.StringIO((folder / "enrollments.csv").read_text(encoding="utf-8"))))
    assert {(row["student"], row["class"], row["type"]) for row in rows} == {
        ("ann", "swim-1", "ACTIVE"),
        ("ben", "swim-1", "WAITLIST"),
        ("cid", "swim-1", "ACTIVE"),
        ("cid", "camp", "ACTIVE"),
    }
    report = await office.load(folder)
    assert (report.changes, report.problems) == (0, [])
    async with new_office(process_database.url, tmp_path) as other:
        report = await other.load(folder)
        assert (report.is_kept, [p.reason for p in report.problems]) == (True, [])
        assert contents(await exported(other, "again")) == contents(folder)


@pytest.mark.parametrize(("currency", "expected"), [("USD", "1200.00"), ("JPY", "1200"), ("KWD", "1200.000")])
async def test_R15_2_balances_have_the_decimals_of_their_currency(office: Office, currency: str, expected: str) -> None:
    await office.act("UPDATE organization SET currency = $2 WHERE organization_id = $1", currency)
    await office.load({"families": [{"id": "f1", "name": "Baker", "balance": "1200"}]})
    folder = await exported(office)
    rows = csv.DictReader((folder / "families.csv").read_text(encoding="utf-8").splitlines())
    assert [row["balance"] for row in rows] == [expected]
    assert (await office.load(folder)).changes == 0


async def test_R15_2_the_sources_own_files_still_fit_after_an_export(office: Office) -> None:
    await office.load(swim_school())
    await office.load(await exported(office))
    assert (await office.load(swim_school())).changes == 0


def _random_school(dice: random.Random) -> Files:
    words = [
        "=1+1",
        "+cmd",
        "-2",
        "@x",
        "'tis",
        "''",
        "NULL",
        "null",
        "Ann",
        'Zoë, "Z"',
        "two\nlines",
        "-15.00",
        "#N/A",
    ]

    def word(of: str) -> str:
        return f"{dice.choice(words)} {of}" if dice.random() < 0.5 else dice.choice([*words, of]) + of * (of == "")

    def rows(count: int, make: Any) -> list[Row]:
        return [make(n) for n in range(count)]

    def maybe(value: str) -> str:
        return value if dice.random() < 0.6 else ""

    first = TODAY - timedelta(days=90)
    files: Files = {
        "locations": rows(
            2, lambda n: {"id": f"l{n}", "name": escaped(f"{dice.choice(words)} {n}"), "time_zone": "UTC"}
        ),
        "closures": rows(
            4, lambda n: {"calendar": f"c{n % 2}", "starts_on": str(first + timedelta(days=9 * n)), "label": maybe("x")}
        ),
        "programs": rows(3, lambda n: {"id": f"p{n}", "name": f"P{n}", "calendar": maybe("c0")}),
        "sessions": rows(
            3,
            lambda n: {
                "id": f"t{n}",
                "name": f"T{n}",
                "starts_on": str(first + timedelta(days=30 * n)),
                "ends_on": maybe(str(first + timedelta(days=200))),
            },
        ),
        "staff": rows(
            4,
            lambda n: {
                "id": f"s{n}",
                "first_name": escaped(word("S")),
                "last_name": f"L{n}",
                "email": maybe(f"s{n}@example.com"),
                "permissions": maybe("SEE_REPORTS,SEE_BALANCES"),
                "active": dice.choice(["true", "false", ""]),
            },
        ),
        "classes": rows(
            6,
            lambda n: {
                "id": f"k{n}",
                "name": f"K{n}",
                "kind": "CLASS" if n < 4 else "CAMP",
                "location": f"l{n % 2}",
                "program": maybe(f"p{n % 3}"),
                "sessions": ",".join(dice.sample(["t0", "t1", "t2"], dice.randrange(3))),
                "instructors": ",".join(dice.sample(["s0", "s1", "s2"], dice.randrange(3))),
                "capacity": maybe(str(n)),
                "gender": maybe("girls"),
                "max_age_months": maybe("90"),
                "starts_on": maybe(str(first)),
            },
        ),
        "families": rows(
            5,
            lambda n: {
                "id": f"f{n}",
                "name": escaped(word("F")),
                "phone": escaped(maybe("+1 512 555 0100")),
                "balance": maybe(f"{dice.randrange(-9999, 9999) / 100:.2f}"),
            },
        ),
    }
    files["timeslots"] = rows(
        6,
        lambda n: {
            "id": maybe(f"z{n}"),
            "class": f"k{n}",
            "weekday": str(n + 1) if n < 4 else "",
            "starts_on": str(TODAY - timedelta(days=n)) if n >= 4 else maybe(str(first)),
            "ends_on": str(TODAY + timedelta(days=n)) if n >= 4 else "",
            "start_time": "9:05",
            "minutes": "50",
            "room": escaped(maybe(dice.choice(words))),
        },
    )
    files["guardians"] = rows(
        5,
        lambda n: {
            "id": f"g{n}",
            "family": f"f{n}",
            "first_name": escaped(word("G")),
            "last_name": "x",
            "phones": escaped(maybe("+1 512 555 0102,+1 512 555 0101")),
        },
    )
    files["students"] = rows(
        9,
        lambda n: {
            "id": f"n{n}",
            "family": f"f{n % 5}",
            "first_name": escaped(word("N")),
            "last_name": escaped(word("M")),
            "birth_on": maybe("2018-01-31"),
            "medical_alert": escaped(maybe(dice.choice(words))),
            "roll_sheet_comment": escaped(maybe(dice.choice(words))),
        },
    )
    files["enrollments"] = [_enrollment(dice, n, first) for n in range(20)]
    return files


def _enrollment(dice: random.Random, n: int, first: date) -> Row:
    kind = dice.choice(["ACTIVE", "TRIAL", "SINGLE_DAY", "WAITLIST"])
    starts_on = first + timedelta(days=dice.randrange(150))
    ends_on = str(starts_on + timedelta(days=dice.randrange(60))) if dice.random() < 0.5 else ""
    return {
        "id": f"e{n}",
        "student": f"n{n % 9}",
        "class": f"k{n % 6}",
        "type": kind,
        "starts_on": str(starts_on),
        "ends_on": "" if kind == "SINGLE_DAY" else ends_on,
        "end_cause": dice.choice(["TRANSFERRED", "DROPPED", ""]) if ends_on and kind == "ACTIVE" else "",
    }


@pytest.mark.parametrize("seed", range(SIZE))
async def test_R15_2_random_businesses_survive_the_round_trip(
    office: Office, process_database: Any, tmp_path: Path, seed: int
) -> None:
    files = _random_school(random.Random(seed))
    report = await office.load(files)
    assert (report.is_kept, report.problems) == (True, [])
    folder = await exported(office)
    for again in (folder, files):
        report = await office.load(again)
        assert (report.changes, report.problems) == (0, [])
    async with new_office(process_database.url, tmp_path) as other:
        assert (await other.load(folder)).is_kept
        assert contents(await exported(other, "again")) == contents(folder)
        assert await _facts(other) == await _facts(office)


async def _facts(office: Office) -> list[list[tuple[Any, ...]]]:
    """What the two businesses have in common apart from their ids, read from the tables."""
    statements = (
        "SELECT s.first_name, s.last_name, s.birth_on, s.medical_alert, s.roll_sheet_comment, s.sort_key, f.name,"
        " f.balance, f.phone FROM student s"
        " JOIN family f ON f.organization_id = s.organization_id AND f.id = s.family_id WHERE s.organization_id = $1",
        "SELECT o.name, o.kind, o.capacity, o.gender, o.starts_on, l.name, p.name, t.weekday, t.starts_on, t.ends_on,"
        " t.room FROM offering o JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id"
        " JOIN timeslot t ON t.organization_id = o.organization_id AND t.offering_id = o.id"
        " LEFT JOIN program p ON p.organization_id = o.organization_id AND p.id = o.program_id"
        " WHERE o.organization_id = $1",
        "SELECT e.type, e.starts_on, e.drop_on, e.end_cause, e.created_at, s.last_name, o.name FROM enrollment e"
        " JOIN student s ON s.organization_id = e.organization_id AND s.id = e.student_id"
        " JOIN offering o ON o.organization_id = e.organization_id AND o.id = e.offering_id"
        " WHERE e.organization_id = $1 AND e.deleted_at IS NULL",
        "SELECT p.first_name, p.kind, p.email, p.permissions, p.ended_at IS NULL, g.number FROM person p"
        " LEFT JOIN guardian_phone g ON g.organization_id = p.organization_id AND g.person_id = p.id"
        " WHERE p.organization_id = $1",
        "SELECT b.starts_on, b.ends_on, b.scope, b.label, c.name FROM blackout_date b JOIN blackout_schedule c"
        " ON c.organization_id = b.organization_id AND c.id = b.blackout_schedule_id WHERE b.organization_id = $1",
    )
    return [sorted(await office.rows(sql), key=repr) for sql in statements]


async def test_R15_2_a_zip_has_everything_and_others_cannot_read_it(office: Office) -> None:
    await office.load(swim_school())
    await office.act("UPDATE person SET password_hash = 'secret-hash' WHERE organization_id = $1")
    path = office.folder / "all.zip"
    await export_spreadsheets(office.url, str(office.organization_id), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        assert all(b"secret-hash" not in archive.read(name) for name in names)
    assert {f"{file}.csv" for file in FILES} <= names
    assert {"README.md", "further/mark.csv", "further/makeup_token_entry.csv", "further/student_note.csv"} <= names
    assert (await office.load(path)).changes == 0
    with pytest.raises(ImportRefused, match=r"all\.zip exists already"):
        await export_spreadsheets(office.url, str(office.organization_id), path)


async def test_R15_2_an_export_that_ends_in_the_middle_leaves_nothing(office: Office) -> None:
    class Killed(Exception):
        pass

    def end(what: str, _: int, __: int) -> None:
        if what == "writing students":
            raise Killed

    for name in ("out", "out.zip"):
        with pytest.raises(Killed):
            await export_spreadsheets(office.url, str(office.organization_id), office.folder / name, progress=end)
    assert list(office.folder.iterdir()) == []


async def test_R15_2_what_the_office_made_is_written_with_its_ids(office: Office) -> None:
    await office.load(swim_school())
    await office.act(
        "INSERT INTO student (organization_id, id, family_id, first_name, last_name) SELECT organization_id,"
        " gen_random_uuid(), id, 'Dot', 'Cole' FROM family WHERE organization_id = $1 AND name = 'Cole'"
    )
    await office.act(
        "INSERT INTO enrollment (organization_id, id, student_id, offering_id, type, starts_on, drop_on)"
        " SELECT s.organization_id, gen_random_uuid(), s.id, o.id, 'ACTIVE', $2, $3 FROM student s JOIN offering o"
        " ON o.organization_id = s.organization_id WHERE s.organization_id = $1 AND s.first_name = 'Dot'",
        date(2026, 9, 1),
        date(2026, 10, 1),
    )
    folder = await exported(office)
    report = await office.load(folder, now=NOW + timedelta(days=1))
    assert (report.changes, report.problems) == (0, [])
    assert report.stored["students"].unchanged == 4
    assert report.stored["enrollments"].unchanged == 6


def test_R15_2_each_table_is_in_a_file_or_left_out_for_a_reason() -> None:
    files = {further.file for further in FURTHER}
    assert files | set(OF_SHEETS) | set(NOT_EXPORTED) == set(models.metadata.tables) - {"organization"} | {
        "organization"
    }
    assert not files & set(OF_SHEETS)
    assert not files & set(NOT_EXPORTED)


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-x", "@a", "\tx", "'=1", "''", "'", "NULL", "'NULL", "-15.00", "Ann", "'tis"]
)
def test_R15_2_cells_that_look_like_formulas_are_exact(text: str) -> None:
    cell = escaped(text)
    assert unescaped(cell) == text
    assert cell[:1] not in {"=", "+", "@", "\t"}
    assert not cell.startswith("-") or cell == "-15.00"


def test_R13_11_a_cell_that_people_wrote_keeps_its_apostrophe() -> None:
    assert unescaped("'tis") == "'tis"
