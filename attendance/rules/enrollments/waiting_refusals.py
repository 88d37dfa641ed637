"""The refusals of waiting for a place and of offering one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.rules.refusals import Refusal
from attendance.rules.vocabulary import PlaceOfferState


@dataclass(eq=False)
class OfferOutOfOrder(Refusal):
    """Somebody who joined the line earlier can be given the place."""

    enrollment_id: UUID
    message: str


@dataclass(eq=False)
class PlaceAlreadyOffered(Refusal):
    """A place is offered to the student, and held."""

    holds_until: datetime
    message: str


@dataclass(eq=False)
class PlaceNotOffered(Refusal):
    """No place is offered to the student. `state` is that of the last offer; None: there was none."""

    state: PlaceOfferState | None
    message: str


@dataclass(eq=False)
class PlaceOfferOver(Refusal):
    """The time is over for which the place is, or would be, held."""

    holds_until: datetime
    message: str


@dataclass(eq=False)
class PlacesForWaitlist(Refusal):
    """The places that are free are those of students who wait. The enrollment is the first that waits for one."""

    enrollment_id: UUID
    message: str
