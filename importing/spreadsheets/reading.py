"""Reads the files of a folder or a zip file into rows, each with the key by which it is recognized again."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from importing.archives import csv_files, folder_texts, opened_zip, text_of
from importing.csv_rows import Record, read_rows
from importing.report import ImportRefused, Progress, Report
from importing.spreadsheets.fields import Sheet
from importing.spreadsheets.sheets import BY_FILE, CALENDARS, CLOSURES, FILES, ONE_DAY
from importing.spreadsheets.values import text_of as cell_of


@dataclass
class Line:
    """A row of a file: its key, and its cells by field; fields without a column in the file are left out."""

    number: int
    key: str
    cells: dict[str, Any]


@dataclass
class Lines:
    """The valid rows of a file by key, and the line numbers of the invalid ones. `is_there`: whether the source has the
    file.
    """

    is_there: bool = False
    by_key: dict[str, Line] = field(default_factory=dict)
    bad: dict[str, int] = field(default_factory=dict)


Source = dict[str, Lines]


def read_source(path: Path, report: Report, progress: Progress) -> Source:
    """Read the files of the folder or zip file by the names of their sheets. Bad rows are reported.

    Raises ImportRefused when it contains none of the files.
    """
    texts = _texts(path)
    if not texts:
        known = ", ".join(f"{file}.csv" for file in FILES)
        raise ImportRefused(f"{path.name} contains none of the files that are read: {known}.")
    source: Source = {file: Lines() for file in BY_FILE}
    for file, sheet in FILES.items():
        if file in texts:
            _read(source, sheet, texts[file], report, progress)
    return source


def _texts(path: Path) -> dict[str, str]:
    names = {file: file for file in FILES}
    if path.is_dir():
        return folder_texts(path, names)
    with opened_zip(path) as archive:
        return {name: text_of(archive, entry) for name, entry in csv_files(archive, names).items()}


def _read(source: Source, sheet: Sheet, text: str, report: Report, progress: Progress) -> None:
    total = text.count("\n")
    rows = read_rows(
        sheet.specification,
        "bulk",
        text,
        report,
        lambda done: progress(f"reading {sheet.file}.csv", done, max(done, total)),
    )
    lines = source[sheet.file]
    lines.is_there, lines.bad = True, rows.bad
    for record in rows.records:
        if sheet is CLOSURES:
            _add_calendar(source[CALENDARS.file], record)
            if record["starts_on"] is None:
                continue
            record.cells["ends_on"] = record["ends_on"] or record["starts_on"]
        # A row without an id is recognized by its references, which are resolved later (`keyed`).
        key = record.id or f"/{record.line}"
        lines.by_key[key] = Line(record.line, key, _fields(sheet, record))


def _add_calendar(calendars: Lines, record: Record) -> None:
    calendars.is_there = True
    key = record["calendar"]
    name = record["calendar_name"]
    line = calendars.by_key.setdefault(key, Line(record.line, key, {"name": name or key}))
    if name is not None:
        line.cells["name"] = name


def _fields(sheet: Sheet, record: Record) -> dict[str, Any]:
    return {one.name: record[one.name] for one in sheet.fields if one.name in record.cells}


def keyed(sheet: Sheet, lines: Lines, report: Report) -> None:
    """Give each row without an id the key by which it is recognized again. Its references must be ids already. Rows
    that would have the same key are reported and left out.
    """
    by_key: dict[str, Line] = {}
    for line in lines.by_key.values():
        if line.key.startswith("/") and sheet.id_is_optional:
            line.key = _made_key(sheet, line.cells)
        if (first := by_key.setdefault(line.key, line)) is not line:
            reason = f"has the same {', '.join(sheet.made_of)} as line {first.number}; give both rows an id"
            report.error(f"{sheet.file}.csv", line.number, "id", "", reason)
    lines.by_key = by_key


def _made_key(sheet: Sheet, cells: dict[str, Any]) -> str:
    """Return the key of a row without an id. A slash begins it, so that it equals no id that people write."""
    parts = [cell_of(cells.get(name) or sheet.named(name).empty) for name in sheet.made_of]
    if cells.get("type") in ONE_DAY:
        parts.append(cell_of(cells.get("starts_on")))
    return "/" + "/".join(parts)
