"""Keeps rows that others still need, and asks before an import ends many rows (R13.10)."""

from collections.abc import Iterator
from uuid import UUID

from importing.questions import is_many
from importing.spreadsheets.fields import Sheet
from importing.spreadsheets.plan import Plan
from importing.spreadsheets.sheets import CALENDARS, ENROLLMENTS, GUARDIANS, SHEETS, STAFF, STUDENTS

_KEPT_WHILE_USED = ("locations", "calendars", "programs", "sessions", "families")
_PEOPLE = (STAFF, GUARDIANS, STUDENTS)


def keep_used(plan: Plan) -> None:
    """Keep rows that a class, a program, a student or a guardian still refers to, and report them."""
    for sheet in reversed(SHEETS):
        if sheet.file not in _KEPT_WHILE_USED:
            continue
        used = _used(plan, sheet)
        for id_ in plan.gone.get(sheet.file, []):
            if id_ in used:
                name = plan.known.name(sheet.file, id_)
                reason = f"{name}: the file no longer has it, but {used[id_]} still need it; it stays"
                plan.report.warn(f"{sheet.file}.csv", 0, "id", "", reason)
        plan.gone[sheet.file] = [id_ for id_ in plan.gone.get(sheet.file, []) if id_ not in used]


def _used(plan: Plan, target: Sheet) -> dict[UUID, str]:
    used: dict[UUID, str] = {}
    for sheet in SHEETS:
        fields = [one for one in sheet.fields if one.refers_to == target.file and one.is_kept]
        if not fields:
            continue
        gone = plan.ids(sheet.file)
        live = [row.id for row in plan.known.rows[sheet.file].values() if row.ended is None and row.id not in gone]
        for id_ in [*live, *(outcome.id for outcome in plan.planned(sheet))]:
            for one in fields:
                value = plan.after(sheet.file, id_)[one.name]
                for each in value if isinstance(value, tuple) else (value,):
                    used[each] = sheet.thing
    return used


def questions(plan: Plan) -> Iterator[str]:
    """Yield a sentence for each thing that the operator must confirm."""
    for sheet in SHEETS:
        there = {row.id for row in plan.known.rows[sheet.file].values() if plan.is_live(sheet, row)}
        ending = (plan.ids(sheet.file) | _closing(plan, sheet)) & there
        lines = plan.source[sheet.file]
        is_empty = lines.is_there and not lines.by_key and not lines.bad and sheet is not CALENDARS
        if is_empty and ending:
            yield f"{sheet.file}.csv has no rows, so {len(ending)} of {len(there)} {sheet.thing} would end."
        elif is_many(len(ending), len(there)):
            yield f"{len(ending)} of the {len(there)} {sheet.thing} would end."
    yield from _lost_roles(plan)


def _closing(plan: Plan, sheet: Sheet) -> set[UUID]:
    """Return the rows that the file itself ends: accounts that are closed, and enrollments whose last day is before
    today.
    """
    found = set()
    for outcome in plan.planned(sheet):
        if outcome.before is None or not outcome.changes:
            continue
        ends_on = outcome.after.get("ends_on")
        is_over = sheet is ENROLLMENTS and ends_on is not None and ends_on < plan.today_of(outcome.after["class"])
        if is_over or outcome.after.get("active") is False:
            found.add(outcome.id)
    return found


def _lost_roles(plan: Plan) -> Iterator[str]:
    """Yield people who are still in the files, by the same id or e-mail address, but in another role."""
    for sheet in _PEOPLE:
        others = [plan.source[other.file].by_key.values() for other in _PEOPLE if other is not sheet]
        keys = {line.key for lines in others for line in lines}
        addresses = {str(line.cells.get("email") or "").lower() for lines in others for line in lines} - {""}
        key_of = {one.row_id: key for key, one in plan.known.remembered[sheet.file].items()}
        lost = [
            plan.known.name(sheet.file, id_)
            for id_ in plan.gone.get(sheet.file, ())
            if key_of.get(id_) in keys
            or str(plan.known.rows[sheet.file][id_].values.get("email") or "").lower() in addresses
        ]
        if lost:
            more = f" and {len(lost) - 5} more" if len(lost) > 5 else ""
            article = "staff" if sheet is STAFF else f"a {sheet.file.removesuffix('s')}"
            yield f"No longer {article}: {', '.join(lost[:5])}{more}."
