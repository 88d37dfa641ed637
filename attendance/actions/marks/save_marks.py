"""The last steps of every action on marks: number the change, write it, and handle notices and tokens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.actions.marks.steps.notify_of_absences import notify_of_absences
from attendance.actions.tokens.steps.arm_token_runs import arm_token_runs
from attendance.actions.tokens.steps.settle_makeup_tokens import Settled, settle_makeup_tokens, timing_of
from attendance.rules.marks.marks import MarkChange, ends_checking_in
from attendance.rules.marks.sheets import SheetFacts, with_changes, with_reviews
from attendance.rules.organization.settings import OrganizationSettings
from attendance.rules.tokens.token_runs import RunsToArm, TokenTiming
from db.marks.changes import Author, NumberedChange
from db.marks.marks import record_marks
from db.tokens.token_runs import disarm
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Recorded:
    """What an action did: the students whose marks changed, in the order of the roster, and the tokens that changed
    with them. `revision` is the occurrence's revision afterwards.
    """

    revision: int
    changed_students: tuple[UUID, ...] = ()
    issued_tokens: tuple[UUID, ...] = ()
    revoked_tokens: tuple[UUID, ...] = ()


async def save_marks(
    uow: UnitOfWork,
    sheet: SheetFacts,
    changes: Sequence[MarkChange],
    *,
    author: Author,
    cause: Author | None = None,
    restored: Mapping[UUID, Author] | None = None,
    settings: OrganizationSettings,
    now: datetime,
) -> Recorded:
    """Save all changes as one revision of kind MARKS (R4.9), then handle the notices of consecutive absences (R4.14)
    and the tokens (R7.3). Without changes, nothing is done.

    When the changes end checking in, the runs that wait for nothing else are disarmed (R4.5b).

    cause -- the author of the mark that the tokens follow, when it is not `author`.
    restored -- by student, who had made a mark that the changes put back.
    """
    key = sheet.head.key
    if not changes:
        uow.sheets[key] = sheet
        return Recorded(sheet.revision)
    cause = cause or author
    timing = timing_of(sheet.head, cause, settings, now)
    numbered = await _record(uow, sheet, changes, author, timing, restored=restored, now=now)
    students = tuple(change.student_id for change in changes)
    await notify_of_absences(uow, sheet.head, students, settings=settings, now=now)
    tokens = await settle_makeup_tokens(
        uow,
        sheet.head,
        students,
        holders=sheet.token_holders(),
        timing=timing,
        author=cause,
        settings=settings,
        now=now,
    )
    uow.sheets[key] = _left(sheet, changes, numbered, tokens)
    return Recorded(
        tokens.revision or numbered.revision,
        students,
        (*tokens.outcome.issued.values(), *tokens.outcome.reinstated.values()),
        tuple(tokens.outcome.revoked.values()),
    )


async def _record(
    uow: UnitOfWork,
    sheet: SheetFacts,
    changes: Sequence[MarkChange],
    author: Author,
    timing: TokenTiming,
    *,
    restored: Mapping[UUID, Author] | None,
    now: datetime,
) -> NumberedChange:
    """Write the changes and arm the runs for which the marks wait."""
    key, waiting = sheet.head.key, _waiting(changes, timing)
    if not ends_checking_in(sheet.rows, changes):
        missing = waiting.beside(sheet.armed)
        return await record_marks(uow, sheet, changes, author, restored=restored, waiting=missing, now=now)
    numbered = await record_marks(uow, sheet, changes, author, restored=restored, now=now)
    await disarm(uow, key)
    await arm_token_runs(uow, key, waiting.runs, by_check_in=waiting.by_check_in, now=now)
    return numbered


def _waiting(changes: Sequence[MarkChange], timing: TokenTiming) -> RunsToArm:
    """Return the runs for which the marks wait: none when all were cleared. Check-ins and their defaults alone may be
    taken back (R4.5b).
    """
    left = [change.after for change in changes if change.after is not None]
    return RunsToArm(timing.runs if left else (), by_check_in=all(mark.by_check_in for mark in left))


def _left(sheet: SheetFacts, changes: Sequence[MarkChange], numbered: NumberedChange, tokens: Settled) -> SheetFacts:
    after = with_changes(sheet, changes, revision=numbered.revision, changed_at=numbered.changed_at)
    if tokens.revision is None:
        return after
    outcome = tokens.outcome
    return with_reviews(after, tokens.revision, flagged=outcome.flagged, settled=outcome.student_ids)
