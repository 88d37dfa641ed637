"""Decides what an import changes in the database, sheet after sheet. Nothing is written here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from attendance.rules.vocabulary import Permission
from importing.report import Report
from importing.spreadsheets.checks import fault_of, line_faults
from importing.spreadsheets.fields import Sheet
from importing.spreadsheets.follow import Outcome, known_row, new_row, remember_made, tell_held
from importing.spreadsheets.known import LIVE, Known, KnownRow, title
from importing.spreadsheets.reading import Line, Source, keyed
from importing.spreadsheets.references import References
from importing.spreadsheets.sheets import CLASSES, ENROLLMENTS, STAFF, TIMESLOTS

Memory = tuple[str, str, UUID, dict[str, str], bool]  # file, key, row id, said, is_ours


@dataclass
class Plan:
    """What an import writes.

    changes_on -- by existing offering, the first date that a change can affect (R2.10)
    outcomes, gone -- by file
    memory -- what is remembered of the files' rows for the next import
    succeeded -- enrollments that stay in the past, because another one goes on from today
    """

    now: datetime
    known: Known
    source: Source
    report: Report
    changes_on: Mapping[UUID, date]
    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    gone: dict[str, list[UUID]] = field(default_factory=dict)
    memory: list[Memory] = field(default_factory=list)
    succeeded: list[UUID] = field(default_factory=list)
    _after: dict[str, dict[UUID, Mapping[str, Any]]] = field(default_factory=dict)

    def add(self, sheet: Sheet, outcome: Outcome) -> None:
        self.outcomes.setdefault(sheet.file, []).append(outcome)
        self._after.setdefault(sheet.file, {})[outcome.id] = outcome.after
        remember_made(outcome)
        self.remember(sheet, outcome.line.key, outcome.id, outcome.said, is_ours=outcome.is_ours)

    def remember(self, sheet: Sheet, key: str, row_id: UUID, said: dict[str, str], *, is_ours: bool) -> None:
        last = self.known.remembered[sheet.file].get(key)
        if last is None or (last.row_id, last.said) != (row_id, said):
            self.memory.append((sheet.file, key, row_id, said, is_ours))

    def planned(self, sheet: Sheet) -> list[Outcome]:
        return self.outcomes.get(sheet.file, [])

    def after(self, file: str, row_id: UUID) -> Mapping[str, Any]:
        """Return the values of the row after the import."""
        planned = self._after.get(file, {}).get(row_id)
        if planned is not None:
            return planned
        row = self.known.rows[file].get(row_id)
        return row.values if row else {}

    def today_of(self, offering_id: UUID) -> date:
        """Return the current date where the class is held."""
        location = self.after("locations", self.after("classes", offering_id)["location"])
        return self.now.astimezone(ZoneInfo(location["time_zone"])).date()

    def change_date(self, offering_id: UUID) -> date:
        """Return the first date that a change of the class can concern; for a new class the first of all dates."""
        known = self.changes_on.get(offering_id)
        return date.min if known is None else max(known, self.today_of(offering_id))

    def is_live(self, sheet: Sheet, row: KnownRow) -> bool:
        """Whether the row has not ended; a timeslot or an enrollment ends by its dates too."""
        if row.ended is not None:
            return False
        ends_on = row.values.get("ends_on")
        if sheet in (TIMESLOTS, ENROLLMENTS) and ends_on is not None:
            offering_id = row.values["class"]
            last = timedelta(days=1) if sheet is TIMESLOTS else timedelta(0)
            return bool(ends_on >= self.change_date(offering_id) - last) and bool(ends_on >= self.today_of(offering_id))
        return True

    def ids(self, file: str) -> set[UUID]:
        return set(self.gone.get(file, ()))


def plan_sheet(plan: Plan, sheet: Sheet, references: References) -> Iterator[tuple[Line, UUID]]:
    """Yield the sound lines of the sheet with the ids of their rows, and let later sheets refer to them.

    Lines about people whom the business has erased, or whom the office has merged into others, are skipped (R16.5,
    R13.6).
    """
    report = plan.report
    references.resolve(sheet)
    keyed(sheet, plan.source[sheet.file], report)
    ids: dict[str, UUID] = {}
    found: list[tuple[Line, UUID]] = []
    for line in list(plan.source[sheet.file].by_key.values()):
        faults = line_faults(sheet, line)
        for name, value, reason in faults:
            report.error(f"{sheet.file}.csv", line.number, name, value, reason)
        if faults:
            del plan.source[sheet.file].by_key[line.key]
            plan.source[sheet.file].bad[line.key] = line.number
            continue
        id_ = ids[line.key] = references.id_of(sheet, line)
        if _is_about_erased(plan, sheet, line, id_) or _is_merged(plan, sheet, line):
            report.rows(f"{sheet.file}.csv").unused += 1
        else:
            found.append((line, id_))
    references.add(sheet, ids)
    yield from found


def plan_plain(plan: Plan, sheet: Sheet, references: References) -> None:
    """Plan a sheet whose rows follow the file field by field."""
    taken: dict[UUID, Line] = {}
    for line, id_ in plan_sheet(plan, sheet, references):
        outcome = follow_line(plan, sheet, line, id_)
        if outcome is None:
            continue
        if (first := taken.setdefault(id_, line)) is not line:
            plan.report.error(f"{sheet.file}.csv", line.number, *_same_row(sheet, first, line))
        elif is_sound(plan, sheet, outcome):
            plan.add(sheet, outcome)
    plan_gone(plan, sheet)


def _same_row(sheet: Sheet, first: Line, line: Line) -> tuple[str, str, str]:
    """Return the column, the value and the reason why two lines are about one row: rows that the office made are found
    by a value such as the name.
    """
    value = str(line.cells.get(sheet.matches) or "") if sheet.matches else ""
    if value and value.casefold() == str(first.cells.get(sheet.matches) or "").casefold():
        where = f"the row on line {first.number} (id {first.key})"
        return sheet.matches, value, f"is also the {sheet.matches} of {where}; give each a {sheet.matches} of its own"
    return "id", line.key, f"is the same row as on line {first.number} (id {first.key})"


def follow_line(plan: Plan, sheet: Sheet, line: Line, id_: UUID) -> Outcome | None:
    """Return what the line does to its row, or None when the office has deleted the row."""
    known = plan.known
    remembered = known.remembered[sheet.file].get(line.key)
    before = known.row(sheet.file, id_)
    if before is None and remembered is not None and remembered.said.get(LIVE) != "0":
        return None
    if before is None:
        outcome = new_row(sheet, id_, line)
        if sheet is STAFF:
            _no_owners(plan, outcome)
        return outcome
    is_live = plan.is_live(sheet, before)
    # A person whose access the file itself ended is still a row of the file.
    if sheet.ends == "ended_at" and not is_live and remembered and remembered.said.get(LIVE) == "1":
        is_live = True
    outcome, held = known_row(sheet, before, line, remembered, is_live=is_live)
    tell_held(known, sheet, outcome, held, plan.report)
    return outcome


def is_sound(plan: Plan, sheet: Sheet, outcome: Outcome) -> bool:
    """Report the cells that contradict each other. Return True when there are none."""
    if not outcome.changes:
        return True
    found = fault_of(sheet, outcome.after, lambda offering_id: str(plan.after(CLASSES.file, offering_id).get("kind")))
    if found is not None:
        name, reason = found
        value = outcome.after.get(name)
        plan.report.error(f"{sheet.file}.csv", outcome.line.number, name, "" if value is None else str(value), reason)
    return found is None


def plan_gone(plan: Plan, sheet: Sheet) -> None:
    """Plan the end of rows that an import made and that the file no longer has."""
    lines, known = plan.source[sheet.file], plan.known
    if not lines.is_there:
        return
    held = {outcome.id for outcome in plan.planned(sheet)}
    for key, remembered in known.remembered[sheet.file].items():
        if key in lines.by_key or key in lines.bad or not remembered.is_ours or remembered.row_id in held:
            continue
        row = known.rows[sheet.file].get(remembered.row_id)
        if row is None or row.merged_into is not None or remembered.said.get(LIVE) == "0":
            continue
        # What the office ended stays so, also when the row comes back later.
        if plan.is_live(sheet, row):
            plan.gone.setdefault(sheet.file, []).append(row.id)
            plan.remember(sheet, key, row.id, {**remembered.said, LIVE: "0"}, is_ours=True)


def _is_about_erased(plan: Plan, sheet: Sheet, line: Line, id_: UUID) -> bool:
    row = plan.known.rows[sheet.file].get(id_)
    if row is not None and row.is_erased:
        return True
    for one in sheet.fields:
        if one.refers_to in ("families", "students"):
            target = plan.known.rows[one.refers_to].get(line.cells.get(one.name))  # type: ignore[arg-type]
            if target is not None and target.is_erased:
                return True
    return False


def _is_merged(plan: Plan, sheet: Sheet, line: Line) -> bool:
    remembered = plan.known.remembered[sheet.file].get(line.key)
    row = plan.known.rows[sheet.file].get(remembered.row_id) if remembered else None
    return row is not None and row.merged_into is not None


def _no_owners(plan: Plan, outcome: Outcome) -> None:
    """Leave OWNER out, because a file makes nobody an owner (R11.1)."""
    permissions = outcome.after["permissions"] or ()
    if Permission.OWNER in permissions:
        outcome.after["permissions"] = tuple(each for each in permissions if each != Permission.OWNER)
        name = title(plan.known, STAFF, outcome.after)
        reason = f"{name} does not become an owner by a file; use rollbook.py link ADDRESS --owner"
        plan.report.warn("staff.csv", outcome.line.number, "permissions", Permission.OWNER, reason)
