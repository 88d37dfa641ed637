"""Make, change and end timeslots (R13.1, R13.2)."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from attendance.actions.catalogue.changed import CatalogueChanged
from attendance.actions.catalogue.steps.find import require_row
from attendance.actions.catalogue.steps.timetables_changed import begin_change, timetables_changed
from attendance.rules.catalogue.catalogue_refusals import NotPossible
from attendance.rules.catalogue.slots import SlotDraft, check_slot
from attendance.rules.catalogue.terms import Terms
from attendance.rules.catalogue.timeslot_versions import Version, ended, moved
from attendance.rules.organization.permissions import Viewer
from attendance.rules.vocabulary import OfferingKind
from db import models
from db.calendar.history import keep_plans
from db.catalogue.locking import fetch_in
from db.catalogue.slots import add_slots, read_versions, write_versions
from db.unit_of_work import UnitOfWork


async def create_timeslot(
    uow: UnitOfWork, viewer: Viewer, offering_id: UUID, draft: SlotDraft, terms: Terms, *, now: datetime
) -> CatalogueChanged:
    """Let the offering meet at another time too, from `draft.starts_on` or from today on.

    Raises NothingFound, NotPossible, ImportIsRunning, PermissionDenied, PastIsFixed and MarksInTheWay.
    """
    await begin_change(uow, viewer, terms)
    offering = await require_row(uow, models.Offering, offering_id)
    check_slot(OfferingKind(offering.kind), draft)
    terms = replace(terms, since=draft.starts_on)
    async with timetables_changed(uow, viewer, [offering_id], terms, now=now) as change:
        starts_on = draft.starts_on or change.dates[offering_id]
        if draft.ends_on is not None and draft.ends_on < starts_on:
            raise NotPossible(f"A timeslot that starts on {starts_on} cannot end on {draft.ends_on}.")
        (timeslot_id,) = await add_slots(uow, offering_id, [Version(draft.facts, starts_on, draft.ends_on)])
        await keep_plans(fetch_in(uow.connection), uow.organization_id, now)
    return CatalogueChanged(timeslot_id, change.effect)


async def update_timeslot(
    uow: UnitOfWork, viewer: Viewer, timeslot_id: UUID, values: dict[str, Any], terms: Terms, *, now: datetime
) -> CatalogueChanged:
    """Let a timeslot meet on another day, at another hour, for another time or in another room from a date on. It stays
    the same timeslot: enrollments for it, substitutes and makeups go on with it where it is still held.

    values -- fields of SlotDraft, as far as they change. Changes that were planned for later dates give way.

    Raises NothingFound, NotPossible, ImportIsRunning, PermissionDenied, PastIsFixed and MarksInTheWay.
    """
    await begin_change(uow, viewer, terms)
    slot = await require_row(uow, models.Timeslot, timeslot_id)
    offering = await require_row(uow, models.Offering, slot.offering_id)
    known = (await read_versions(uow, [slot.offering_id]))[timeslot_id]
    last = known[-1]
    draft = SlotDraft(
        last.facts.weekday, last.facts.start_time, last.facts.minutes, last.facts.room, known[0].starts_on, last.ends_on
    )
    draft = replace(draft, **values)
    check_slot(OfferingKind(offering.kind), draft)
    async with timetables_changed(uow, viewer, [offering.id], terms, now=now) as change:
        since = change.dates[offering.id]
        becomes = moved(known, since, draft.facts, starts_on=draft.starts_on, ends_on=draft.ends_on)
        if not becomes:
            raise NotPossible("The timeslot would then never meet. End it instead.")
        await write_versions(uow, {timeslot_id: offering.id}, {timeslot_id: becomes}, now)
        await keep_plans(fetch_in(uow.connection), uow.organization_id, now)
    return CatalogueChanged(timeslot_id, change.effect)


async def end_timeslot(
    uow: UnitOfWork, viewer: Viewer, timeslot_id: UUID, terms: Terms, *, now: datetime
) -> CatalogueChanged:
    """Let a timeslot meet no more from a date on. One that has not met by then is deleted.

    Raises NothingFound, ImportIsRunning, PermissionDenied, PastIsFixed and MarksInTheWay.
    """
    await begin_change(uow, viewer, terms)
    slot = await require_row(uow, models.Timeslot, timeslot_id)
    offering = await require_row(uow, models.Offering, slot.offering_id)
    known = (await read_versions(uow, [slot.offering_id]))[timeslot_id]
    async with timetables_changed(uow, viewer, [offering.id], terms, now=now) as change:
        becomes = ended(known, change.dates[offering.id])
        await write_versions(uow, {timeslot_id: offering.id}, {timeslot_id: becomes}, now)
    return CatalogueChanged(timeslot_id, change.effect)
