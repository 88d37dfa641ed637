"""Make and change offerings (R13.1, R13.2). `end_offering` is in a file of its own."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from attendance.actions.catalogue.changed import CatalogueChanged
from attendance.actions.catalogue.steps.find import require_row
from attendance.actions.catalogue.steps.timetables_changed import begin_change, timetables_changed
from attendance.actions.enrollments.steps.offer_places import settle_and_offer
from attendance.rules.catalogue.catalogue_refusals import NotPossible
from attendance.rules.catalogue.slots import SlotDraft, check_slot
from attendance.rules.catalogue.terms import Terms
from attendance.rules.catalogue.timeslot_versions import Version
from attendance.rules.organization.permissions import Viewer
from attendance.rules.refusals import NothingFound
from attendance.rules.vocabulary import OfferingKind
from db import models
from db.calendar.history import end_teaching, keep_plans, keep_what_held
from db.catalogue.attachments import (
    add_instructors,
    are_sessions,
    are_staff,
    attach_sessions,
    detach_sessions,
    instructors_of,
    sessions_of,
)
from db.catalogue.locking import fetch_in
from db.catalogue.rewriting import Rewritten, reschedule, rewrite_versions
from db.catalogue.rows import add_row, change_row
from db.catalogue.slots import add_slots
from db.names import keys_of
from db.unit_of_work import UnitOfWork

_HELD = ("location_id", "program_id", "capacity", "starts_on", "ends_on")


@dataclass(frozen=True, slots=True)
class OfferingDraft:
    """An offering to make. `values` are columns of its row; its timeslots are drafts of its kind."""

    kind: OfferingKind
    values: dict[str, Any]
    session_ids: Sequence[UUID] = ()
    instructor_ids: Sequence[UUID] = ()
    timeslots: Sequence[SlotDraft] = field(default=())


@dataclass(frozen=True, slots=True)
class OfferingChange:
    """What changes of an offering. `values` are columns of its row; None leaves sessions or instructors as they are."""

    values: dict[str, Any]
    session_ids: Collection[UUID] | None = None
    instructor_ids: Collection[UUID] | None = None


async def create_offering(
    uow: UnitOfWork, viewer: Viewer, draft: OfferingDraft, terms: Terms, *, now: datetime
) -> CatalogueChanged:
    """Make an offering with its timeslots, sessions and instructors. A weekly timeslot without a first date meets from
    `terms.since` or from today on.

    Raises NothingFound, NotPossible, ImportIsRunning, PermissionDenied and PastIsFixed.
    """
    await begin_change(uow, viewer, terms)
    for slot in draft.timeslots:
        check_slot(draft.kind, slot)
    await _require(uow, draft.values, draft.session_ids, draft.instructor_ids)
    _check_values(draft.values)
    offering_id = await add_row(uow, models.Offering, kind=draft.kind, **draft.values)
    firsts = [terms.since, *(slot.starts_on for slot in draft.timeslots)]
    since = min((each for each in firsts if each is not None), default=None)
    around = Terms(since, terms.corrects_past)
    async with timetables_changed(uow, viewer, [offering_id], around, now=now) as change:
        first = terms.since or change.dates[offering_id]
        await attach_sessions(uow, offering_id, set(draft.session_ids))
        await add_instructors(uow, offering_id, set(draft.instructor_ids), None)
        versions = [Version(slot.facts, slot.starts_on or first, slot.ends_on) for slot in draft.timeslots]
        _check_dates(versions)
        await add_slots(uow, offering_id, versions)
        await keep_plans(fetch_in(uow.connection), uow.organization_id, now)
    return CatalogueChanged(offering_id, change.effect)


async def update_offering(
    uow: UnitOfWork, viewer: Viewer, offering_id: UUID, wanted: OfferingChange, terms: Terms, *, now: datetime
) -> CatalogueChanged:
    """Change an offering. Name, ages and gender change at once. From a date on change where it is held, its program,
    its places, the dates between which it meets, its sessions and its instructors.

    Raises NothingFound, NotPossible, ImportIsRunning, PermissionDenied, PastIsFixed and MarksInTheWay.
    """
    await begin_change(uow, viewer, terms)
    offering = await require_row(uow, models.Offering, offering_id)
    await _require(uow, wanted.values, wanted.session_ids or (), wanted.instructor_ids or ())
    _check_values({name: getattr(offering, name) for name in ("starts_on", "ends_on")} | wanted.values)
    async with timetables_changed(uow, viewer, [offering_id], terms, now=now) as change:
        since = change.dates[offering_id]
        values = dict(wanted.values)
        if "name" in values:
            values["sort_key"], values["search_key"] = keys_of("offering", values)
            change.shows_everywhere = True
        if wanted.session_ids is not None or not values.keys().isdisjoint(_HELD):
            # If it has not met since a plan was made, the change could begin after the date of the plan.
            await keep_plans(fetch_in(uow.connection), uow.organization_id, now)
        changes = await _change_what_is_held(uow, offering, values, wanted.session_ids, since)
        if not changes.isdisjoint({"location_id", "program_id"}):
            await keep_plans(fetch_in(uow.connection), uow.organization_id, now)
        if "location_id" in changes:
            await _follow_planned_zone(uow, offering_id, values["location_id"], since)
        if wanted.instructor_ids is not None:
            await _change_instructors(uow, offering_id, set(wanted.instructor_ids), since)
            change.shows_everywhere = True
    if "capacity" in values:
        await settle_and_offer(uow, [offering_id], viewer.settings, now=now)
    return CatalogueChanged(offering_id, change.effect)


async def _change_what_is_held(
    uow: UnitOfWork, offering: Row[Any], values: dict[str, Any], session_ids: Collection[UUID] | None, since: date
) -> set[str]:
    """Return the names of the values that changed."""
    attached = await sessions_of(uow, offering.id) if session_ids is not None else set()
    wanted = attached if session_ids is None else set(session_ids)
    changes = {name for name in _HELD if name in values and values[name] != getattr(offering, name)}
    if not changes and wanted == attached:
        await change_row(uow, models.Offering, offering.id, **values)
        return changes
    dates = {offering.id: since}
    await keep_what_held(fetch_in(uow.connection), uow.organization_id, dates)
    await change_row(uow, models.Offering, offering.id, **values)
    if attached - wanted:
        await detach_sessions(uow, offering.id, attached - wanted)
    await attach_sessions(uow, offering.id, wanted - attached)
    await rewrite_versions(uow, dates, await _rewritten(uow, values, changes))
    await reschedule(uow, dates, None, closures=False)
    if "program_id" in changes:
        await reschedule(uow, dates, None, closures=True)
    return changes


async def _follow_planned_zone(uow: UnitOfWork, offering_id: UUID, location_id: UUID, since: date) -> None:
    location = await require_row(uow, models.Location, location_id)
    if location.next_zone is not None:
        dates = {offering_id: max(since, location.next_zone_on)}
        await rewrite_versions(uow, dates, Rewritten(only_at=location_id, time_zone=location.next_zone))


async def _rewritten(uow: UnitOfWork, values: dict[str, Any], changes: set[str]) -> Rewritten:
    zone = None
    if "location_id" in changes:
        zone = (await require_row(uow, models.Location, values["location_id"])).time_zone
    return Rewritten(
        location_id=values["location_id"] if zone is not None else None,
        time_zone=zone,
        sets_program="program_id" in changes,
        program_id=values.get("program_id"),
        sets_capacity="capacity" in changes,
        capacity=values.get("capacity"),
    )


async def _change_instructors(uow: UnitOfWork, offering_id: UUID, wanted: set[UUID], since: date) -> None:
    known = await instructors_of(uow, offering_id)
    gone = [(offering_id, each) for each in sorted(known - wanted)]
    if gone:
        await end_teaching(fetch_in(uow.connection), uow.organization_id, gone, {offering_id: since})
    await add_instructors(uow, offering_id, wanted - known, since)


async def _require(
    uow: UnitOfWork, values: dict[str, Any], session_ids: Collection[UUID], instructor_ids: Collection[UUID]
) -> None:
    """Raise NothingFound for something that the organization does not have."""
    if values.get("location_id") is not None:
        await require_row(uow, models.Location, values["location_id"])
    if values.get("program_id") is not None:
        await require_row(uow, models.Program, values["program_id"])
    if session_ids and not await are_sessions(uow, session_ids):
        raise NothingFound("There is no such session.")
    if instructor_ids and not await are_staff(uow, instructor_ids):
        raise NothingFound("There is no such staff member.")


def _check_values(values: dict[str, Any]) -> None:
    starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise NotPossible(f"An offering that starts on {starts_on} cannot end on {ends_on}.")
    lowest, highest = values.get("min_age_months"), values.get("max_age_months")
    if lowest is not None and highest is not None and highest < lowest:
        raise NotPossible("The highest age is below the lowest one.")


def _check_dates(versions: Sequence[Version]) -> None:
    for each in versions:
        if each.starts_on is not None and each.ends_on is not None and each.ends_on < each.starts_on:
            raise NotPossible(f"A timeslot that starts on {each.starts_on} cannot end on {each.ends_on}.")
