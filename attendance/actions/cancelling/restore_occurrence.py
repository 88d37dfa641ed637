"""Restore a cancelled occurrence (R9.3)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from attendance.actions.marks.steps.notify_of_absences import notify_of_absences
from attendance.actions.tokens.steps.arm_token_runs import arm_token_runs
from attendance.actions.tokens.steps.reconcile_makeup_tokens import TokenOutcome, reconcile_makeup_tokens
from attendance.rules.calendar.occurrences import OccurrenceHead, may_see_occurrence
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.cancelling.cancellation_mail import reasons_begin
from attendance.rules.cancelling.cancellation_refusals import OccurrenceNotCancelled
from attendance.rules.cancelling.cancelling import CancelledStudent
from attendance.rules.organization.permissions import Viewer
from attendance.rules.refusals import OccurrenceNotFound
from attendance.rules.tokens.makeup_tokens import TokenCause, token_state
from attendance.rules.tokens.token_runs import DueRun, run_times, token_timing
from attendance.rules.vocabulary import ChangeKind, MakeupTokenAct, MakeupTokenState
from db.calendar.occurrences import find_head
from db.cancelling.cancellation_changes import (
    end_standing,
    put_cancellation,
    standing_cancellation,
    standing_marks,
)
from db.cancelling.cancellations import (
    lock_students_concerned,
    lock_tokens_concerned,
    read_cancelled_sheets,
    students_on_sheet,
)
from db.marks.changes import Author, lock_occurrence, record_change
from db.tasks.emails import reasons_beginning, withdraw_emails
from db.tokens.makeup_token_changes import LedgerEntry, TokenFate, change, enter
from db.tokens.makeup_tokens import occasions_of
from db.unit_of_work import UnitOfWork

_USED = (MakeupTokenState.PENDING, MakeupTokenState.SPENT)
_GONE = (MakeupTokenState.REVOKED, MakeupTokenState.DELETED)


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restoration did.

    revoked_tokens -- the tokens of the cancellation that were unused
    used_tokens -- the tokens of the cancellation with which a makeup is or was booked
    returned_tokens -- the absence tokens that the marks have again
    makeup_ids -- the makeups that the cancellation had ended; they are not booked again
    """

    revision: int
    revoked_tokens: tuple[UUID, ...] = ()
    used_tokens: tuple[UUID, ...] = ()
    returned_tokens: tuple[UUID, ...] = ()
    makeup_ids: tuple[UUID, ...] = ()


async def restore_occurrence(uow: UnitOfWork, viewer: Viewer, key: OccurrenceKey, *, now: datetime) -> Restored:
    """Restore the occurrence, so that it takes marks again.

    Unused tokens of its cancellation are revoked. Used ones stand for the token of the student's absence, and are
    flagged when there is no absence that earns one (R9.2). Marks earn tokens again: absence tokens that the
    cancellation had revoked are reinstated at once, others come as R7.3 says. E-mails that were not sent yet are not
    sent.

    Raises OccurrenceNotFound and OccurrenceNotCancelled.
    """
    connection, organization_id, settings = uow.connection, uow.organization_id, viewer.settings
    author = Author.of(viewer.caller)
    held = await lock_occurrence(uow, key)
    head = await find_head(connection, organization_id, key)
    if head is None or not may_see_occurrence(viewer.caller, head):
        raise OccurrenceNotFound
    if not held.is_cancelled:
        raise OccurrenceNotCancelled
    await lock_students_concerned(connection, organization_id, key)
    cancellation = await standing_cancellation(connection, organization_id, key)
    await put_cancellation(uow, key, by=None, comment=None, now=None)
    marks = await standing_marks(connection, organization_id, key)
    await notify_of_absences(uow, head, [mark.student_id for mark in marks], settings=settings, now=now)
    await lock_tokens_concerned(connection, organization_id, key)
    on_sheet = await students_on_sheet(connection, organization_id, key)
    numbered = await record_change(uow, key, ChangeKind.RESTORED, author, now=now, students=on_sheet)
    revoked, used, holders = await _take_back(uow, key, author, now)
    returned = await _earn_again(uow, viewer, head, holders, now)
    touched = revoked.keys() | returned.student_ids
    if touched:
        numbered = await record_change(uow, key, ChangeKind.TOKENS, author, now=now, students=touched)
    if cancellation.revision is not None:
        await withdraw_emails(uow, await reasons_beginning(uow, reasons_begin(key, cancellation.revision)))
    return Restored(
        numbered.revision,
        tuple(revoked.values()),
        tuple(used.values()),
        (*returned.issued.values(), *returned.reinstated.values()),
        cancellation.makeup_ids,
    )


