"""What the business refuses, with the facts of each. What only one capability refuses is in its own folder.

A refusal rolls back the whole transaction (R4.2): raise it, and nothing was changed. The API answers with the member of
the mutation's union that `gql` declares for it, and with a top-level error to a NothingFound and an AskedWrongly.
"""

from dataclasses import dataclass

from attendance.rules.vocabulary import (
    Permission,
)


class Refusal(Exception):
    """The base of all refusals. `message` says in a sentence what was wrong and what would be right."""

    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(eq=False)
class NothingFound(Refusal):
    """There is no such thing, or none that the caller may see: the two are not told apart (R11.3)."""

    message: str


class AskedWrongly(Refusal):
    """The request cannot be carried out as it was sent, which is a fault of the client and not of the business."""


@dataclass(eq=False)
class OccurrenceNotFound(NothingFound):
    """No such occurrence, or none that the caller may see: the two are not told apart (R4.12, R11.3)."""

    message: str = "There is no such occurrence."


@dataclass(eq=False)
class StudentNotFound(NothingFound):
    """No such student, or none that the caller may see (R11.3)."""

    message: str = "There is no such student."


@dataclass(eq=False)
class LocationNotFound(NothingFound):
    """No such location, or one that was deleted."""

    message: str = "There is no such location."


@dataclass(eq=False)
class PermissionDenied(Refusal):
    """Section 11: the caller may see the thing but not do this to it."""

    permission: Permission
    message: str


@dataclass(eq=False)
class IdempotencyKeyReused(AskedWrongly):
    """R4.11: the key came before, with another mutation or another input."""

    message: str = "This idempotencyKey was used for another request; make a new key for each act."
