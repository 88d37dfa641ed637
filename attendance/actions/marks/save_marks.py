"""The last steps of every action on marks: number the change, write it, and handle notices and tokens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.actions.marks.steps.lock_roll_sheet import LockedSheet
from attendance.actions.marks.steps.notify_of_absences import notify_of_absences
from attendance.actions.tokens.steps.settle_makeup_tokens import Arming, settle_makeup_tokens
from attendance.rules.marks.marks import MarkChange, ends_checking_in
from attendance.rules.organization.settings import OrganizationSettings
from db.marks.changes import Author
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
    sheet: LockedSheet,
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
    if not changes:
        return Recorded(sheet.revision)
    key = sheet.head.key
    numbered = await record_marks(uow, key, changes, author, restored=restored, now=now)
    if ends_checking_in(sheet.rows, changes):
        await disarm(uow, key)
    students = tuple(change.student_id for change in changes)
    await notify_of_absences(uow, sheet.head, students, settings=settings, now=now)
    tokens = await settle_makeup_tokens(
        uow, sheet.head, students, author=cause or author, arming=_arming(changes), settings=settings, now=now
    )
    return Recorded(
        tokens.revision or numbered.revision,
        students,
        (*tokens.outcome.issued.values(), *tokens.outcome.reinstated.values()),
        tuple(tokens.outcome.revoked.values()),
    )


def _arming(changes: Sequence[MarkChange]) -> Arming:
    left = [change.after for change in changes if change.after is not None]
    if not left:
        return Arming.NOTHING
    return Arming.FOR_CHECK_INS if all(mark.by_check_in for mark in left) else Arming.FOR_GOOD
