"""The refusals of the business, each with its facts. Refusals that only one capability raises are in its own folder.

Raising a refusal rolls back the whole transaction (R4.2), so nothing is changed. The API answers a refusal with the
member of the mutation's union that `gql` declares for it. It answers NothingFound and AskedWrongly with a top-level
error.
"""

from dataclasses import dataclass

from attendance.rules.vocabulary import (
    Permission,
)


class Refusal(Exception):
    """The base class of all refusals. `message` is a sentence that says what is wrong and, if possible, what to do
    instead.
    """

    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(eq=False)
class NothingFound(Refusal):
    """There is no such object, or the caller may not see it. The two cases give the same answer (R11.3)."""

    message: str


class AskedWrongly(Refusal):
    """The request cannot be carried out as it was sent. This is a fault of the client and not a decision of the
    business.
    """


@dataclass(eq=False)
class OccurrenceNotFound(NothingFound):
    """There is no such occurrence, or the caller may not see it. The two cases give the same answer (R4.12, R11.3)."""

    message: str = "There is no such occurrence."


@dataclass(eq=False)
class StudentNotFound(NothingFound):
    """There is no such student, or the caller may not see it (R11.3)."""

    message: str = "There is no such student."


@dataclass(eq=False)
class LocationNotFound(NothingFound):
    """There is no such location, or it was deleted."""

    message: str = "There is no such location."


@dataclass(eq=False)
class PermissionDenied(Refusal):
    """The caller may see the object but may not make this change to it (section 11)."""

    permission: Permission
    message: str


@dataclass(eq=False)
class IdempotencyKeyReused(AskedWrongly):
    """The key was used before, with another mutation or another input (R4.11)."""

    message: str = "This idempotencyKey was used for another request. Use a new key for each request."
