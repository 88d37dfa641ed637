"""Refuses rows of locations.csv whose name another location has (R13.1, R13.8)."""

from collections import defaultdict

from importing.spreadsheets.follow import Outcome
from importing.spreadsheets.plan import Plan
from importing.spreadsheets.sheets import LOCATIONS


def refuse_taken_names(plan: Plan) -> None:
    """Report each line that gives a location a name which another one has after the import, and say which one that is.
    A location that has the name already keeps it, so that a file that was loaded before can be loaded again.
    """
    holders: dict[str, list[str]] = defaultdict(list)
    planned = plan.planned(LOCATIONS)
    others = plan.known.rows[LOCATIONS.file].keys() - plan.ids(LOCATIONS.file) - {each.id for each in planned}
    for outcome in planned:
        holders[_folded(outcome.after["name"])].append(_where(outcome))
    for id_ in sorted(others):
        row = plan.known.rows[LOCATIONS.file][id_]
        if row.ended is None:
            holders[_folded(row.values["name"])].append(f"the location {id_} in Rollbook")
    for outcome in planned:
        name = outcome.after["name"]
        if outcome.before is not None and outcome.before.values["name"] == name:
            continue
        if found := [each for each in holders[_folded(name)] if each != _where(outcome)]:
            reason = f"is also the name of {', '.join(found)}; give each a name of its own"
            plan.report.error("locations.csv", outcome.line.number, "name", str(name), reason)


def _where(outcome: Outcome) -> str:
    return f"the row on line {outcome.line.number} (id {outcome.line.key})"


def _folded(name: object) -> str:
    return str(name).casefold()
