"""Search for occurrences in which a makeup token can be used, over many days and locations at once (R8.9). It only
reads.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.listings import Position
from attendance.rules.calendar.timeslots import DateSpan, bounded
from attendance.rules.enrollments.places import Timetable
from attendance.rules.makeups.makeup_search import Candidate, MakeupQuestion, judged
from attendance.rules.vocabulary import OfferingKind
from db.calendar.listing_filter import ListingFilter, Window
from db.calendar.timetables import read_timetables
from db.makeups.makeup_places import WantedClasses, read_makeup_places
from pace import in_turns

# How many times as large as the round before each further round is.
_GROWTH = 4


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

    The occurrences are looked at in rounds of three statements, until the page is full. The first round is little
    larger than a page. Each further round is four times as large as the one before, and leaves out the classes that are
    full on every date. Other tasks get their turn during a long search.
    """
    within = search.within if search.include_rejected else question.bookable(search.within)
    if not search.include_rejected and (question.is_good_nowhere or _is_empty(within)):
        return FoundMakeups((), has_more=False)
    chosen = _filter(question, search, within)
    timetables: dict[UUID, Timetable] = {}
    found: list[Candidate] = []
    after = search.after if search.include_rejected else question.first_bookable(search.after)
    some_more = 0 if search.include_rejected else search.limit // 2
    window, is_again = Window(search.limit + 1 + some_more, after=after), False
    while True:
        rows = await read_makeup_places(
            connection,
            organization_id,
            chosen,
            window,
            _wanted(question, search, is_again=is_again),
        )
        missing = {row.offering_id for row in rows} - timetables.keys()
        timetables |= await read_timetables(connection, organization_id, missing, since=bounded(within)[0])
        async for row in in_turns(rows):
            candidate = judged(
                row.position,
                timetables[row.offering_id],
                row.places,
                question,
                is_first_enough=not search.include_rejected,
            )
            if search.include_rejected or not candidate.obstacles:
                found.append(candidate)
        if len(found) > search.limit or len(rows) < window.limit:
            return FoundMakeups(tuple(found[: search.limit]), has_more=len(found) > search.limit)
        window, is_again = Window(_GROWTH * window.limit, after=rows[-1].position), True


def _wanted(question: MakeupQuestion, search: MakeupSearch, *, is_again: bool) -> WantedClasses:
    first, last = bounded(search.within)
    return WantedClasses(
        question.student_id,
        with_rejected=search.include_rejected,
        least_months=question.months_old(first),
        most_months=question.months_old(last),
        without_full=is_again,
        now=question.now,
    )


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
        include_not_scheduled=False,
        visible_to=search.visible_to,
    )


def _is_empty(within: DateSpan) -> bool:
    return within.starts_on is None or within.ends_on is None or within.starts_on > within.ends_on
