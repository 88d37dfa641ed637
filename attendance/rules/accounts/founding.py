"""What a business has when it is founded (R12.1)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from attendance.rules.accounts.email_addresses import is_email_address
from attendance.rules.calendar.zones import is_time_zone
from attendance.rules.people.names import breaks_a_line, shows_something
from attendance.rules.vocabulary import Permission

LONGEST_NAME = 200

DEFAULT_GROUPS: Mapping[str, tuple[Permission, ...]] = {
    "Office": (
        Permission.OFFICE_ATTENDANCE_FULL,
        Permission.OFFICE_SEE_ALL,
        Permission.STAFF_ATTENDANCE_FULL,
        Permission.STAFF_SEE_ALL,
        Permission.EXCUSE_ABSENCES,
        Permission.CREATE_MAKEUP_TOKENS,
        Permission.DELETE_MAKEUP_TOKENS,
        Permission.MAKEUPS_WITHOUT_TOKENS,
        Permission.CANCEL_OCCURRENCES,
        Permission.MANAGE_ENROLLMENTS,
        Permission.MANAGE_PEOPLE,
        Permission.MANAGE_STAFF,
        Permission.MANAGE_CATALOGUE,
        Permission.LAUNCH_KIOSK,
        Permission.SEE_BALANCES,
        Permission.SEND_STATEMENTS,
        Permission.SEE_MEDICAL,
    ),
    "Front desk": (Permission.OFFICE_ATTENDANCE_FULL, Permission.OFFICE_SEE_ALL, Permission.LAUNCH_KIOSK),
    "Instructors": (Permission.STAFF_ATTENDANCE_FULL, Permission.EXCUSE_ABSENCES, Permission.SEE_MEDICAL),
}
"""The permission groups with which every business begins. Owners change and delete them."""


class NotFounded(Exception):
    """The text says which of the facts is wrong."""


@dataclass(frozen=True, slots=True)
class Founding:
    """The facts of a new business. Raises NotFounded for facts that cannot be.

    location -- the name of the first location
    time_zone -- the IANA name of the location's time zone
    currency -- the ISO 4217 code of the business
    """

    name: str
    location: str
    owner_email: str
    owner_first_name: str
    owner_last_name: str
    time_zone: str
    currency: str

    def __post_init__(self) -> None:
        for what, text in (("business", self.name), ("location", self.location), ("owner", self.owner_first_name)):
            if not text.strip() or len(text) > LONGEST_NAME:
                raise NotFounded(f"The name of the {what} has 1 to {LONGEST_NAME} characters.")
            if breaks_a_line(text.strip()) or not shows_something(text):
                raise NotFounded(f"The name of the {what} must be one line of text that can be seen.")
        if not is_email_address(self.owner_email):
            raise NotFounded(f"{self.owner_email!r} is not an e-mail address.")
        if not is_time_zone(self.time_zone):
            raise NotFounded(f"{self.time_zone!r} is not a time zone such as America/Chicago.")
        if not re.fullmatch(r"[A-Z]{3}", self.currency):
            raise NotFounded(f"{self.currency!r} is not a currency such as USD.")
