"""The refusals of signing in and out."""

from dataclasses import dataclass
from uuid import UUID

from attendance.rules.refusals import Refusal
from attendance.rules.vocabulary import Portal, SignInRefusedReason


@dataclass(eq=False)
class SignInRefused(Refusal):
    """Nobody was signed in. The refusal does not reveal whether an account with the e-mail address exists.

    person_id, portal -- of the session that was not continued, for the record alone; None when it is not known
    is_theft -- a refresh token came back that had been used before
    """

    reason: SignInRefusedReason
    message: str
    person_id: UUID | None = None
    portal: Portal | None = None
    is_theft: bool = False


@dataclass(eq=False)
class NoSession(Refusal):
    """The caller's credential does not belong to a session kept here, so there is no session to end."""

    message: str


@dataclass(frozen=True, slots=True)
class OrganizationChoice:
    """An organization that the caller may sign in to."""

    organization_id: UUID
    name: str


@dataclass(eq=False)
class OrganizationChoiceRequired(Refusal):
    """The e-mail address and password are correct in several organizations."""

    organizations: tuple[OrganizationChoice, ...]
    message: str
