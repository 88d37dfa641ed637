"""Plans the people: families, students, guardians and staff."""

from datetime import datetime
from typing import Any
from uuid import UUID

from attendance.rules.people.registering import is_email
from importing.csv_rows import Record
from importing.oneroster.families import Households, find_households
from importing.oneroster.follow_families import plan_families
from importing.oneroster.guardian_phones import plan_phones
from importing.oneroster.known import GUARDIAN_PREFIX, Known, KnownPerson
from importing.oneroster.office_fields import keep_edited
from importing.oneroster.plan import Plan
from importing.oneroster.roster import Roster
from importing.oneroster.users import first_name, last_name
from importing.report import Report

SEXES = {"female": "FEMALE", "male": "MALE", "other": "OTHER", "unspecified": "UNSPECIFIED"}


def plan_people(plan: Plan, roster: Roster, known: Known, report: Report) -> None:
    """Add families, students and persons to the plan, and facts about known ones."""
    households = find_households(roster, known)
    _plan_students(plan, roster, known, households, report)
    addresses = _Addresses(plan, roster, known, report)
    _plan_staff(plan, roster, known, addresses)
    _plan_guardians(plan, roster, known, households, addresses)
    plan_families(plan, roster, known, households, report)
    plan_phones(plan, roster, known, report)
    _plan_births(plan, roster, known, report)


def _plan_students(plan: Plan, roster: Roster, known: Known, households: Households, report: Report) -> None:
    ids = plan.ids["students"] = {source_id: student.id for source_id, student in known.students.items()}
    for source_id, user in roster.students.items():
        id_ = ids.setdefault(source_id, known.new_id("student", source_id))
        if source_id in known.merged_students:
            continue
        family = households.of_student[source_id]
        said = (first_name(user), last_name(user))
        names = keep_edited(
            known.students.get(source_id), ("first_name", "last_name"), said, ("users.csv", user), report
        )
        plan.add("student", (id_, family, *names, source_id, None))
    for source_id, student in known.students.items():
        family = households.of_student.get(source_id, student.family_id)
        if source_id not in roster.students and family != student.family_id:
            plan.moved.setdefault("student", []).append((student.id, family))


class _Addresses:
    """Decides who gets an e-mail address to sign in with: one person of a kind, and first the one who has it now.

    An imported person who takes another address here, or is removed, releases the old one for others.
    """

    def __init__(self, plan: Plan, roster: Roster, known: Known, report: Report) -> None:
        self._plan = plan
        self._report = report
        self._held = dict(known.emails)
        self._leaving: set[UUID] = set()
        users = roster.rows("users")
        staff = {source_id: user for source_id, (user, _) in roster.staff.items()}
        for here, there in ((staff, known.staff), (roster.guardians, known.guardians)):
            for source_id, person in there.items():
                if "email" in person.office_fields or source_id in known.merged_guardians:
                    continue
                if source_id in here:
                    is_leaving = (here[source_id]["email"] or "").lower() != (person.email or "").lower()
                else:
                    is_leaving = person.ended_at is not None or users.mode == "bulk" or source_id in users.by_id
                if is_leaving:
                    self._leaving.add(person.id)

    def warn(self, user: Record, column: str, value: str, reason: str) -> None:
        self._report.warn("users.csv", user.line, column, value, reason)

    def keep_edited(self, person: KnownPerson | None, said: tuple[Any, ...], user: Record) -> tuple[Any, ...]:
        return keep_edited(
            person, ("first_name", "last_name", "email", "ended_at"), said, ("users.csv", user), self._report
        )

    def of(self, kind: str, id_: UUID, user: Record) -> str | None:
        """Return the address, or None with a warning if it is invalid or if somebody else of the kind has it."""
        email = user["email"]
        if email is None:
            return None
        if not is_email(email):
            self.warn(user, "email", email, "is not an e-mail address; left out")
            return None
        holder = self._held.get((kind, email.lower()), id_)
        if holder != id_ and holder in self._leaving:
            self._plan.freed_addresses.append(holder)
        elif holder != id_:
            reason = (
                f"already belongs to another {kind.lower()} account, which keeps it; this person cannot sign in with it"
            )
            self.warn(user, "email", email, reason)
            return None
        self._held[kind, email.lower()] = id_
        return str(email)


def _ended_at(user: Record, person: KnownPerson | None, now: datetime) -> datetime | None:
    """Return when the account was closed: for a disabled one when it was first closed, and None for an enabled one."""
    if user["enabledUser"]:
        return None
    return (person.ended_at if person else None) or now


def _plan_staff(plan: Plan, roster: Roster, known: Known, addresses: _Addresses) -> None:
    ids = plan.ids["staff"] = {source_id: person.id for source_id, person in known.staff.items()}
    for source_id, (user, permissions) in sorted(roster.staff.items()):
        id_ = ids.setdefault(source_id, known.new_id("staff", source_id))
        email = addresses.of("STAFF", id_, user)
        ended_at = _ended_at(user, known.staff.get(source_id), plan.now)
        names = (first_name(user), last_name(user), email)
        plan.add("staff", (id_, "STAFF", *names, None, sorted(permissions), source_id, ended_at))


def _plan_guardians(plan: Plan, roster: Roster, known: Known, households: Households, addresses: _Addresses) -> None:
    for source_id, user in sorted(roster.guardians.items()):
        family = households.of_guardian.get(source_id)
        if family is None:
            addresses.warn(user, "sourcedId", user.id, "is a guardian whom no student names as agent; left out")
            continue
        if source_id in known.merged_guardians:
            continue
        person = known.guardians.get(source_id)
        id_ = person.id if person else known.new_id("guardian", source_id)
        is_the_offices = person is not None and "email" in person.office_fields
        email = user["email"] if is_the_offices else addresses.of("GUARDIAN", id_, user)
        said = (first_name(user), last_name(user), email, _ended_at(user, person, plan.now))
        *names, ended_at = addresses.keep_edited(person, said, user)
        plan.add("guardian", (id_, "GUARDIAN", *names, family, [], GUARDIAN_PREFIX + source_id, ended_at))
    for source_id, person in known.guardians.items():
        family = households.of_guardian.get(source_id)
        if source_id not in roster.guardians and family is not None and family != person.family_id:
            plan.moved.setdefault("person", []).append((person.id, family))


def _plan_births(plan: Plan, roster: Roster, known: Known, report: Report) -> None:
    """Plan demographics.csv: birth date and sex of students. A row to delete clears both."""
    for row in roster.rows("demographics").records:
        id_ = plan.ids["students"].get(row.id)
        if id_ is None or row.id in known.merged_students:
            continue
        said = (None, None) if row.to_delete else (row["birthDate"], SEXES.get(row["sex"] or ""))
        there = known.students.get(row.id)
        facts = keep_edited(there, ("birth_on", "gender"), said, ("demographics.csv", row), report)
        plan.birth_facts.append((id_, *facts))
