"""The action that assigns or removes the substitutes of an absent staff member (R9.9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from attendance.actions.absences.steps.lock_staff_absence import LockedAbsence, lock_staff_absence
from attendance.actions.absences.steps.tell_substitutes import Act, tell_assigned, tell_released
from attendance.rules.absences.substitutes import (
    Assignment,
    AssignmentOptions,
    Meeting,
    require_free,
    require_needed,
    require_still_here,
)
from attendance.rules.calendar.listings import expand
from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey
from attendance.rules.refusals import OccurrenceNotFound
from db.absences.staff_absences import LockedStaff, absences_of, read_staff
from db.absences.substitutions import substitutions_at, write_assignments
from db.calendar.listing_filter import ListingFilter
from db.calendar.occurrence_listings import read_slots
from db.calendar.occurrences import read_heads
from db.unit_of_work import UnitOfWork

_NEAR = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class AssignedSubstitutes:
    """What the action did.

    changed -- the occurrences whose substitute changed.
    unreached -- those of them whose new substitute was to be notified but has no e-mail address.
    """

    changed: tuple[OccurrenceKey, ...]
    unreached: tuple[OccurrenceKey, ...]
    email_count: int


async def assign_substitutes(
    uow: UnitOfWork, absence_id: UUID, assignments: Sequence[Assignment], options: AssignmentOptions, *, now: datetime
) -> AssignedSubstitutes:
    """Assign all of the substitutes or none. The occurrences must differ.

    It takes some statements for each substitute, however many occurrences there are. An assignment that already exists
    stays unchanged, and nobody is notified of it.

    Raises NothingFound, OccurrenceNotFound, NoSubstituteNeeded and SubstituteNotPossible.
    """
    wanted = {each.substitute_id for each in assignments if each.substitute_id is not None}
    absence = await lock_staff_absence(uow, absence_id, wanted)
    person = absence.facts.person
    keys = [each.key for each in assignments]
    heads = {head.key: head for head in await read_heads(uow.connection, uow.organization_id, keys)}
    known = await substitutions_at(uow.connection, uow.organization_id, person.id, keys)
    for key in keys:
        if key not in heads:
            raise OccurrenceNotFound
        require_needed(heads[key], absence.facts, is_known=key in known, now=now)
    await _require_free(uow, absence, assignments, heads, allow_same_time=options.allow_same_time)
    changed = [
        each for each in assignments if each.key not in known or known[each.key].substitute_id != each.substitute_id
    ]
    if not changed:
        return AssignedSubstitutes((), (), 0)
    await write_assignments(uow, absence_id, person.id, changed)
    before = [(heads[each.key], known[each.key].substitute_id) for each in changed if each.key in known]
    released = [(head, former) for head, former in before if former is not None]
    former_staff = await read_staff(uow.connection, uow.organization_id, {former for _, former in released})
    act = Act(person, {**former_staff, **absence.staff}, now)
    told = await tell_released(uow, act, released, is_told=options.email_substitutes)
    told += await tell_assigned(uow, act, [(heads[each.key], each) for each in changed], options)
    return AssignedSubstitutes(tuple(each.key for each in changed), _unreached(changed, absence.staff, options), told)


async def _require_free(
    uow: UnitOfWork,
    absence: LockedAbsence,
    assignments: Sequence[Assignment],
    heads: dict[OccurrenceKey, OccurrenceHead],
    *,
    allow_same_time: bool,
) -> None:
    for substitute_id in sorted({each.substitute_id for each in assignments if each.substitute_id is not None}):
        mine = [heads[each.key] for each in assignments if each.substitute_id == substitute_id]
        days = [head.key.held_on for head in mine]
        within = DateSpan(min(days) - _NEAR, max(days) + _NEAR)
        away = await absences_of(uow.connection, uow.organization_id, [substitute_id], within)
        meetings = [] if allow_same_time else await _meetings(uow, substitute_id, within)
        # Two of the given occurrences can also be at the same time.
        meetings += [Meeting(head.key, head.starts_at, head.ends_at) for head in mine]
        substitute = absence.staff[substitute_id]
        for head in mine:
            require_still_here(head, substitute.facts, substitute.ends_on)
            require_free(
                head,
                absence.facts.person.id,
                substitute.facts,
                [span for _, span in away.get(substitute_id, [])],
                meetings,
                allow_same_time=allow_same_time,
            )


async def _meetings(uow: UnitOfWork, person_id: UUID, within: DateSpan) -> list[Meeting]:
    """Return the occurrences that the person teaches or substitutes on these dates and that take place."""
    listed = ListingFilter(within=within, include_not_scheduled=False, instructor_ids=[person_id])
    slots = await read_slots(uow.connection, uow.organization_id, listed)
    keys = [each.key for each in expand(slots, within, include_not_scheduled=False)]
    heads = await read_heads(uow.connection, uow.organization_id, keys)
    return [Meeting(head.key, head.starts_at, head.ends_at) for head in heads if head.is_held]


def _unreached(
    changed: Sequence[Assignment], staff: dict[UUID, LockedStaff], options: AssignmentOptions
) -> tuple[OccurrenceKey, ...]:
    if not options.email_substitutes:
        return ()
    return tuple(
        each.key for each in changed if each.substitute_id is not None and staff[each.substitute_id].email is None
    )
