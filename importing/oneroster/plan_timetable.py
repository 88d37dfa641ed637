"""When classes meet from now on, and which classes must first have their past copied (R2.10)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from uuid import UUID

from db.calendar.history import MovedTimeslot
from importing.oneroster.known import Known, KnownOffering, KnownTimeslot
from importing.oneroster.plan import Plan
from importing.oneroster.schedule import Schedule, Slot, slot_key


def plan_timeslots(plan: Plan, schedule: Schedule, known: Known) -> None:
    """For the classes that schedule.csv names, its rows are all the meetings there are. A row that fits no meeting of
    its class moves one that no row fits, of the same weekday if there is one; so the meeting keeps its identity.
    """
    wanted: dict[str, list[Slot]] = defaultdict(list)
    for slot in schedule.slots:
        wanted[slot.source_id].append(slot)
    known_of: dict[UUID, list[KnownTimeslot]] = defaultdict(list)
    for each in known.timeslots:
        known_of[each.offering_id].append(each)
    taken = {each.id for each in known.timeslots}
    for source_id, slots in wanted.items():
        offering_id = plan.ids["classes"][source_id]
        there = known_of[offering_id]
        fitting = dict(_fit(slots, [each for each in there if _is_imported(each, source_id, known)]))
        for slot in slots:
            if slot.key in fitting:
                _keep_or_move(plan, fitting[slot.key], slot)
            else:
                # A class that meets already has another meeting from the day on which that is known.
                since = plan.changes_on.get(offering_id) if there else None
                id_ = _free_id(slot.key, taken, known)
                plan.add(
                    "timeslot", (id_, offering_id, slot.weekday, slot.start, slot.minutes, slot.room, source_id, since)
                )
        kept = {each.id for each in fitting.values()}
        _end(plan, (each for each in there if each.id not in kept and _is_imported(each, source_id, known)))


def plan_timetables_of_removed(plan: Plan, schedule: Schedule, known: Known) -> None:
    """Classes that go meet no more; those that come back meet again as they did before they went, unless schedule.csv
    says when they meet.
    """
    gone = set(plan.gone.get("offering", ()))
    _end(plan, (each for each in known.timeslots if each.offering_id in gone))
    planned = {row[0] for row in plan.planned("offering")}
    back = {one.id: one for one in known.offerings.values() if one.deleted_at is not None and one.id in planned}
    named = {plan.ids["classes"][slot.source_id] for slot in schedule.slots}
    for each in known.timeslots:
        one = back.get(each.offering_id)
        if one is not None and one.id not in named and each.weekday is not None and _ended_with(each, one):
            plan.moved_timeslots.append(
                MovedTimeslot(
                    each.id,
                    plan.changes_on[each.offering_id],
                    each.weekday,
                    each.start_time,
                    each.minutes,
                    each.room,
                )
            )


def changed_offerings(plan: Plan, known: Known) -> set[UUID]:
    """The classes of which this import changes the schedule, the location, its zone or the program. The office's own
    are among them when they are attached to a session of the source, or held at a location of it.
    """
    dates = {one.id: (one.starts_on, one.ends_on, one.deleted_at is None) for one in known.sessions.values()}
    sessions = {
        row[0] for row in plan.planned("session") if row[0] in dates and dates[row[0]] != (row[2], row[3], True)
    } | set(plan.gone.get("session", ()))
    moved_zones = {
        row[0]
        for row in plan.planned("location")
        if row[0] in known.location_by_id and known.location_by_id[row[0]].time_zone != row[2]
    }
    by_id = {one.id: one for one in known.offerings.values()}
    changed = set(plan.gone.get("offering", ()))
    for row in plan.planned("offering"):
        one = by_id.get(row[0])
        if one is not None and (one.location_id, one.program_id, one.deleted_at) != (row[3], row[4], None):
            changed.add(one.id)
    links = {(offering, session) for offering, of in known.sessions_of.items() for session in of}
    changed |= {offering for offering, session in links if session in sessions}
    changed |= {row[0] for row in plan.planned("offering_session") if (row[0], row[1]) not in links}
    changed |= {offering for offering, _ in plan.links_gone.get("offering_session", ())}
    changed |= {offering for offering, location in known.location_of.items() if location in moved_zones}
    return changed & plan.changes_on.keys()


def _fit(slots: Iterable[Slot], there: Iterable[KnownTimeslot]) -> Iterator[tuple[str, KnownTimeslot]]:
    """Which known meeting each row is, by the row's key: the same day and hour first, then what moved, then what ended
    at that day and hour and comes back.
    """
    live = sorted((each for each in there if _meets(each)), key=lambda each: (each.weekday or 0, each.start_time))
    over = [each for each in there if not _meets(each)]
    open_rows = sorted(slots, key=lambda slot: (slot.weekday, slot.start))
    for is_it in (_same_time, _same_day, _any):
        for slot in list(open_rows):
            found = next((each for each in live if is_it(each, slot)), None)
            if found is not None:
                live.remove(found)
                open_rows.remove(slot)
                yield slot.key, found
    for slot in open_rows:
        found = next((each for each in over if _same_time(each, slot)), None)
        if found is not None:
            over.remove(found)
            yield slot.key, found


def _keep_or_move(plan: Plan, known: KnownTimeslot, slot: Slot) -> None:
    there = (known.weekday, known.start_time, known.minutes, known.room)
    if not _meets(known) or there != (slot.weekday, slot.start, slot.minutes, slot.room):
        changes_on = plan.changes_on[known.offering_id]
        plan.moved_timeslots.append(
            MovedTimeslot(known.id, changes_on, slot.weekday, slot.start, slot.minutes, slot.room)
        )


def _end(plan: Plan, timeslots: Iterable[KnownTimeslot]) -> None:
    for each in timeslots:
        if _meets(each) and each.weekday is not None:
            plan.ended_timeslots[each.id] = plan.changes_on[each.offering_id]


def _is_imported(each: KnownTimeslot, source_id: str, known: Known) -> bool:
    """Before timeslots said which class of the source they came with, their id told it."""
    if each.source_id is not None or each.weekday is None:
        return each.source_id is not None
    return known.new_id("timeslot", slot_key(source_id, each.weekday, each.start_time)) == each.id


def _free_id(key: str, taken: set[UUID], known: Known) -> UUID:
    """The id made of the key; a meeting that had this day and hour once, and has moved, keeps it."""
    id_, turn = known.new_id("timeslot", key), 1
    while id_ in taken:
        turn += 1
        id_ = known.new_id("timeslot", f"{key}/{turn}")
    taken.add(id_)
    return id_


def _ended_with(each: KnownTimeslot, offering: KnownOffering) -> bool:
    if each.ends_on is None or each.deleted_at is not None or offering.deleted_at is None:
        return False
    return each.ends_on >= offering.deleted_at.date() - timedelta(days=2)


def _meets(each: KnownTimeslot) -> bool:
    return each.ends_on is None and each.deleted_at is None


def _same_time(each: KnownTimeslot, slot: Slot) -> bool:
    return (each.weekday, each.start_time) == (slot.weekday, slot.start)


def _same_day(each: KnownTimeslot, slot: Slot) -> bool:
    return each.weekday == slot.weekday


def _any(each: KnownTimeslot, slot: Slot) -> bool:
    return True
