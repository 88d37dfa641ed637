"""The action with which a guardian requests an expected absence (R6.2)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from attendance.actions.absences.tell_absence import AbsenceWritten, get_new_absence, on_roll_sheets
from attendance.rules.absences.absence_requests import decide_request, notice_ends_at
from attendance.rules.absences.expected_absence_refusals import AbsenceRequestsOff
from attendance.rules.absences.expected_absences import ExpectedAbsence
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.organization.permissions import Viewer
from attendance.rules.organization.settings import AbsenceSettings
from attendance.rules.vocabulary import ExpectedAbsenceState
from db.absences.expected_absences import add_expected_absence
from db.calendar.occurrences import read_heads
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork


async def request_expected_absence(
    uow: UnitOfWork, viewer: Viewer, student_id: UUID, told: ExpectedAbsence, *, now: datetime
) -> AbsenceWritten:
    """Record a request. Settings decide whether it is approved and excused at once; otherwise staff decide.

    It is late when less than the notice is left before the first occurrence that it covers. A late request is never
    excused automatically.

    Raises AbsenceRequestsOff, AbsenceAlreadyReported, StudentNotFound, EnrollmentsNotOfStudent and
    ExpectedAbsenceNotPossible.
    """
    settings = viewer.settings.absences
    if not settings.guardians_may_request_absences:
        raise AbsenceRequestsOff
    absence = await get_new_absence(uow, viewer.caller, student_id, told, now=now)
    is_late = await _is_late(uow, absence.hits, settings, now)
    decision = decide_request(settings, is_late=is_late)
    decided = replace(told, is_excused=decision.is_excused)
    author = Author.of(viewer.caller)

    async def add() -> UUID:
        return await add_expected_absence(
            uow, student_id, decided, state=decision.state, is_late=is_late, author=author, now=now
        )

    if decision.state is not ExpectedAbsenceState.APPROVED:
        return AbsenceWritten(await add())
    async with on_roll_sheets(uow, absence, author, now):
        return AbsenceWritten(await add())


async def _is_late(uow: UnitOfWork, hits: Sequence[OccurrenceKey], settings: AbsenceSettings, now: datetime) -> bool:
    """Return whether the notice of an occurrence that is held has ended. The last minute of the notice is in time, and
    so is an absence that covers no occurrence.
    """
    heads = await read_heads(uow.connection, uow.organization_id, hits)
    return any(notice_ends_at(head.slot, head.key.held_on, head.zone, settings) < now for head in heads if head.is_held)
