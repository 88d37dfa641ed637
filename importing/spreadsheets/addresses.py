"""Decides who gets an e-mail address to sign in with. Of staff, and of guardians, one person can have an address."""

from uuid import UUID

from importing.spreadsheets.fields import Sheet
from importing.spreadsheets.follow import remember_made
from importing.spreadsheets.plan import Plan
from importing.spreadsheets.sheets import GUARDIANS, STAFF


def free_address(plan: Plan, sheet: Sheet) -> None:
    """Leave out addresses that another person of the kind has and keeps, with a warning. Two rows of the file with one
    address are an error.
    """
    if sheet not in (STAFF, GUARDIANS):
        return
    outcomes = {outcome.id: outcome for outcome in plan.planned(sheet)}
    held: dict[str, UUID] = {}
    for row in plan.known.rows[sheet.file].values():
        address = plan.after(sheet.file, row.id)["email"]
        if address is not None and (row.id not in outcomes or "email" not in outcomes[row.id].changed):
            held[address.lower()] = row.id
    first: dict[str, int] = {}
    for outcome in outcomes.values():
        address, line = outcome.after["email"], outcome.line
        if address is None:
            continue
        if (other := first.setdefault(address.lower(), line.number)) != line.number:
            reason = f"is the address of line {other} too; each person needs their own"
            plan.report.error(f"{sheet.file}.csv", line.number, "email", address, reason)
        elif held.get(address.lower(), outcome.id) != outcome.id:
            reason = "already belongs to another account of the kind, which keeps it; left out"
            plan.report.warn(f"{sheet.file}.csv", line.number, "email", address, reason)
            outcome.after["email"] = None if outcome.before is None else outcome.before.values["email"]
            remember_made(outcome)
