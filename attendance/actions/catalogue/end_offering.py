"""End an offering from a date on (R13.1, R2.10)."""

from datetime import datetime, timedelta
from uuid import UUID

from attendance.actions.catalogue.changed import CatalogueChanged
from attendance.actions.catalogue.steps.find import require_row
from attendance.actions.catalogue.steps.timetables_changed import begin_change, timetables_changed
from attendance.actions.roster.steps.roster_changed import rosters_changed
from attendance.rules.catalogue.terms import Terms
from attendance.rules.catalogue.timeslot_versions import ended
from attendance.rules.organization.permissions import Viewer
from db import models
from db.catalogue.attachments import end_places
from db.catalogue.pictures import read_placed
from db.catalogue.rows import change_row
from db.catalogue.slots import read_versions, write_versions
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork

_DAY = timedelta(days=1)


async def end_offering(
    uow: UnitOfWork, viewer: Viewer, offering_id: UUID, terms: Terms, *, now: datetime
) -> CatalogueChanged:
    """Let an offering meet no more from a date on. Its enrollments end on the day before, those that would begin later
    are deleted, and makeups are given back. What took place stays; an offering that never met is deleted.

    Nobody leaves by it (R8.11): the business ended the offering, so makeup tokens do not begin to lapse.

    Raises NothingFound, ImportIsRunning, PermissionDenied, PastIsFixed and MarksInTheWay.
    """
    await begin_change(uow, viewer, terms)
    offering = await require_row(uow, models.Offering, offering_id)
    async with timetables_changed(uow, viewer, [offering_id], terms, now=now) as change:
        since = change.dates[offering_id]
        known = await read_versions(uow, [offering_id])
        becomes = {id_: ended(versions, since) for id_, versions in known.items()}
        students = {
            each.student_id
            for each in await read_placed(uow.connection, uow.organization_id, [offering_id], since=since)
        }
        author = Author.of(viewer.caller)
        async with rosters_changed(uow, students, [offering_id], author=author, now=now):
            await end_places(uow, offering_id, since, now)
        await write_versions(uow, dict.fromkeys(known, offering_id), becomes, now)
        last = since - _DAY
        if not any(becomes.values()) or (offering.starts_on is not None and offering.starts_on > last):
            await change_row(uow, models.Offering, offering_id, deleted_at=now)
        elif offering.ends_on is None or offering.ends_on > last:
            await change_row(uow, models.Offering, offering_id, ends_on=last)
    return CatalogueChanged(offering_id, change.effect)
