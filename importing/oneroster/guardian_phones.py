"""Keeps the telephones of guardians as the source has them: each identifies their family at a kiosk (R5.2, R13.9)."""

from uuid import UUID

import asyncpg

from attendance.rules.kiosk.countries import country_of
from attendance.rules.kiosk.telephones import can_identify
from importing.oneroster.known import GUARDIAN_PREFIX, Known
from importing.oneroster.plan import Plan
from importing.oneroster.roster import Roster
from importing.report import Report
from importing.tables import stage

REMOVE = """
    DELETE FROM guardian_phone g
    WHERE g.organization_id = $1 AND g.person_id = ANY ($2)
      AND NOT EXISTS (SELECT FROM staged_phones s WHERE s.person_id = g.person_id AND s.number = g.number)
"""
ADD = """
    INSERT INTO guardian_phone (organization_id, person_id, number)
    SELECT $1, s.person_id, s.number FROM staged_phones s ORDER BY s.person_id, s.number
    ON CONFLICT (organization_id, person_id, number) DO NOTHING
"""


def plan_phones(plan: Plan, roster: Roster, known: Known, report: Report) -> None:
    """Plan `phone` and `sms` of each guardian, and warn of numbers by which no family can be found. A file without
    these columns says nothing about them.
    """
    countries = _countries(plan, known)
    for row in plan.planned("guardian"):
        person_id, source_id = row[0], row[7].removeprefix(GUARDIAN_PREFIX)
        user = roster.guardians[source_id]
        if not {"phone", "sms"} & user.cells.keys():
            continue
        person = known.guardians.get(source_id)
        if person is not None and "phones" in person.office_fields:
            continue
        plan.phones[person_id] = {number for number in (user["phone"], user["sms"]) if number}
        for column in ("phone", "sms"):
            _warn(("users.csv", user.line, column), user[column], countries, report)
    for fact in roster.rows("families").live:
        _warn(("families.csv", fact.line, "phone"), fact["phone"], countries, report)


def _countries(plan: Plan, known: Known) -> set[str | None]:
    zones = {row[2] for row in plan.planned("location")} | {one.time_zone for one in known.location_by_id.values()}
    return {country_of(zone) for zone in zones}


def _warn(place: tuple[str, int, str], number: str | None, countries: set[str | None], report: Report) -> None:
    if number and not any(can_identify(number, country) for country in countries or {None}):
        reason = "reaches no telephone; no family can be found by it at a kiosk. Give the whole number"
        report.warn(*place, number, reason)


async def write_phones(connection: asyncpg.Connection, plan: Plan, organization_id: UUID, report: Report) -> None:
    """Write the planned numbers, and remove those of guardians who go. Call it after the guardians are written."""
    rows = [(person_id, number) for person_id, numbers in plan.phones.items() for number in sorted(numbers)]
    touched = [*plan.phones, *plan.gone.get("guardian", [])]
    if not touched:
        return
    await stage(connection, "guardian_phone", ("person_id", "number"), rows, "staged_phones")
    removed = await connection.execute(REMOVE, organization_id, touched)
    added = await connection.execute(ADD, organization_id)
    stored = report.thing("numbers of guardians")
    stored.removed, stored.added = (int(done.rsplit(" ", 1)[-1]) for done in (removed, added))
    stored.unchanged = len(rows) - stored.added
