"""Reads a file's rows, checks each cell, and reports every fault with its line and column."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from attendance.rules.people.names import shows_something
from importing.cells import is_no_value, reader_of, unescaped
from importing.columns import DELETED, Column, FileSpecification
from importing.report import Report

EVERY = 5000  # rows between two progress reports
csv.field_size_limit(2**31 - 1)  # the size of a file is limited; a cell that nobody reads can be as long


@dataclass(slots=True)
class Record:
    """A sound row: the line on which it starts, its id ("" if it has none), and its cells by column name.

    An empty cell is None, or () in a list column. A row with `to_delete` is only certain to have its sourcedId.
    """

    line: int
    id: str
    cells: dict[str, Any]
    to_delete: bool = False

    def __getitem__(self, column: str) -> Any:
        return self.cells.get(column)


@dataclass
class Rows:
    """A file's rows. `bad` maps the sourcedIds of rows that were left out to their lines.

    `is_whole` -- every row's sourcedId could be read, so it is certain what a bulk file does not contain.
    """

    file: str
    mode: str
    records: list[Record] = field(default_factory=list)
    by_id: dict[str, Record] = field(default_factory=dict)
    bad: dict[str, int] = field(default_factory=dict)
    is_whole: bool = True

    @property
    def live(self) -> Iterator[Record]:
        return (record for record in self.records if not record.to_delete)

    @property
    def deleted(self) -> Iterator[Record]:
        return (record for record in self.records if record.to_delete)

    def leave_out(self, lines: set[int]) -> None:
        """Remove the rows that start on these lines."""
        for record in self.records:
            if record.line in lines and record.id:
                self.bad[record.id] = record.line
                del self.by_id[record.id]
        self.records = [record for record in self.records if record.line not in lines]


class _Reader:
    """The readers of one file's columns, by their position in its header."""

    def __init__(self, specification: FileSpecification, mode: str, header: list[str], report: Report) -> None:
        self.file = specification.file_name
        self.report = report
        self.width = len(header)
        self.id_name = specification.id_column
        self.is_escaped = specification.is_escaped
        self.id_at = header.index(self.id_name.lower()) if self.id_name.lower() in header else None
        has_status = specification.has_id and specification.has_status and "status" in header
        self.status_at = header.index("status") if has_status else None
        must = {"status", "dateLastModified"} if mode == "delta" else set()
        self.columns: list[tuple[int, Column, bool, Callable[[str], Any], Any]] = [
            (
                header.index(column.name.lower()),
                column,
                column.required or column.name in must,
                reader_of(column),
                () if column.content == "list" else None,
            )
            for column in specification.columns
            if column.name.lower() in header
        ]
        self.last_needed = max((at for at, _, required, _, _ in self.columns if required), default=-1)

    def fit(self, row: list[str]) -> str:
        """Make the row as wide as the header by cutting off or adding empty cells at its end. Return why that is not
        possible, or an empty text.
        """
        width = len(row)
        while len(row) > self.width and not row[-1].strip():
            row.pop()
        if len(row) > self.width:
            return f"has {width} cells, but the header has {self.width}; put a cell that contains a comma in quotes"
        row.extend([""] * (self.width - width))
        last = self.id_at if self.id_at is not None and self._is_deleted(row) else self.last_needed
        return f"has {width} cells, but the header has {self.width}" if width <= last else ""

    def _is_deleted(self, row: list[str]) -> bool:
        return self.status_at is not None and row[self.status_at].strip().lower() in DELETED

    def read(self, line: int, row: list[str]) -> Record | None:
        """Return the record, or None after all faults of the row have been reported."""
        to_delete = self._is_deleted(row)
        cells: dict[str, Any] = {}
        is_sound = True
        for at, column, required, read, empty in self.columns:
            text = row[at].strip()
            if not shows_something(text):
                text = ""
            if not required and text and is_no_value(column, text):
                self.report.warn(self.file, line, column.name, text, "stands for no value; read as an empty cell")
                text = ""
            try:
                if self.is_escaped:
                    text = unescaped(text)
                if text:
                    cells[column.name] = read(text)
                elif required and (not to_delete or column.name == self.id_name):
                    raise ValueError("is required")
                else:
                    cells[column.name] = empty
            except ValueError as fault:
                if to_delete and column.name != self.id_name:
                    continue
                is_sound = False
                self.report.error(self.file, line, column.name, text, str(fault))
        if not is_sound:
            return None
        return Record(line, (cells[self.id_name] or "") if self.id_at is not None else "", cells, to_delete)


