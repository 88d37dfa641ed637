"""After a student's places have changed, let unused makeup tokens lapse, or keep them, without telling
anybody (R8.11).
"""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from attendance.rules.enrollments.leaving import is_staying, left_on, tokens_lapse_on
from attendance.rules.organization.settings import MakeupTokenSettings
from db.tokens.lapses import (
    keep_tokens,
    let_tokens_lapse,
    let_tokens_of_many_lapse,
    lock_student,
    read_stays,
    read_stays_of,
)
from db.unit_of_work import UnitOfWork


async def follow_drop(uow: UnitOfWork, student_id: UUID, settings: MakeupTokenSettings, *, today: date) -> None:
    """Follow the drop of an enrollment that keeps tokens, in the caller's transaction.

    If it was the student's last one, unused tokens can be used for `expire_after_last_drop_days` more days. When it is
    called again, nothing changes.

    The caller has locked the occurrences that it needs, and no token. This executes at most three statements, and none
    while the setting is off.

    today -- the local date at the location
    """
    if settings.expire_after_last_drop_days is None:
        return
    known = (await lock_student(uow, student_id)).tokens_lapse_on
    leaves_on = left_on(await read_stays(uow, student_id), today)
    if leaves_on is None:
        return
    lapses_on = tokens_lapse_on(leaves_on, settings.expire_after_last_drop_days, known)
    if lapses_on is not None and lapses_on != known:
        await let_tokens_lapse(uow, student_id, lapses_on)


async def follow_leaving(
    uow: UnitOfWork, student_ids: Collection[UUID], settings: MakeupTokenSettings, *, today: date
) -> date | None:
    """Follow the drops of many students, as `follow_drop` does for one, and return the latest day on which their
    unused tokens lapse; None when none of them lapse.

    The caller has locked the students. This executes at most two statements, and none while the setting is off.
    """
    if settings.expire_after_last_drop_days is None or not student_ids:
        return None
    lapses: dict[UUID, date] = {}
    for student_id, (known, stays) in (await read_stays_of(uow, student_ids)).items():
        leaves_on = left_on(stays, today)
        wait_days = settings.expire_after_last_drop_days
        lapses_on = None if leaves_on is None else tokens_lapse_on(leaves_on, wait_days, known)
        if lapses_on is not None:
            lapses[student_id] = lapses_on
    await let_tokens_of_many_lapse(uow, lapses)
    return max(lapses.values(), default=None)


async def follow_new_place(uow: UnitOfWork, student_id: UUID, *, today: date) -> None:
    """Follow a new place of a student, in the caller's transaction.

    A student who was to leave and now stays keeps the tokens that have not lapsed yet, whatever the setting is now.
    This executes one statement, and two more for a student who was to leave.
    """
    if (await lock_student(uow, student_id)).tokens_lapse_on is None:
        return
    if is_staying(await read_stays(uow, student_id), today):
        await keep_tokens(uow, student_id, today)
