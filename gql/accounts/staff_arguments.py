"""Input fields about staff that several mutations share, with their checks."""

from uuid import UUID

import strawberry

from attendance.rules.accounts.email_addresses import LONGEST_EMAIL, is_email_address
from attendance.rules.accounts.granting import LONGEST_NAME, MOST_GROUPS_OF_PERSON
from gql.fields.global_ids import decode_ids
from gql.fields.vocabulary import Permission
from gql.protocol.errors import BadInput

MOST_PERMISSIONS = 100

OF_FIRST_NAME = f"The given name, 1 to {LONGEST_NAME} characters."
OF_LAST_NAME = f"The family name, at most {LONGEST_NAME} characters."
OF_EMAIL = (
    f"The e-mail address, at most {LONGEST_EMAIL} characters, with which the person signs in. No two staff members "
    "have the same."
)
OF_PERMISSIONS = f"The permissions of the person itself, at most {MOST_PERMISSIONS}. The caller must hold each of them."
OF_GROUPS = (
    f"The ids of the person's permission groups, at most {MOST_GROUPS_OF_PERSON}. The caller must hold each permission "
    "of these groups."
)
OF_GROUP_NAME = f"The name, 1 to {LONGEST_NAME} characters."


def checked_email(given: str | None, argument: str) -> str | None:
    """Return the address, or None when it is null or blank. Raises BadInput for a text that is no address."""
    email = (given or "").strip()
    if email and not is_email_address(email):
        raise BadInput(f"{argument} is not an e-mail address such as ann@example.com.")
    return email or None


def checked_permissions(given: list[Permission], argument: str) -> frozenset[str]:
    """Raises BadInput when the list is too long."""
    if len(given) > MOST_PERMISSIONS:
        raise BadInput(f"{argument} has {len(given)} values; at most {MOST_PERMISSIONS} are allowed.")
    return frozenset(permission.value for permission in given)


def checked_groups(given: list[strawberry.ID], argument: str) -> frozenset[UUID]:
    return frozenset(decode_ids(given, "PermissionGroup", argument, at_most=MOST_GROUPS_OF_PERSON))
