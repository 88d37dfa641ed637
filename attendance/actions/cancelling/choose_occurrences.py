"""Choose the occurrences to cancel (R9.1): by id, or in a range of dates."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.listings import expand
from attendance.rules.calendar.occurrences import OccurrenceHead, may_see_occurrence
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey
from attendance.rules.cancelling.cancellation_refusals import (
    OccurrenceNotCancellable,
    TooManyOccurrences,
    not_cancellable,
)
from attendance.rules.cancelling.cancelling import MOST_OCCURRENCES
from attendance.rules.organization.permissions import Caller, sees_all_occurrences
from attendance.rules.refusals import OccurrenceNotFound
from attendance.rules.vocabulary import OfferingKind
from db.calendar.listing_filter import ListingFilter
from db.calendar.occurrence_listings import read_slots
from db.calendar.occurrences import read_heads


@dataclass(frozen=True, slots=True)
class ChosenRange:
    """Chooses the occurrences that are scheduled within the dates and meet all conditions. None sets no condition."""

    within: DateSpan
    kinds: Collection[OfferingKind] | None = None
    offering_ids: Collection[UUID] | None = None
    location_ids: Collection[UUID] | None = None
    program_ids: Collection[UUID] | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The chosen occurrences. Both lists are in the order of cancelling: by date, start and name."""

    heads: tuple[OccurrenceHead, ...]
    not_cancellable: tuple[tuple[OccurrenceHead, OccurrenceNotCancellable], ...]


async def choose_occurrences(
    connection: AsyncConnection, caller: Caller, chosen: Collection[OccurrenceKey] | ChosenRange
) -> Chosen:
    """Return the occurrences that the caller may see, with at most two statements.

    Raises OccurrenceNotFound when the caller may not see one that was given by id, and TooManyOccurrences.
    """
    organization_id = caller.organization_id
    keys = set(await _keys_in(connection, caller, chosen) if isinstance(chosen, ChosenRange) else chosen)
    heads = await read_heads(connection, organization_id, keys)
    if len(heads) < len(keys) or not all(may_see_occurrence(caller, head) for head in heads):
        raise OccurrenceNotFound
    heads.sort(key=lambda head: (head.key.held_on, head.starts_at, head.offering.sort_key, head.key.timeslot_id))
    refusals = [(head, not_cancellable(head)) for head in heads]
    return Chosen(
        tuple(head for head, refusal in refusals if refusal is None),
        tuple((head, refusal) for head, refusal in refusals if refusal is not None),
    )


async def _keys_in(connection: AsyncConnection, caller: Caller, chosen: ChosenRange) -> list[OccurrenceKey]:
    listed = ListingFilter(
        within=chosen.within,
        kinds=chosen.kinds,
        offering_ids=chosen.offering_ids,
        location_ids=chosen.location_ids,
        program_ids=chosen.program_ids,
        include_not_scheduled=False,
        visible_to=None if sees_all_occurrences(caller) else caller.person_id,
    )
    slots = await read_slots(connection, caller.organization_id, listed)
    positions = list(islice(expand(slots, chosen.within, include_not_scheduled=False), MOST_OCCURRENCES + 1))
    if len(positions) > MOST_OCCURRENCES:
        raise TooManyOccurrences(MOST_OCCURRENCES)
    return [position.key for position in positions]
