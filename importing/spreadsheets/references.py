"""Finds the rows that cells refer to: by id, by a name that only one row has, or by Rollbook's own id (R13.8)."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from importing.report import Report
from importing.spreadsheets.fields import Sheet
from importing.spreadsheets.known import Known, title
from importing.spreadsheets.reading import Line, Lines, Source
from importing.spreadsheets.sheets import BY_FILE

_NAMED = 5  # the most rows that a reason names
_THINGS = {"staff": "member of staff", "classes": "class", "families": "family", "calendars": "closure calendar"}


class Unresolved(Exception):
    """The cell does not name exactly one valid row. `hangs`: it names a row that is invalid itself."""

    def __init__(self, reason: str, *, hangs: bool = False) -> None:
        super().__init__(reason)
        self.hangs = hangs


@dataclass
class Target:
    """What cells can name in one file."""

    by_key: dict[str, UUID] = field(default_factory=dict)
    by_name: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    bad: dict[str, int] = field(default_factory=dict)


class References:
    """Replaces the cells that name rows by ids, sheet after sheet."""

    def __init__(self, known: Known, source: Source, report: Report) -> None:
        self._known, self._source, self._report = known, source, report
        self._targets: dict[str, Target] = {}

    def id_of(self, sheet: Sheet, line: Line) -> UUID:
        """Return the id of the row of this line, whether it is known or new."""
        known, file = self._known, sheet.file
        if (remembered := known.remembered[file].get(line.key)) is not None:
            row = known.row(file, remembered.row_id)
            return row.id if row else remembered.row_id
        if (given := _uuid(line.key)) is not None and (row := known.row(file, given)) is not None:
            return row.id
        if (made := self._of_the_office(sheet, line)) is not None:
            return made
        return known.new_id(file, line.key)

    def _of_the_office(self, sheet: Sheet, line: Line) -> UUID | None:
        """Return the one row that the office made with the same value of the sheet's `matches`."""
        wanted = line.cells.get(sheet.matches)
        if not wanted:
            return None
        spoken = {one.row_id for one in self._known.remembered[sheet.file].values()}
        found = [
            row.id
            for row in self._known.rows[sheet.file].values()
            if row.id not in spoken and str(row.values[sheet.matches] or "").casefold() == wanted.casefold()
        ]
        return found[0] if len(found) == 1 else None

    def add(self, sheet: Sheet, ids: dict[str, UUID]) -> None:
        """Let cells of later sheets name the rows of this one. `ids` has those of its file, by key."""
        known, lines = self._known, self._source[sheet.file]
        target = self._targets[sheet.file] = Target(by_key=dict(ids), bad=lines.bad)
        here = set(ids.values())
        for key, id_ in ids.items():
            target.by_name[title(known, sheet, lines.by_key[key].cells).casefold()].add(id_)
        gone: set[UUID] = set()
        for key, remembered in known.remembered[sheet.file].items():
            if remembered.row_id not in here and lines.is_there and remembered.is_ours:
                gone.add(remembered.row_id)
            elif key not in target.by_key:
                target.by_key[key] = remembered.row_id
        for row in known.rows[sheet.file].values():
            if row.id in gone or row.is_erased:
                continue
            target.by_key.setdefault(str(row.id), row.id)
            if row.ended is None and row.id not in here:
                target.by_name[title(known, sheet, row.values).casefold()].add(row.id)

    def resolve(self, sheet: Sheet) -> None:
        """Replace the cells of the sheet's lines that refer to others by ids. Lines with a cell that cannot be resolved
        are reported and left out.
        """
        lines = self._source[sheet.file]
        for line in list(lines.by_key.values()):
            faults = [fault for one in sheet.fields if one.refers_to and (fault := self._resolve(one, line))]
            for name, value, unresolved in faults:
                self._report.error(
                    f"{sheet.file}.csv", line.number, name, value, str(unresolved), hangs=unresolved.hangs
                )
            if faults:
                _leave_out(lines, line)

    def _resolve(self, one: Any, line: Line) -> tuple[str, str, Unresolved] | None:
        cell = line.cells.get(one.name)
        for wanted in cell if isinstance(cell, tuple) else (cell,):
            try:
                found = None if wanted is None else self._find(one.refers_to, wanted)
            except Unresolved as unresolved:
                return one.name, str(wanted), unresolved
            if isinstance(cell, tuple):
                line.cells[one.name] = tuple(found if each == wanted else each for each in line.cells[one.name])
            elif wanted is not None:
                line.cells[one.name] = found
        return None

    def _find(self, file: str, wanted: str) -> UUID:
        target = self._targets[file]
        if wanted in target.by_key:
            return self._left(file, target.by_key[wanted])
        if wanted in target.bad:
            raise Unresolved(f"refers to the bad row on line {target.bad[wanted]} of {file}.csv", hangs=True)
        named = {self._left(file, each) for each in target.by_name.get(wanted.casefold(), ())}
        if len(named) == 1:
            return named.pop()
        if named:
            raise Unresolved(
                f"is the name of {len(named)} {BY_FILE[file].thing} ({self._keys(file, named)}); write the id"
            )
        thing = _THINGS.get(file, file.removesuffix("s"))
        where = f"in {file}.csv nor in Rollbook" if self._source[file].is_there else "in Rollbook"
        is_there = "is neither the id nor the name of a" if self._source[file].is_there else "is no id or name of a"
        raise Unresolved(f"{is_there} {thing} {where}")

    def _keys(self, file: str, ids: set[UUID]) -> str:
        """Return what a cell can write for each of the rows: its key in the file with its line, or Rollbook's id."""
        lines, found = self._source[file].by_key, []
        keys = {id_: key for key, id_ in reversed(self._targets[file].by_key.items()) if id_ in ids}
        for id_ in sorted(ids, key=lambda each: (keys[each] not in lines, keys[each])):
            line = lines.get(keys[id_])
            found.append(keys[id_] if line is None else f"{keys[id_]} on line {line.number}")
        return ", ".join(found[:_NAMED]) + (" ..." if len(found) > _NAMED else "")

    def _left(self, file: str, id_: UUID) -> UUID:
        row = self._known.row(file, id_)
        return row.id if row else id_


def _leave_out(lines: Lines, line: Line) -> None:
    del lines.by_key[line.key]
    lines.bad[line.key] = line.number


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None
