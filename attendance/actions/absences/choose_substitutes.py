"""The action that chooses the occurrences that get substitutes: those named, or all of an absence that are not over
(R9.9).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.actions.absences.steps.lock_staff_absence import lock_staff_absence
from attendance.rules.absences.substitutes import MOST_ASSIGNMENTS, Assignment, NothingToSubstitute
from attendance.rules.calendar.occurrences import OccurrenceHead, may_see_occurrence
from attendance.rules.calendar.timeslots import OccurrenceKey, local_date
from attendance.rules.organization.permissions import Caller
from attendance.rules.refusals import OccurrenceNotFound
from db.absences.substitutions import list_substitutions
from db.calendar.occurrences import read_heads
from db.unit_of_work import UnitOfWork

_ALL = 100_000


@dataclass(frozen=True, slots=True)
class ToAssign:
    """An occurrence to which a substitute is to be assigned. `title` describes it for staff."""

    key: OccurrenceKey
    substitute_id: UUID | None
    title: str


async def choose_named(uow: UnitOfWork, caller: Caller, wanted: Sequence[Assignment]) -> list[ToAssign]:
    """Return the named occurrences, in one statement. Raises OccurrenceNotFound when the caller may not see one of
    them.
    """
    found = await read_heads(uow.connection, uow.organization_id, [each.key for each in wanted])
    heads = {head.key: head for head in found if may_see_occurrence(caller, head)}
    if len(heads) < len(wanted):
        raise OccurrenceNotFound
    return [ToAssign(each.key, each.substitute_id, _title(heads[each.key])) for each in wanted]


async def choose_every(
    uow: UnitOfWork, caller: Caller, absence_id: UUID, substitute_id: UUID | None, *, now: datetime
) -> list[ToAssign]:
    """Return every present and future occurrence of the absence that takes place and that the caller may see, by date.

    Raises NothingFound and NothingToSubstitute.
    """
    await lock_staff_absence(uow, absence_id, [] if substitute_id is None else [substitute_id])
    (rows,) = await list_substitutions(uow.connection, uow.organization_id, [(absence_id, None, _ALL)])
    # The margin of one day allows for time zones; earlier local dates are excluded below.
    earliest = now.date().toordinal() - 1
    keys = [row.key for row, _, _ in rows if row.key.held_on.toordinal() >= earliest]
    heads = [
        head
        for head in await read_heads(uow.connection, uow.organization_id, keys)
        if may_see_occurrence(caller, head) and head.is_held and head.key.held_on >= local_date(now, head.zone)
    ][:MOST_ASSIGNMENTS]
    if not heads:
        raise NothingToSubstitute
    return [ToAssign(head.key, substitute_id, _title(head)) for head in heads]


def _title(head: OccurrenceHead) -> str:
    return f"{head.offering.name}, {head.key.held_on} {head.slot.start_time:%H:%M}"