async def _take_back(
    uow: UnitOfWork, key: OccurrenceKey, author: Author, now: datetime
) -> tuple[dict[UUID, UUID], dict[UUID, UUID], set[UUID]]:
    """Revoke the unused tokens of the cancellation, and let the absence tokens depend on the absences again.

    Return the tokens of the cancellation by student, the revoked ones and the used ones, and the students who have
    another live token of the occurrence, which the absences now decide about.
    """
    occasions = await occasions_of(uow.connection, uow.organization_id, [key])
    (sheet,) = await read_cancelled_sheets(uow.connection, uow.organization_id, occasions, now)
    live = [each for each in sheet.students if _state(each, sheet.today) not in (None, *_GONE)]
    used = [each for each in live if _state(each, sheet.today) in _USED]
    revoked = _tokens([each for each in live if each not in used])
    if revoked:
        fates = [TokenFate(token, True, False) for token in revoked.values()]
        await change(uow.connection, uow.organization_id, fates, now)
    await end_standing(uow, key)
    entries = [
        LedgerEntry(student_id, token, MakeupTokenAct.REVOKED, cause=TokenCause.OCCURRENCE_RESTORED, occurrence=key)
        for student_id, token in revoked.items()
    ]
    await enter(uow, entries, author=author, now=now)
    holders = {each.student_id for each in sheet.students if each.absence is not None and each.absence.is_live}
    return revoked, _tokens(used), holders | _tokens(used).keys()


async def _earn_again(
    uow: UnitOfWork, viewer: Viewer, head: OccurrenceHead, holders: Collection[UUID], now: datetime
) -> TokenOutcome:
    """Let each mark have the effect that its source causes (R7.3). Runs that happened during the cancellation are armed
    again.

    holders -- students with a live token of the occurrence, whether they have a mark or not
    """
    runs: dict[str, DueRun] = {}
    at_once: list[UUID] = []
    later: list[UUID] = []
    for mark in await standing_marks(uow.connection, uow.organization_id, head.key):
        timing = token_timing(
            source=mark.source,
            kind=head.offering.kind,
            settings=viewer.settings,
            now=now,
            runs=run_times(head.ends_at, head.zone),
        )
        runs |= {run.phase: run for run in timing.runs}
        (at_once if timing.creates_at_once or mark.had_token else later).append(mark.student_id)
    later += sorted(set(holders).difference(at_once, later))
    await arm_token_runs(uow, head.key, list(runs.values()), now=now)
    outcomes = [
        await reconcile_makeup_tokens(
            uow,
            head.key,
            student_ids=students,
            may_create=may_create,
            settings=viewer.settings.makeup_tokens,
            author=Author.of(viewer.caller),
            now=now,
        )
        for students, may_create in ((at_once, True), (later, False))
        if students
    ]
    return _together(outcomes)


def _together(outcomes: Sequence[TokenOutcome]) -> TokenOutcome:
    names = ("issued", "reinstated", "revoked", "flagged", "unflagged")
    issued, reinstated, revoked, flagged, unflagged = (
        {student: token for each in outcomes for student, token in getattr(each, name).items()} for name in names
    )
    return TokenOutcome(issued, reinstated, revoked, flagged, unflagged)


def _state(student: CancelledStudent, today: date) -> MakeupTokenState | None:
    return None if student.cancellation is None else token_state(student.cancellation.dates, today)


def _tokens(students: Sequence[CancelledStudent]) -> dict[UUID, UUID]:
    return {each.student_id: each.cancellation.id for each in students if each.cancellation is not None}
