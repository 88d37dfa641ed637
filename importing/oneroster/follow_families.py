"""Decides which fields of a family follow the source, and which belong to the office since it edited them (R13.9)."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from attendance.rules.people.registering import is_email
from importing.cells import balance_of
from importing.csv_rows import Record
from importing.oneroster.families import Households
from importing.oneroster.known import FamilyFields, Known, KnownFamily
from importing.oneroster.plan import Plan
from importing.oneroster.roster import Roster
from importing.oneroster.users import last_name
from importing.report import Report

_TITLES = ("name", "phone number", "e-mail address", "balance")
_SILENT = FamilyFields(None, None, None, None)


def plan_families(plan: Plan, roster: Roster, known: Known, households: Households, report: Report) -> None:
    """Plan new families, and the fields of known ones. A field of which the source says nothing stays as it is."""
    named, said = _names(roster, households), _reach(roster, known, households)
    for family, facts in _facts(roster, known, households).items():
        said[family] = _over(facts, said.get(family, _SILENT))
    for family, name in named.items():
        there = known.families.get(family)
        fields = there.fields if there else _new(name, said.get(family, _SILENT))
        plan.add("family", (family, *fields, households.source_ids[family] or None, None))
        if there is None:
            plan.said_of_families[family] = fields
    for family, fields in said.items():
        if there := known.families.get(family):
            before = _over(there.said, FamilyFields(named.get(family), None, None, None))
            _follow(plan, family, there._replace(said=before), fields, report)


def _over(new: FamilyFields, old: FamilyFields) -> FamilyFields:
    """Return the fields of `new`, and those of `old` where `new` is silent."""
    values: Any = (one if one is not None else other for one, other in zip(new, old, strict=True))
    return FamilyFields(*values)


def _new(name: str, said: FamilyFields) -> FamilyFields:
    return _over(said, FamilyFields(name, None, None, 0))


def _names(roster: Roster, households: Households) -> dict[UUID, str]:
    """Return the families of the bundle's students, with the name that a new one gets: those of its students."""
    names: dict[UUID, list[str]] = {}
    for source_id, user in sorted(roster.students.items()):
        names.setdefault(households.of_student[source_id], []).append(last_name(user))
    return {family: " / ".join(dict.fromkeys(of)) for family, of in names.items()}


def _reach(roster: Roster, known: Known, households: Households) -> dict[UUID, FamilyFields]:
    """Return how the first guardian of each family who has it can be reached.

    A delta does not say what the guardians have whom it does not name. So one that comes after such a guardian says
    nothing about the family.
    """
    unnamed: dict[UUID | None, str] = {}
    if roster.rows("users").mode != "bulk":
        for source_id, person in sorted(known.guardians.items(), reverse=True):
            if source_id not in roster.guardians and person.ended_at is None:
                unnamed[households.of_guardian.get(source_id, person.family_id)] = source_id
    reach: dict[UUID, FamilyFields] = {}
    for source_id, user in sorted(roster.guardians.items()):
        family = households.of_guardian.get(source_id)
        if family is None or unnamed.get(family, source_id) < source_id:
            continue
        email = user["email"] if user["email"] and is_email(user["email"]) else None
        one = FamilyFields(None, user["phone"] or user["sms"], email, None)
        reach[family] = _over(reach.get(family, _SILENT), one)
    return reach


def _facts(roster: Roster, known: Known, households: Households) -> dict[UUID, FamilyFields]:
    """Return what families.csv says; later rows of a family win."""
    by_key = {family.source_id: id_ for id_, family in known.families.items()} | known.merged_families
    facts: dict[UUID, FamilyFields] = {}
    for row in roster.rows("families").live:
        if row["student"] is not None:
            family = households.of_student.get(row["student"]) or known.students[row["student"]].family_id
        else:
            family = households.of_key.get(row["family"]) or by_key[f"family/{row['family']}"]
        facts[family] = _over(_fields(row), facts.get(family, _SILENT))
    return facts


def _fields(row: Record) -> FamilyFields:
    balance = None if row["balance"] is None else balance_of(row["balance"])
    return FamilyFields(row["name"], row["phone"], row["email"], balance)


def _follow(plan: Plan, family: UUID, there: KnownFamily, said: FamilyFields, report: Report) -> None:
    """Follow the source where it changed and the office did not; where both did, the office's value stays."""
    fields: list[Any] = list(there.fields)
    followed: list[Any] = list(there.said)
    for at, is_held in _decide(there.fields, there.said, said):
        followed[at] = said[at] if not is_held or there.said[at] is None else there.said[at]
        if is_held:
            reason = (
                f"The family {there.fields.name}: the source has another {_TITLES[at]} than the office, whose stays"
            )
            file = "families.csv" if FamilyFields._fields[at] in ("name", "balance") else "users.csv"
            report.warn(file, 0, FamilyFields._fields[at], str(said[at]), reason)
        else:
            fields[at] = said[at]
    if tuple(fields) != there.fields:
        plan.family_facts[family] = (FamilyFields(*fields), there.fields)
    if tuple(followed) != there.said:
        plan.said_of_families[family] = FamilyFields(*followed)


def _decide(now: FamilyFields, before: FamilyFields, said: FamilyFields) -> Iterator[tuple[int, bool]]:
    """Yield each field about which the source says something new, and whether the office's value holds."""
    values: Any = zip(now, before, said, strict=True)
    for at, (value, last, new) in enumerate(values):
        if new is None or new == last:
            continue
        is_empty = last is None and not value
        yield at, value not in (last, new) and not is_empty
