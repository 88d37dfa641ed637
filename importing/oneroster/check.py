"""Checks a bundle's rows beyond their single cells: references, and cells that contradict each other."""

from collections.abc import Callable
from datetime import date

from attendance.rules.people.registering import is_email
from importing.cells import balance_of
from importing.csv_rows import Record
from importing.oneroster.erased import leave_out_erased
from importing.oneroster.known import Known
from importing.oneroster.roster import Roster, check_references
from importing.oneroster.schedule import Schedule, read_schedule
from importing.oneroster.taken_names import refuse_taken_names, tell_equal_titles
from importing.oneroster.users import sort_users
from importing.report import Report

Fault = tuple[str, object, str]  # column, value, reason


def check(roster: Roster, known: Known, today: date, report: Report) -> Schedule:
    """Leave out every bad row and the rows that depend on it, and report each one once, file after file."""
    last_of_users = "roles" if "roles" in roster.files else "users"
    by_file: dict[str, Callable[[Record], Fault | None]] = {
        "academicSessions": _term,
        "enrollments": lambda record: _enrollment(record, roster, known),
        "families": lambda record: _family(record, roster, known),
    }
    schedule = Schedule()
    for name in roster.files:
        check_references(roster, name, known, report)
        if name in by_file:
            _check_rows(roster, name, by_file[name], report)
        if name == "orgs":
            refuse_taken_names(roster, known, report)
        if name == "courses":
            tell_equal_titles(roster, known, report)
        if name == "families":
            _check_rows(roster, name, _key_of(roster, known), report)
        if name == last_of_users:
            sort_users(roster, known, today, report)
            leave_out_erased(roster, known, report)
        if name == "schedule":
            schedule = read_schedule(roster, report)
            _check_zones(roster, schedule, known, report)
    return schedule


def _check_rows(roster: Roster, name: str, fault_of: Callable[[Record], Fault | None], report: Report) -> None:
    rows = roster.rows(name)
    bad = set()
    for record in rows.live:
        fault = fault_of(record)
        if fault is not None:
            column, value, reason = fault
            report.error(f"{name}.csv", record.line, column, "" if value is None else str(value), reason)
            bad.add(record.line)
    rows.leave_out(bad)


def _term(term: Record) -> Fault | None:
    if term["startDate"] > term["endDate"]:
        return "endDate", term["endDate"], f"is before the startDate, {term['startDate']}"
    return None


def _enrollment(enrollment: Record, roster: Roster, known: Known) -> Fault | None:
    user, role = enrollment["userSourcedId"], enrollment["role"]
    if role == "student" and not roster.is_student(user, known):
        return "userSourcedId", user, "is not a student"
    if role == "teacher" and not roster.is_staff(user, known):
        return "userSourcedId", user, "is not a staff member"
    begin, end = enrollment["beginDate"], enrollment["endDate"]
    if begin is not None and end is not None and begin > end:
        return "endDate", end, f"is before the beginDate, {begin}"
    return None


def _family(row: Record, roster: Roster, known: Known) -> Fault | None:
    student, key, balance = row["student"], row["family"], row["balance"]
    if student is None and key is None:
        return "student", "", "is required if family is empty"
    if student is not None and not roster.is_student(student, known):
        return "student", student, "is not a student"
    if row["email"] is not None and not is_email(row["email"]):
        return "email", row["email"], "is not an e-mail address"
    if balance is not None and balance_of(balance) is None:
        return "balance", balance, "is not an amount such as 120.50 or -15"
    return None


def _key_of(roster: Roster, known: Known) -> Callable[[Record], Fault | None]:
    """Check a row without a student: its key must occur in a sound row that has a student, or be in Rollbook."""
    keys = {row["family"] for row in roster.rows("families").records if row["student"] is not None}
    there = {family.source_id for family in known.families.values()}

    def fault_of(row: Record) -> Fault | None:
        key = row["family"]
        if row["student"] is not None or key in keys or f"family/{key}" in there:
            return None
        return "family", key, "occurs in no row with a student, and is not in Rollbook"

    return fault_of


def _check_zones(roster: Roster, schedule: Schedule, known: Known, report: Report) -> None:
    """Replace the zones by class with zones by org, since a location has one zone, and report rows that disagree."""
    by_org: dict[str, tuple[int, str]] = {}
    classes = roster.rows("classes").by_id
    for source_id, (line, zone) in schedule.zones.items():
        if source_id in classes:
            org = classes[source_id]["schoolSourcedId"]
        else:
            org = known.location_by_id[known.offerings[source_id].location_id].source_id
        if org is None:
            continue
        first_line, first = by_org.setdefault(org, (line, zone))
        if first != zone:
            reason = f"differs from the zone on line {first_line} for the same location"
            report.error("schedule.csv", line, "timeZone", zone, reason)
    schedule.zone_of_org = {org: zone for org, (_, zone) in by_org.items()}
