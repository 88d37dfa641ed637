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
    """A place is already offered to the student and is held."""

    holds_until: datetime
    message: str


@dataclass(eq=False)
class PlaceNotOffered(Refusal):
    """The student has no open offer. `state` is that of the last offer, or None when there was none."""

    state: PlaceOfferState | None
    message: str


@dataclass(eq=False)
class PlaceOfferOver(Refusal):
    """The time for which the place is held is over."""

    holds_until: datetime
    message: str


@dataclass(eq=False)
class PlacesForWaitlist(Refusal):
    """Students who wait can be given the free places. The enrollment is the first of them in line."""

    enrollment_id: UUID
    message: str
