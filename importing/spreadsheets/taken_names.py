"""Refuses rows of locations, programs and closure calendars whose name another one has (R13.1, R13.8)."""

from collections import defaultdict

from attendance.rules.catalogue.same_names import name_key
from importing.spreadsheets.fields import Sheet
from importing.spreadsheets.follow import Outcome
from importing.spreadsheets.plan import Plan
from importing.spreadsheets.sheets import CALENDARS, LOCATIONS, PROGRAMS

# Calendars are rows of the file of closures.
_PLACES = {
    LOCATIONS.file: ("locations.csv", "name", "location"),
    PROGRAMS.file: ("programs.csv", "name", "program"),
    CALENDARS.file: ("closures.csv", "calendar_name", "closure calendar"),
}


def refuse_taken_names(plan: Plan, sheet: Sheet) -> None:
    """Report each line that gives a location, a program or a closure calendar a name which another one has after the
    import, and say which one that is. One that has the name already keeps it, so that a file that was loaded before can
    be loaded again. Sheets of other things may have several rows of one name.
    """
    if sheet.file not in _PLACES:
        return
    file, column, word = _PLACES[sheet.file]
    holders: dict[str, list[str]] = defaultdict(list)
    planned = plan.planned(sheet)
    others = plan.known.rows[sheet.file].keys() - plan.ids(sheet.file) - {each.id for each in planned}
    for outcome in planned:
        holders[name_key(str(outcome.after["name"]))].append(_where(outcome))
    for id_ in sorted(others):
        row = plan.known.rows[sheet.file][id_]
        if row.ended is None:
            holders[name_key(str(row.values["name"]))].append(f"the {word} {id_} in Rollbook")
    for outcome in planned:
        name = outcome.after["name"]
        if outcome.before is not None and outcome.before.values["name"] == name:
            continue
        if found := [each for each in holders[name_key(str(name))] if each != _where(outcome)]:
            reason = f"is also the name of {', '.join(found)}; give each a name of its own"
            plan.report.error(file, outcome.line.number, column, str(name), reason)


def _where(outcome: Outcome) -> str:
    return f"the row on line {outcome.line.number} (id {outcome.line.key})"
