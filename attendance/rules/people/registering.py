"""Who and what is registered by hand: families, guardians and students, and who may do it (R13.1, R13.4)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from attendance.rules.organization.permissions import (
    Caller,
    may_record_attendance,
    may_see_attendance,
    sees_all_occurrences,
    sees_medical,
)
from attendance.rules.refusals import PermissionDenied
from attendance.rules.vocabulary import Permission, Portal

# What roll sheets say of a student besides attendance. Whoever records attendance may change it.
ROLL_SHEET_TEXTS = frozenset({"medical_alert", "roll_sheet_comment"})
_OF_NO_ADDRESS = re.compile(r"[\s<>,;:\"()\[\]\\\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class NewFamily:
    name: str
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class NewGuardian:
    """A guardian with the telephone numbers by which a kiosk finds the family."""

    first_name: str
    last_name: str
    email: str | None = None
    phones: tuple[str, ...] = ()


def reached_by(family: NewFamily, guardians: Iterable[NewGuardian]) -> NewFamily:
    """Return the family with the e-mail address and the number of the first guardian who has one, where it was given
    none itself: mail about classes goes to the family. An import does the same.
    """
    emails = (each.email for each in guardians if each.email is not None)
    phones = (phone for each in guardians for phone in each.phones)
    return replace(family, email=family.email or next(emails, None), phone=family.phone or next(phones, None))


@dataclass(frozen=True, slots=True)
class NewStudent:
    first_name: str
    last_name: str
    birth_on: date | None = None
    gender: str | None = None
    medical_alert: str | None = None
    roll_sheet_comment: str | None = None


def is_email(text: str) -> bool:
    """Return whether the text looks like one address. The check is just enough to exclude names, phone numbers, lists
    of addresses, and addresses with a name around them. Letters of any script are allowed.
    """
    name, at, domain = text.partition("@")
    return bool(name and at and "." in domain.strip(".")) and _OF_NO_ADDRESS.search(text) is None and "@" not in domain


def require_sight_of_all(caller: Caller) -> None:
    """Raise PermissionDenied when the caller does not see all families. Who sees a part of them cannot know whether a
    family is registered already.
    """
    if not (may_see_attendance(caller) and sees_all_occurrences(caller)):
        needed = Permission.STAFF_SEE_ALL if caller.portal is Portal.STAFF else Permission.OFFICE_SEE_ALL
        raise PermissionDenied(needed, "Families are registered and changed by those who see all of them.")


def require_may_change(caller: Caller, columns: Mapping[str, Any]) -> None:
    """Raise PermissionDenied when the caller may not change one of these columns of a student."""
    if "medical_alert" in columns and not sees_medical(caller):
        raise PermissionDenied(Permission.SEE_MEDICAL, "You may not see medical texts, so you cannot change them.")
    if ROLL_SHEET_TEXTS & columns.keys() and not may_record_attendance(caller):
        staff = caller.portal is Portal.STAFF
        needed = Permission.STAFF_ATTENDANCE_FULL if staff else Permission.OFFICE_ATTENDANCE_FULL
        raise PermissionDenied(needed, f"This needs the permission {needed}.")
    if columns.keys() - ROLL_SHEET_TEXTS and Permission.MANAGE_PEOPLE not in caller.permissions:
        raise PermissionDenied(Permission.MANAGE_PEOPLE, "This needs the permission MANAGE_PEOPLE.")
