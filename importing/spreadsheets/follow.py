"""Decides what becomes of each row when the file comes again: it follows the file where the office did not act (R13.9).

Three values decide about each field: what the file says, what it said when the import last followed it, and what there
is. Where the file is what it was, everything stays. Where it changed and the office did not, the file is followed.
Where both changed, the office's value stays, and a warning names the row at each import until the two agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from importing.report import Report
from importing.spreadsheets.known import LIVE, Known, KnownRow, Remembered, said_of, title
from importing.spreadsheets.reading import Line
from importing.spreadsheets.sheets import Sheet
from importing.spreadsheets.values import digest, same

_MADE = "_made."


@dataclass
class Outcome:
    """What a row is to be.

    before -- the row as it is; None: it is new
    after -- its fields as they will be
    said -- what is to be remembered of the line
    revives -- an import had ended the row, and the file has it again
    followed -- fields of a known row for which the file is followed
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
        """Whether anything is to be written."""
        return self.before is None or self.revives or bool(self.changed)

    @property
    def changed(self) -> set[str]:
        """The fields that get another value."""
        before: Mapping[str, Any] = self.before.values if self.before else {}
        return {name for name, value in self.after.items() if name in before and not same(value, before[name])}


def new_row(sheet: Sheet, id_: UUID, line: Line) -> Outcome:
    """Return the outcome of a line that the database has no row for."""
    after = {}
    for one in sheet.fields:
        cell = line.cells.get(one.name)
        after[one.name] = one.empty if cell is None else cell
    return Outcome(id_, line, None, after, said_of(line.cells), is_ours=True)


def known_row(
    sheet: Sheet, before: KnownRow, line: Line, remembered: Remembered | None, *, is_live: bool
) -> tuple[Outcome, list[str]]:
    """Return the outcome of a line about a known row, and the fields about which the office has the last word.

    is_live -- the row has not ended. One that the office ended stays so; the field is then called `LIVE`.
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
    """Return the fields of the line that are kept, with what empty cells stand for."""
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
    """Name the row and the field in a warning, once for each field that the office has the last word about."""
    name = title(known, sheet, outcome.before.values) if outcome.before else ""
    for each in held:
        if each == LIVE:
            reason = f"{name}: the file's row has changed, and this has ended here; it stays so"
            report.warn(f"{sheet.file}.csv", outcome.line.number, "id", outcome.line.key, reason)
            continue
        cell = outcome.line.cells.get(each)
        reason = f"{name}: the file has another {each} than the office, whose stays"
        report.warn(f"{sheet.file}.csv", outcome.line.number, each, "" if cell is None else str(cell), reason)
