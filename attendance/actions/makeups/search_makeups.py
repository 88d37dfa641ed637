"""Search for occurrences in which a makeup token can be used, over many days and locations at once (R8.9). It only
reads.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.listings import ListedSlot, Position
from attendance.rules.calendar.timeslots import DateSpan
from attendance.rules.makeups.makeup_search import Candidate, MakeupPlaces, MakeupQuestion, candidates, possible
from attendance.rules.vocabulary import OfferingKind
from db.calendar.listing_filter import ListingFilter
from db.calendar.occurrence_listings import read_slots
from db.calendar.timetables import read_timetables
from db.enrollments.enrollments import read_absences, read_places_of
from pace import in_turns

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MakeupSearch:
    """What to search.

    within -- the dates, bounded on both sides
    visible_to -- only what this person teaches or substitutes; None searches everything
    include_rejected -- whether occurrences with obstacles are included
    """

    within: DateSpan
    limit: int
    after: Position | None = None
    include_rejected: bool = False
    visible_to: UUID | None = None


@dataclass(frozen=True, slots=True)
class FoundMakeups:
    candidates: tuple[Candidate, ...]
    has_more: bool


async def search_makeups(
    connection: AsyncConnection, organization_id: UUID, question: MakeupQuestion, search: MakeupSearch
) -> FoundMakeups:
    """Return at most `limit` occurrences after a position, by start, then by offering name.

    This executes at most four statements, however long the range is and however many offerings there are. Other tasks
    get their turn during a long search.
    """
    within = search.within if search.include_rejected else question.bookable(search.within)
    if not search.include_rejected and (question.is_good_nowhere or _is_empty(within)):
        return FoundMakeups((), has_more=False)
    slots, places = await _read(connection, organization_id, question, search, within)
    found: list[Candidate] = []
    looked_at = candidates(slots, places, question, after=search.after, is_first_enough=not search.include_rejected)
    async for candidate in in_turns(looked_at):
        if search.include_rejected or not candidate.obstacles:
            found.append(candidate)
            if len(found) > search.limit:
                break
    return FoundMakeups(tuple(found[: search.limit]), has_more=len(found) > search.limit)


async def _read(
    connection: AsyncConnection,
    organization_id: UUID,
    question: MakeupQuestion,
    search: MakeupSearch,
    within: DateSpan,
) -> tuple[list[ListedSlot], MakeupPlaces]:
    since, until = within.starts_on, within.ends_on
    if since is None or until is None:
        raise ValueError("a search for makeups is bounded on both sides")
    slots = await read_slots(connection, organization_id, _filter(question, search, within))
    timetables = await read_timetables(
        connection, organization_id, {slot.offering_id for slot in slots if slot.offering_id}, since=since
    )
    if not search.include_rejected:
        slots = possible(slots, timetables, question)
    offering_ids = {slot.offering_id for slot in slots if slot.offering_id}
    places = await read_places_of(
        connection, organization_id, offering_ids, question.student_id, since=since, until=until
    )
    students = {each.student_id for of_offering in places.moving.values() for each in of_offering}
    # A class that runs past midnight is affected by an absence on the day after.
    absences = await read_absences(connection, organization_id, students, since=since, until=until + _DAY)
    return slots, MakeupPlaces(timetables, places.steady, places.moving, absences, within)


def _filter(question: MakeupQuestion, search: MakeupSearch, within: DateSpan) -> ListingFilter:
    """Leave out offerings that the rule would reject anyway, so that they are not read."""
    if search.include_rejected:
        return ListingFilter(within, visible_to=search.visible_to)
    lock = None if question.settings.ignore_location_lock else question.token.location
    program = question.token.program
    return ListingFilter(
        within,
        kinds=[OfferingKind.CLASS],
        location_ids=None if lock is None else [lock.id],
        program_ids=None if program is None else [program.id],
        visible_to=search.visible_to,
    )


def _is_empty(within: DateSpan) -> bool:
    return within.starts_on is None or within.ends_on is None or within.starts_on > within.ends_on
