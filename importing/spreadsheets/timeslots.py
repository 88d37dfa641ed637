"""Plans when classes meet from now on: each timeslot with all of its versions, so that the past stays (R2.10)."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from attendance.rules.catalogue.timeslot_versions import SlotFacts, Version, ended, moved
from importing.spreadsheets.follow import Outcome
from importing.spreadsheets.plan import Plan, follow_line, is_sound, plan_gone, plan_sheet
from importing.spreadsheets.references import References
from importing.spreadsheets.sheets import CLASSES, TIMESLOTS

_HOURS = {"weekday", "start_time", "minutes", "room"}


def plan_timeslots(plan: Plan, references: References) -> None:
    """Plan the timeslots. Changes of dates that have passed are reported and not made."""
    rooms = {
        outcome.id: room for outcome in plan.planned(CLASSES) if (room := outcome.line.cells.get("room")) is not None
    }
    for line, id_ in plan_sheet(plan, TIMESLOTS, references):
        if line.cells.get("room") is None and line.cells["class"] in rooms:
            line.cells["room"] = rooms[line.cells["class"]]
        outcome = follow_line(plan, TIMESLOTS, line, id_)
        if outcome is None:
            continue
        if outcome.before is not None and outcome.after["class"] != outcome.before.values["class"]:
            reason = "names another class than before; give the timeslot of the other class another id"
            plan.report.error("timeslots.csv", line.number, "class", line.key, reason)
            continue
        if is_sound(plan, TIMESLOTS, outcome) and _keeps_the_past(plan, outcome):
            plan.add(TIMESLOTS, outcome)
    plan_gone(plan, TIMESLOTS)


def _keeps_the_past(plan: Plan, outcome: Outcome) -> bool:
    """Report dates that have passed. A new timeslot of a known class begins on the day of the import at the earliest.
    Return False when it would meet only on past dates.
    """
    since = plan.change_date(outcome.after["class"])
    starts_on, ends_on = outcome.after["starts_on"], outcome.after["ends_on"]
    if not outcome.is_new and not outcome.revives:
        if "starts_on" in outcome.changed and _is_past(outcome, since):
            _warn(plan, outcome, "starts_on", "the past is fixed, so its first date stays")
            outcome.after["starts_on"] = outcome.before.values["starts_on"] if outcome.before else None
        if "ends_on" in outcome.changed and ends_on is not None and ends_on < since:
            _warn(plan, outcome, "ends_on", "the past is fixed, so it ends on the day before this import")
        return True
    if since == date.min:
        return True
    if ends_on is not None and ends_on < since:
        _warn(plan, outcome, "ends_on", "is new and would lie in the past; left out")
        return False
    if starts_on is not None and starts_on < since:
        _warn(plan, outcome, "starts_on", f"is new and begins on {since}: the past is fixed")
    if outcome.is_new:
        outcome.after["starts_on"] = since if starts_on is None else max(starts_on, since)
    return True


def _is_past(outcome: Outcome, since: date) -> bool:
    before, after = outcome.before.values["starts_on"] if outcome.before else None, outcome.after["starts_on"]
    return before is None or before < since or after is None or after < since


def _warn(plan: Plan, outcome: Outcome, name: str, reason: str) -> None:
    class_name = plan.after(CLASSES.file, outcome.after["class"]).get("name")
    value = outcome.line.cells.get(name)
    shown = "" if value is None else str(value)
    plan.report.warn("timeslots.csv", outcome.line.number, name, shown, f"A timeslot of {class_name}: {reason}")


def changed_versions(plan: Plan, known: Mapping[UUID, Sequence[Version]]) -> dict[UUID, list[Version]]:
    """Return the versions of the known timeslots that change, move, end or come back.

    known -- the versions that they have
    """
    becomes: dict[UUID, list[Version]] = {}
    gone_classes = plan.ids(CLASSES.file)
    for row in plan.known.rows[TIMESLOTS.file].values():
        if row.values["class"] in gone_classes and row.id in known:
            becomes[row.id] = ended(known[row.id], plan.change_date(row.values["class"]))
    for row_id in plan.gone.get(TIMESLOTS.file, ()):
        since = plan.change_date(plan.known.rows[TIMESLOTS.file][row_id].values["class"])
        becomes[row_id] = ended(known.get(row_id, ()), since)
    for outcome in plan.planned(TIMESLOTS):
        if outcome.is_new or not outcome.changes:
            continue
        becomes[outcome.id] = _moved(plan, outcome, known.get(outcome.id, ()))
    return becomes


def _moved(plan: Plan, outcome: Outcome, known: Sequence[Version]) -> list[Version]:
    after = outcome.after
    since = plan.change_date(after["class"])
    facts = SlotFacts(after["weekday"], after["start_time"], after["minutes"], after["room"])
    last = known[-1] if known else None
    is_running = last is not None and (last.ends_on is None or last.ends_on >= since)
    if last is not None and is_running and not outcome.changed & _HOURS and not outcome.revives:
        return _with_dates(known, outcome, since)
    return moved(known, since, facts, starts_on=after["starts_on"], ends_on=after["ends_on"])


def _with_dates(known: Sequence[Version], outcome: Outcome, since: date) -> list[Version]:
    """Return the versions with another first or last date and the same hours."""
    *former, last = known
    ends_on = outcome.after["ends_on"]
    if ends_on is not None and ends_on < since:
        return ended(known, since)
    starts_on = outcome.after["starts_on"] if "starts_on" in outcome.changed else last.starts_on
    return [*former, Version(last.facts, starts_on, ends_on)]
