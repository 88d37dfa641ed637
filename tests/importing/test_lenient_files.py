"""An importer is strict about what it uses and deaf to what it does not (R13.11): files as exporters, spreadsheets and
people leave them load, and a refusal gives the true cause and the cure once.
"""

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from commands.import_report import tell
from importing.report import ImportRefused
from tests.importing.bundles import (
    Files,
    csv_text,
    delta,
    manifest,
    places,
    row_of,
    school_1_1,
    school_1_2,
    write_bundle,
)

pytestmark = pytest.mark.emptied_database

Change = Callable[[dict[str, Any]], object]
COUNTS = "SELECT (SELECT count(*) FROM student), (SELECT count(*) FROM enrollment), (SELECT count(*) FROM offering)"


def lines(files: Mapping[str, Any], name: str, change: Callable[[int, str], str]) -> str:
    """The file's text with each line changed; line 0 is the header."""
    return "\r\n".join(change(number, line) for number, line in enumerate(csv_text(files[name]).splitlines())) + "\r\n"


def cells(name: str, column: str, value: str | Callable[[str], str]) -> Change:
    """Set or change a column's cells in each row of the file."""

    def change(files: dict[str, Any]) -> None:
        for row in files[name]:
            row[column] = value if isinstance(value, str) else value(row.get(column, ""))

    return change


def text(name: str, change: Callable[[int, str], str]) -> Change:
    return lambda files: files.update({name: lines(files, name, change)})


def without(name: str, *columns: str) -> Change:
    def change(files: dict[str, Any]) -> None:
        for row in files[name]:
            for column in columns:
                row.pop(column, None)

    return change


def every_file(change: Callable[[str], str | bytes]) -> Change:
    return lambda files: files.update({name: change(csv_text(rows)) for name, rows in files.items()})


def quoted(text_: str) -> str:
    """Quote each cell of a text without commas in its cells."""
    return "\r\n".join(",".join(f'"{cell}"' for cell in row.split(",")) for row in text_.splitlines())


def upper(text_: str) -> str:
    return text_.upper()


