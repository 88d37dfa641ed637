"""Finds contradictions between the cells of a row that are valid by themselves. Every reason names the cause and the
cure (R13.11).
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from attendance.rules.catalogue.catalogue_refusals import NotPossible
from attendance.rules.catalogue.slots import SlotDraft, check_slot
from attendance.rules.vocabulary import EnrollmentType, OfferingKind
from importing.spreadsheets.fields import Sheet
from importing.spreadsheets.reading import Line
from importing.spreadsheets.sheets import CLASSES, ENROLLMENTS, GUARDIANS, ONE_DAY, SESSIONS, STAFF, TIMESLOTS

LONGEST_MINUTES = 24 * 60
_TELEPHONE = 40


def line_faults(sheet: Sheet, line: Line) -> list[tuple[str, str, str]]:
    """Return the contradictions within a line, each as column, value and reason."""
    found = []
    if sheet in (SESSIONS, STAFF) and "," in line.key:
        found.append(("id", line.key, "contains a comma, which separates ids in lists; choose another id"))
    if line.key.startswith("/") and not sheet.id_is_optional:
        found.append(("id", line.key, "begins with a slash; choose another id"))
    if sheet is GUARDIANS:
        found += [
            ("phones", number, f"is longer than {_TELEPHONE} characters")
            for number in line.cells.get("phones") or ()
            if len(number) > _TELEPHONE
        ]
    return found


def fault_of(sheet: Sheet, values: Mapping[str, Any], kind_of: Callable[[UUID], str]) -> tuple[str, str] | None:
    """Return the column and the reason why a row cannot have these values, or None when it can.

    kind_of -- returns the kind of an offering
    """
    starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        return "ends_on", f"is before starts_on, {starts_on}"
    if sheet is CLASSES:
        youngest, oldest = values["min_age_months"], values["max_age_months"]
        if youngest is not None and oldest is not None and oldest < youngest:
            return "max_age_months", f"is less than min_age_months, {youngest}"
    if sheet is TIMESLOTS:
        return _slot(values, kind_of)
    if sheet is ENROLLMENTS:
        return _enrollment(values)
    return None


def _slot(values: Mapping[str, Any], kind_of: Callable[[UUID], str]) -> tuple[str, str] | None:
    if not 1 <= values["minutes"] <= LONGEST_MINUTES:
        return "minutes", "is not a number from 1 to 1440"
    draft = SlotDraft(
        values["weekday"],
        values["start_time"],
        values["minutes"],
        values["room"],
        values["starts_on"],
        values["ends_on"],
    )
    kind = OfferingKind(kind_of(values["class"]))
    try:
        check_slot(kind, draft)
    except NotPossible as fault:
        return ("weekday" if (kind is OfferingKind.CLASS) == (draft.weekday is None) else "starts_on"), fault.message
    return None


def _enrollment(values: Mapping[str, Any]) -> tuple[str, str] | None:
    if values["end_cause"] is not None and values["ends_on"] is None:
        return "end_cause", "needs a date in ends_on"
    if values["type"] not in ONE_DAY:
        return None
    if values["starts_on"] is None:
        return "starts_on", f"is required for {values['type']}"
    if values["ends_on"] not in (None, values["starts_on"]):
        return "ends_on", f"must be starts_on or empty, because {values['type']} is for one date"
    if values["type"] == EnrollmentType.MAKEUP and values["timeslot"] is None:
        return "timeslot", "is required for MAKEUP"
    return None
