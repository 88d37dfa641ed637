"""Decides what an import does to each row: it applies the file where the office has not changed the value (R13.9).

Three values decide about each field: the cell, the cell that an import last applied, and the present value. When the
cell has not changed, the present value stays. When the cell has changed and the office has not changed the value, the
cell is applied. When both have changed, the office's value stays, and each import warns about the row until the two
agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from importing.report import Report
from importing.spreadsheets.fields import Sheet
from importing.spreadsheets.known import LIVE, Known, KnownRow, Remembered, said_of, title
from importing.spreadsheets.reading import Line
from importing.spreadsheets.values import digest, same

_MADE = "_made."


@dataclass
class Outcome:
    """What an import does to a row.

    before -- the present row, or None when it is new
    after -- the values of its fields after the import
    said -- what is remembered of the line for the next import
    revives -- whether an import had ended the row and the file has it again
    followed -- the fields of a known row to which the cell is applied
    """

    id: UUID
    line: Line
    before: KnownRow | None
    after: dict[str, Any]
    said: dict[str, str] = field(default_factory=dict)
    revives: bool = False
    is_ours: bool = False
    followed: set[str] = field(default_factory=set)

    @property
    def is_new(self) -> bool:
        return self.before is None

    @property
    def changes(self) -> bool:
        """Whether anything has to be written."""
        return self.before is None or self.revives or bool(self.changed)

    @property
    def changed(self) -> set[str]:
        """The fields whose value changes."""
        before: Mapping[str, Any] = self.before.values if self.before else {}
        return {name for name, value in self.after.items() if name in before and not same(value, before[name])}


def new_row(sheet: Sheet, id_: UUID, line: Line) -> Outcome:
    """Return the outcome of a line for which the database has no row."""
    after = {}
    for one in sheet.fields:
        cell = line.cells.get(one.name)
        after[one.name] = one.empty if cell is None else cell
    return Outcome(id_, line, None, after, said_of(line.cells), is_ours=True)


def known_row(
    sheet: Sheet, before: KnownRow, line: Line, remembered: Remembered | None, *, is_live: bool
) -> tuple[Outcome, list[str]]:
    """Return the outcome of a line about a known row, and the fields in which the office's value stays against the
    file.

    is_live -- the row has not ended. A row that the office ended stays ended; the returned field is then `LIVE`.
    """
    last = remembered.said if remembered else {}
    given = _given(sheet, line)
    outcome = Outcome(before.id, line, before, dict(before.values), is_ours=bool(remembered and remembered.is_ours))
    if not is_live and last.get(LIVE) != "0":
        outcome.said = last or {LIVE: "1"}
        is_old = all(digest(value) == last.get(name) for name, value in line.cells.items())
        is_agreed = all(same(value, before.values[name]) for name, value in given.items())
        return outcome, [] if is_old or is_agreed or remembered is None else [LIVE]
    if not is_live:
        outcome.after |= given
        outcome.said, outcome.revives = said_of(line.cells), True
        return outcome, []
    held = []
    outcome.said = {**last, LIVE: "1"}
    for name, new in given.items():
        now, cell = before.values[name], digest(line.cells[name])
        is_once = sheet.named(name).is_once
        if same(new, now) or (is_once and name != "kind"):
            outcome.said[name] = cell
            outcome.followed.add(name)
        elif cell == last.get(name):
            continue
        elif not is_once and (_is_empty(sheet, name, now) if name not in last else digest(now) == made_of(last, name)):
            outcome.after[name], outcome.said[name] = new, cell
            outcome.followed.add(name)
        else:
            held.append(name)
    return outcome, held


def _given(sheet: Sheet, line: Line) -> dict[str, Any]:
    """Return the fields of the line that the database holds, with the values that empty cells stand for."""
    kept = (one for one in sheet.fields if one.name in line.cells and one.is_kept)
    return {one.name: one.empty if line.cells[one.name] is None else line.cells[one.name] for one in kept}


def _is_empty(sheet: Sheet, name: str, value: Any) -> bool:
    return same(value, sheet.named(name).empty) and not sheet.named(name).required


def made_of(said: Mapping[str, str], name: str) -> str:
    """Return the digest of what the import made of the cell, which may differ: an empty start becomes a date."""
    return said.get(_MADE + name, said.get(name, digest(None)))


def remember_made(outcome: Outcome) -> None:
    """Add to what is remembered the values that the import gave the row in place of its cells."""
    written = outcome.after.keys() if outcome.is_new or outcome.revives else outcome.followed | outcome.changed
    for name in written & outcome.line.cells.keys():
        outcome.said.pop(_MADE + name, None)
        if not same(outcome.after[name], outcome.line.cells[name]):
            outcome.said[_MADE + name] = digest(outcome.after[name])


def tell_held(known: Known, sheet: Sheet, outcome: Outcome, held: list[str], report: Report) -> None:
    """Warn about the row once for each field in which the office's value stays against the file."""
    name = title(known, sheet, outcome.before.values) if outcome.before else ""
    for each in held:
        if each == LIVE:
            reason = f"{name}: the file's row has changed, and this has ended here; it stays so"
            report.warn(f"{sheet.file}.csv", outcome.line.number, "id", outcome.line.key, reason)
            continue
        cell = outcome.line.cells.get(each)
        reason = f"{name}: the file has another {each} than the office, whose stays"
        report.warn(f"{sheet.file}.csv", outcome.line.number, each, "" if cell is None else str(cell), reason)
