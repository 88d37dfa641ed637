"""Why nobody is signed in or out."""

from dataclasses import dataclass
from uuid import UUID

from attendance.rules.refusals import Refusal
from attendance.rules.vocabulary import (
    SignInRefusedReason,
)


@dataclass(eq=False)
class SignInRefused(Refusal):
    """Nobody was signed in; whether an e-mail address is known cannot be told from it."""

    reason: SignInRefusedReason
    message: str


@dataclass(eq=False)
class NoSession(Refusal):
    """The caller's credential is not of a session kept here, so there is none to end."""

    message: str


@dataclass(frozen=True, slots=True)
class OrganizationChoice:
    """An organization that the caller may sign in to."""

    organization_id: UUID
    name: str


@dataclass(eq=False)
class OrganizationChoiceRequired(Refusal):
    """The e-mail address and password are right in several organizations."""

    organizations: tuple[OrganizationChoice, ...]
    message: str