def read_rows(
    specification: FileSpecification, mode: str, text: str, report: Report, progress: Callable[[int], None]
) -> Rows:
    """Read all rows of a file and report the bad ones.

    A header that lacks a column makes the whole report `is_broken`, because no row of the file can be trusted.
    """
    rows = Rows(specification.name, mode)
    count = report.rows(specification.file_name)
    reader: _Reader | None = None
    for line, row, fault in parsed(text):
        if reader is None:
            if row and row[0].lower().startswith("sep="):
                continue  # a line for Excel alone
            if not _is_sound_header(specification, mode, row, fault, report):
                return rows
            reader = _Reader(specification, mode, [name.strip().lower() for name in row], report)
            continue
        count.read += 1
        if count.read % EVERY == 0:
            progress(count.read)
        if reason := fault or reader.fit(row):
            report.error(specification.file_name, line, "", ",".join(row).rstrip(","), reason)
            rows.is_whole = False
            continue
        _keep(rows, reader, line, row)
    if reader is None:
        report.error(specification.file_name, 1, "", "", "is empty; it needs at least a header")
        report.is_broken = True
    progress(count.read)
    return rows


def _keep(rows: Rows, reader: _Reader, line: int, row: list[str]) -> None:
    record = reader.read(line, row)
    if record is None:
        if reader.id_at is not None:
            rows.bad.setdefault(row[reader.id_at].strip(), line)
    elif record.id and record.id in rows.by_id:
        first = rows.by_id[record.id]
        if first.cells == record.cells:
            reader.report.warn(reader.file, line, reader.id_name, record.id, f"is the row of line {first.line} again")
            return
        reader.report.error(reader.file, line, reader.id_name, record.id, f"is the same as on line {first.line}")
    else:
        rows.records.append(record)
        if record.id:
            rows.by_id[record.id] = record


def parsed(text: str) -> Iterator[tuple[int, list[str], str]]:
    """Yield for each row the line on which it starts, its cells, and what is wrong with it. Empty lines are
    skipped.
    """
    parser = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = parser.line_num + 1
        try:
            row = next(parser)
        except StopIteration:
            return
        except csv.Error as fault:
            yield line, [], f"is not valid CSV: {fault}"
            continue
        if any(cell.strip() for cell in row):
            yield line, row, ""


def _is_sound_header(specification: FileSpecification, mode: str, row: list[str], fault: str, report: Report) -> bool:
    header = [name.strip().lower() for name in row]
    used = [column.name for column in specification.columns]
    needed = [column.name for column in specification.columns if column.required]
    if mode == "delta":
        needed += ["status", "dateLastModified"]
    if reason := fault or _no_header(header, used):
        faults = {"": reason}
    else:
        faults = {name: "is missing from the header" for name in needed if name.lower() not in header}
        faults |= {name: "occurs twice in the header" for name in used if header.count(name.lower()) > 1}
    for name, reason in faults.items():
        report.error(specification.file_name, 1, name, "", reason)
        report.is_broken = True
    return not faults


def _no_header(header: list[str], used: list[str]) -> str:
    """Return why the first line names no column, or an empty text."""
    if any(name.lower() in header for name in used):
        return ""
    no_header = f"has no header: the first line must name its columns, such as {', '.join(used[:4])}"
    return wrong_separator(header) or no_header


def wrong_separator(header: list[str]) -> str:
    """Return what is wrong with a header that other characters than commas divide, or an empty text."""
    for separator, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")):
        if len(header) == 1 and separator in header[0]:
            return f"has {name} between its cells; save it with commas"
    return ""