LOAD: dict[str, Change] = {
    "empty trailing cells": text("enrollments", lambda n, line: line + ",,," if n else line),
    "blank trailing cells": text("users", lambda n, line: line + ", ,\t" if n else line),
    "a header with nameless columns": text("orgs", lambda n, line: line + ",," if n == 0 else line + ",x,y"),
    "missing trailing empty cells": text("enrollments", lambda n, line: line.rstrip(",")),
    "lines of commas": text("courses", lambda n, line: line + "\r\n,,\r\n , "),
    "booleans of a spreadsheet": cells("users", "enabledUser", "TRUE"),
    "booleans of Python": cells("users", "enabledUser", "True"),
    "keywords in capitals": cells("users", "role", upper),
    "keywords in other case": cells("enrollments", "role", str.title),
    "types in other case": cells("orgs", "type", str.title),
    "sex in capitals": cells("demographics", "sex", upper),
    "status in capitals": cells("users", "status", "Active"),
    "a stamp of another country": cells("users", "dateLastModified", "11/1/2026 10:11:12 AM"),
    "a stamp that is none": cells("classes", "dateLastModified", "yesterday"),
    "no schoolYear": without("academicSessions", "schoolYear"),
    "a schoolYear that is none": cells("academicSessions", "schoolYear", "next"),
    "a session of a type of their own": cells("academicSessions", "type", "Trimester"),
    "a class of a type of their own": cells("classes", "classType", "online"),
    "no username": without("users", "username", "orgSourcedIds"),
    "a username without end": cells("users", "username", "x" * 200_000),
    "a parent that is not there": cells("orgs", "parentSourcedId", "nowhere"),
    "primary in other words": cells("enrollments", "primary", "yes"),
    "no school of enrollments": without("enrollments", "schoolSourcedId"),
    "metadata and a column twice": text("users", lambda n, line: line + (",1,2" if n else ",metadata.x,metadata.x")),
    "a header in lower case": text("users", lambda n, line: line.lower() if n == 0 else line),
    "dates as instants": cells("academicSessions", "startDate", lambda day: f"{day}T00:00:00.000Z"),
    "dates without zeros": cells("demographics", "birthDate", "2015-2-28"),
    "dates with slashes, the year first": cells("demographics", "birthDate", "2015/02/28"),
    "booleans as numbers": cells("users", "enabledUser", "1"),
    "a final Ctrl-Z": every_file(lambda text_: text_ + "\x1a"),
    "a final Ctrl-Z in a line of its own": every_file(lambda text_: text_ + "\x1a\r\n"),
    "byte order marks": every_file(lambda text_: b"\xef\xbb\xbf" + text_.encode()),
    "two byte order marks": every_file(lambda text_: b"\xef\xbb\xbf" * 2 + text_.encode()),
    "old line ends": every_file(lambda text_: text_.replace("\r\n", "\r")),
    "every cell in quotes": every_file(quoted),
    "a line for Excel": text("orgs", lambda n, line: f"sep=,\r\n{line}" if n == 0 else line),
    "no demographics": lambda files: files.pop("demographics"),
    "classes without a course": cells("classes", "courseSourcedId", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", LOAD)
async def test_R13_11_a_file_with_harmless_differences_loads(load: Any, stored: Any, case: str) -> None:
    files: dict[str, Any] = school_1_1()
    files["classes"][0]["termSourcedIds"] = "t1" if "quotes" in case else files["classes"][0]["termSourcedIds"]
    LOAD[case](files)
    report = await load(files)

    assert ([place[:3] for place in places(report)], report.is_kept) == ([], True)
    assert await stored(COUNTS) == [(3, 2, 2)]
    assert (await load(files)).changes == 0


async def test_R13_11_roles_of_1_2_may_have_capitals_and_unused_columns_of_any_content(load: Any, stored: Any) -> None:
    files = school_1_2()
    for row in files["roles"]:
        row.update(role=row["role"].upper(), roleType="tertiary", orgSourcedId="nowhere", beginDate="soon")
    files["userProfiles"][0].clear()
    report = await load(files, version="1.2")

    assert (places(report), report.is_kept) == ([], True)
    assert await stored(COUNTS) == [(3, 2, 2)]


def zipped(folder: Path, files: Files, name: Callable[[str], str], **extra: str | bytes) -> Path:
    """A bundle whose entries are called as `name` says, and with more entries."""
    path = folder / "named.zip"
    texts: dict[str, str | bytes] = {"manifest.csv": manifest("1.1", dict.fromkeys(files, "bulk"))}
    texts |= {f"{file}.csv": csv_text(rows) for file, rows in files.items()}
    with zipfile.ZipFile(path, "w") as archive:
        for entry, content in {**{name(entry): content for entry, content in texts.items()}, **extra}.items():
            info = zipfile.ZipInfo("x")
            info.filename = entry
            archive.writestr(info, content)
    return path


NAMES: dict[str, Callable[[str], str]] = {
    "backslashes": lambda name: f"roster\\{name}",
    "folders in folders": lambda name: f"export/2026/{name}",
    "a folder of this folder": lambda name: f"./{name}",
    "capitals": str.upper,
    "small letters": str.lower,
}


@pytest.mark.parametrize("case", NAMES)
async def test_R13_11_names_in_the_zip_may_have_either_slash_and_any_case(
    load: Any, stored: Any, tmp_path: Path, case: str
) -> None:
    extra: dict[str, str | bytes] = {
        "__MACOSX/roster/._users.csv": b"\x00\x05",
        "roster/.DS_Store": b"\x00",
        "roster/lineItems.csv": b"\xff\xff not UTF-8",
        "other/lineItems.csv": "a file that is not read may be there twice",
        "read me.txt": "x",
    }
    report = await load(zipped(tmp_path, school_1_1(), NAMES[case], **extra))

    assert (places(report), report.is_kept) == ([], True)
    assert await stored(COUNTS) == [(3, 2, 2)]


MANIFESTS = {
    "values in capitals": lambda text_: text_.replace("bulk", "Bulk"),
    "names in other case": lambda text_: text_.replace("file.academicSessions", "file.academicsessions"),
    "names of files": lambda text_: text_.replace("file.users", "file.users.csv"),
    "trailing commas": lambda text_: text_.replace("\r\n", ",,\r\n"),
    "no row for a file": lambda text_: text_.replace("file.courses,bulk\r\n", ""),
    "an empty value": lambda text_: text_.replace("file.courses,bulk", "file.courses,"),
    "what is not read": lambda text_: text_ + "\r\nfile.lineItems,some\r\nfile.results,bulk\r\nfile.userProfiles,",
    "a full version": lambda text_: text_.replace("version,1.1", "version,v1.1.0"),
    "a mark and Ctrl-Z": lambda text_: "\ufeff" + text_ + "\r\n\x1a",
}


@pytest.mark.parametrize("case", MANIFESTS)
async def test_R13_11_a_manifest_with_harmless_differences_loads(
    load: Any, stored: Any, tmp_path: Path, case: str
) -> None:
    path = write_bundle(tmp_path, school_1_1())
    with zipfile.ZipFile(path) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text_ in texts.items():
            archive.writestr(name, MANIFESTS[case](text_) if name == "manifest.csv" else text_)
    path.write_bytes(content.getvalue())
    report = await load(path)

    assert (places(report), report.is_kept) == ([], True)
    assert await stored(COUNTS) == [(3, 2, 2)]


async def test_R13_11_the_word_null_in_an_optional_cell_is_read_as_empty_and_named(load: Any, stored: Any) -> None:
    files = school_1_1()
    for row in files["enrollments"]:
        row.update(endDate="NULL", beginDate="Null")
    row_of(files, "users", "cid").update(agentSourcedIds="null", phone="NULL", familyName="Null")
    report = await load(files)

    assert ({p.column for p in report.problems}, len(report.problems), report.is_kept) == (
        {"endDate", "beginDate", "agentSourcedIds", "phone"},
        8,
        True,
    )
    assert {p.reason for p in report.problems} == {"stands for no value; read as an empty cell"}
    assert await stored("SELECT last_name FROM student WHERE source_id = 'cid'") == [("Null",)]


async def test_R13_11_a_row_that_is_there_twice_is_read_once(load: Any, stored: Any) -> None:
    files = school_1_1()
    again = row_of(files, "enrollments", "e1") | {"dateLastModified": "", "primary": "true"}
    files["enrollments"].append(again)
    report = await load(files)

    assert [(p.severity, p.line, p.reason) for p in report.problems] == [("warning", 5, "is the row of line 2 again")]
    assert await stored(COUNTS) == [(3, 2, 2)]


async def test_R13_11_classes_load_without_the_file_of_their_courses(load: Any, stored: Any) -> None:
    files = school_1_1()
    del files["courses"]
    report = await load(files, modes={"courses": "absent"})

    assert [(p.severity, p.column) for p in report.problems] == [("warning", "courseSourcedId")] * 2
    assert await stored("SELECT name, program_id FROM offering ORDER BY name") == [("Swim A", None), ("Swim B", None)]


async def test_R13_11_inactive_is_what_1_0_called_tobedeleted(load: Any, stored: Any) -> None:
    await load(school_1_1())
    files = {"users": delta([row_of(school_1_1(), "users", "cid")], "Inactive")}
    report = await load(files, mode="delta", organization="Riverside District")

    assert (places(report), report.is_kept) == ([], True)
    assert await stored("SELECT source_id FROM student WHERE deleted_at IS NOT NULL") == [("cid",)]


REFUSED: dict[str, tuple[Change, tuple[str, int, str, str]]] = {
    "semicolons": (
        text("users", lambda n, line: line.replace(",", ";")),
        ("users.csv", 1, "", "has semicolons between its cells; save it with commas"),
    ),
    "tabs": (
        text("users", lambda n, line: line.replace(",", "\t")),
        ("users.csv", 1, "", "has tabs between its cells; save it with commas"),
    ),
    "no header": (
        text("courses", lambda n, line: line if n else ""),
        ("courses.csv", 1, "", "has no header: the first line must name its columns, such as sourcedId, status, "
         "dateLastModified, title"),
    ),
    "a comma without quotes": (
        text("courses", lambda n, line: line.replace("Swim", "Swim, deep")),
        ("courses.csv", 2, "", "has 4 cells, but the header has 3; put a cell that contains a comma in quotes"),
    ),
    "a needed cell is cut off": (
        text("courses", lambda n, line: line if n == 0 else "c1"),
        ("courses.csv", 2, "", "has 1 cells, but the header has 3"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
async def test_R13_11_a_refusal_gives_the_true_cause(load_in_vain: Any, case: str) -> None:
    files: dict[str, Any] = school_1_1()
    change, expected = REFUSED[case]
    change(files)
    report = await load_in_vain(files)

    first = places(report)[0]
    assert (first[0], first[1], first[2], first[4]) == expected
    assert not report.is_kept


async def test_R13_11_a_file_whose_kind_the_manifest_leaves_open_is_refused(load_in_vain: Any, tmp_path: Path) -> None:
    files = school_1_1()
    path = write_bundle(tmp_path, files, modes={"users": "delta", "courses": ""})
    with pytest.raises(ImportRefused, match=r"does not say whether courses\.csv is bulk or delta\. Add the row"):
        await load_in_vain(path)


async def test_R13_11_a_cause_is_told_once_and_not_once_a_row(load: Any, capsys: pytest.CaptureFixture[str]) -> None:
    files = school_1_1()
    for row in files["users"]:
        row["enabledUser"] = "maybe"
    tell(await load(files))

    told = [line for line in capsys.readouterr().out.splitlines() if "error" in line or "depends" in line]
    assert told == [
        "enrollments.csv:2 userSourcedId: depends on a bad row: refers to the bad row on line 2 of users.csv ('ann')"
        "; the same in 2 more rows",
        "users.csv:2 enabledUser: error: is neither true nor false ('maybe'); the same in 5 more rows",
    ]
