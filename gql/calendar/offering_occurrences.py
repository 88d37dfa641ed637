"""The field `Offering.occurrences`, and lists of the occurrences of an offering or of an enrollment, so that marking
can start from either (R4.3).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Annotated, NamedTuple
from uuid import UUID

import strawberry

from attendance.rules.calendar.listings import ListedSlot, Position, expand, range_refusal
from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import DateSpan
from attendance.rules.organization.permissions import SEE_ATTENDANCE, sees_all_occurrences
from db.calendar.listing_filter import ListingFilter
from db.calendar.occurrence_listings import read_slots
from db.calendar.occurrences import read_heads
from gql.calendar.occurrence import Occurrence, show_occurrence
from gql.calendar.offering import Offering
from gql.calendar.positions import encode_position, position_cursors, read_position
from gql.fields.access import requires
from gql.fields.context import Info, Reading
from gql.fields.listing_arguments import AFTER, FIRST, FROM, NOT_SCHEDULED, TO
from gql.fields.loaders import load
from gql.fields.pagination import Connection, Page, connection, read_page
from gql.fields.vocabulary import Portal
from gql.protocol.errors import BadInput

_CURSORS = position_cursors("offeringOccurrences")


@dataclass(frozen=True, slots=True)
class OccurrenceRange:
    """The arguments of the field `occurrences`. When `include_not_scheduled` is None, the portal decides
    (R2.3).
    """

    from_on: date
    to_on: date
    include_not_scheduled: bool | None
    first: int | None
    after: str | None


class _Asked(NamedTuple):
    """One request of a batch. When `timeslot_id` is None, all of the offering's timeslots are listed."""

    offering_id: UUID
    timeslot_id: UUID | None
    within: DateSpan
    include_not_scheduled: bool | None
    page: Page


class _Found(NamedTuple):
    heads: list[OccurrenceHead]
    positions: list[Position]


async def occurrences_of(
    info: Info, given: OccurrenceRange, offering_id: UUID, timeslot_id: UUID | None = None, span: DateSpan | None = None
) -> Connection[Occurrence]:
    """Return a page of occurrences ordered by start. It takes two statements for all offerings or enrollments of a
    batch.

    span -- the dates of an enrollment: only occurrences on these dates are listed. None sets no such bound.

    Raises BadInput.
    """
    refusal = range_refusal(given.from_on, given.to_on)
    if refusal is not None:
        raise BadInput(refusal)
    page = read_page(_CURSORS, first=given.first, after=given.after)
    within = DateSpan(given.from_on, given.to_on).clip(span or DateSpan())
    found = await load(info, _Asked(offering_id, timeslot_id, within, given.include_not_scheduled, page), _read)
    now = info.context.clock()
    return connection(
        zip(found.positions[: page.size], found.heads, strict=False),
        page,
        has_more=len(found.positions) > page.size,
        node=lambda row: show_occurrence(row[1], now),
        cursor=lambda row: encode_position(_CURSORS, row[0]),
    )


async def _read(source: Reading, asked: list[_Asked]) -> list[_Found]:
    caller = source.viewer.caller
    chosen = ListingFilter(
        within=_hull(asked),
        offering_ids={each.offering_id for each in asked},
        visible_to=None if sees_all_occurrences(caller) else caller.person_id,
    )
    slots: dict[UUID | None, list[ListedSlot]] = defaultdict(list)
    for listed in await read_slots(source.connection, caller.organization_id, chosen):
        slots[listed.offering_id].append(listed)
    by_default = caller.portal is not Portal.STAFF
    pages = [_positions(slots[each.offering_id], each, by_default) for each in asked]
    keys = {position.key for page in pages for position in page}
    heads = {head.key: head for head in await read_heads(source.connection, caller.organization_id, keys)}
    return [_Found([heads[position.key] for position in page], page) for page in pages]


def _hull(asked: list[_Asked]) -> DateSpan:
    starts = [each.within.starts_on for each in asked if each.within.starts_on]
    ends = [each.within.ends_on for each in asked if each.within.ends_on]
    return DateSpan(min(starts), max(ends))


def _positions(slots: list[ListedSlot], asked: _Asked, by_default: bool) -> list[Position]:
    mine = [listed for listed in slots if asked.timeslot_id in (None, listed.slot.id)]
    told = asked.include_not_scheduled
    include = by_default if told is None else told
    found = expand(mine, asked.within, include_not_scheduled=include, after=read_position(asked.page.after, "after"))
    return list(islice(found, asked.page.size + 1))


async def resolve(  # noqa: PLR0917 - Strawberry passes arguments by name
    self: Offering,
    info: Info,
    from_on: Annotated[date, FROM],
    to: Annotated[date, TO],
    include_not_scheduled: Annotated[bool | None, NOT_SCHEDULED] = None,
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[Occurrence]:
    given = OccurrenceRange(from_on, to, include_not_scheduled, first, after)
    return await occurrences_of(info, given, self.key)


field = strawberry.field(
    resolver=resolve,
    description="The occurrences of this offering in a range of dates, ordered by start. Needs attendance VIEW; "
    "without SEE_ALL, only the occurrences that the viewer teaches or substitutes are listed.",
    metadata=requires(SEE_ATTENDANCE),
)
