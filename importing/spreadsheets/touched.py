"""Finds the classes and people that an import changes: what it locks, and which roll sheets must be told."""

from collections.abc import Iterator
from uuid import UUID

from importing.spreadsheets.fields import Sheet
from importing.spreadsheets.follow import Outcome
from importing.spreadsheets.plan import Plan
from importing.spreadsheets.sheets import (
    CALENDARS,
    CLASSES,
    CLOSURES,
    ENROLLMENTS,
    FAMILIES,
    GUARDIANS,
    LOCATIONS,
    PROGRAMS,
    SESSIONS,
    STAFF,
    STUDENTS,
    TIMESLOTS,
)

_WHEN_HELD = {"location", "program", "capacity", "sessions", "starts_on", "ends_on"}


def changed_offerings(plan: Plan) -> set[UUID]:
    """Return the known classes whose past must be copied, because the catalogue changes from now on (R2.10)."""
    sessions = _changed(plan, SESSIONS, {"starts_on", "ends_on"})
    zones = _changed(plan, LOCATIONS, {"time_zone"})
    programs = _changed(plan, PROGRAMS, {"calendar"}) | _programs_of(plan, _changed_calendars(plan))
    found = _changed(plan, CLASSES, _WHEN_HELD)
    for row in plan.known.rows[CLASSES.file].values():
        for values in (row.values, plan.after(CLASSES.file, row.id)):
            if values["program"] in programs or values["location"] in zones or sessions & set(values["sessions"] or ()):
                found.add(row.id)
    return found & plan.changes_on.keys()


def retimed_offerings(plan: Plan) -> set[UUID]:
    """Return the known classes that this import may no longer hold on some date."""
    slots = _changed(plan, TIMESLOTS, None)
    classes = {plan.after(TIMESLOTS.file, each)["class"] for each in slots}
    return (changed_offerings(plan) | classes) & plan.changes_on.keys()


def locked_offerings(plan: Plan) -> set[UUID]:
    """Return the known classes that the import changes, or whose places or instructors it changes."""
    students = plan.ids(STUDENTS.file)
    places = {
        row.values["class"] for row in plan.known.rows[ENROLLMENTS.file].values() if row.values["student"] in students
    }
    changed = _changed(plan, CLASSES, None) | {offering for _, offering in changed_places(plan)}
    return (retimed_offerings(plan) | places | changed) & plan.changes_on.keys()


def changed_places(plan: Plan) -> set[tuple[UUID, UUID]]:
    """Return the students and classes whose enrollments the import begins, changes or ends."""
    students, classes = plan.ids(STUDENTS.file), plan.ids(CLASSES.file)
    ending = plan.ids(ENROLLMENTS.file) | set(plan.succeeded)
    found = set()
    for row in plan.known.rows[ENROLLMENTS.file].values():
        place = row.values["student"], row.values["class"]
        if row.ended is None and (row.id in ending or place[0] in students or place[1] in classes):
            found.add(place)
    for outcome in written(plan, ENROLLMENTS):
        found.add((outcome.after["student"], outcome.after["class"]))
        if outcome.before is not None:
            found.add((outcome.before.values["student"], outcome.before.values["class"]))
    return found


def locked_people(plan: Plan) -> dict[str, set[UUID]]:
    """Return the known rows about people that are written or ended, by table."""
    found: dict[str, set[UUID]] = {"person": set(), "family": set(), "student": set()}
    for sheet in (STAFF, GUARDIANS, FAMILIES, STUDENTS):
        found[sheet.table] |= _changed(plan, sheet, None)
    return found


def written(plan: Plan, sheet: Sheet) -> Iterator[Outcome]:
    """Yield the rows of the sheet that are new or changed."""
    return (outcome for outcome in plan.planned(sheet) if outcome.changes)


def _changed(plan: Plan, sheet: Sheet, fields: set[str] | None) -> set[UUID]:
    """Return the rows that are new, end, come back, or get another value in one of the fields (None means any)."""
    return plan.ids(sheet.file) | {
        outcome.id
        for outcome in written(plan, sheet)
        if outcome.is_new or outcome.revives or fields is None or outcome.changed & fields
    }


def _changed_calendars(plan: Plan) -> set[UUID]:
    rows = plan.known.rows[CLOSURES.file]
    return {
        values["calendar"]
        for id_ in _changed(plan, CLOSURES, {"calendar", "starts_on", "ends_on", "scope"})
        for values in (rows[id_].values if id_ in rows else {}, plan.after(CLOSURES.file, id_))
        if values
    } | plan.ids(CALENDARS.file)


def _programs_of(plan: Plan, calendars: set[UUID]) -> set[UUID]:
    return {
        row.id
        for row in plan.known.rows[PROGRAMS.file].values()
        if row.values["calendar"] in calendars or plan.after(PROGRAMS.file, row.id)["calendar"] in calendars
    }
