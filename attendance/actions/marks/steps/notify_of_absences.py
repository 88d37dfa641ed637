"""The step that notifies families of consecutive unexcused absences (R4.14)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.marks.consecutive_absences import Streak, notice_due_at, notice_reason, plan_notice
from attendance.rules.organization.settings import OrganizationSettings
from db.marks.consecutive_absences import AttendanceHistory, lock_histories
from db.tasks.emails import Message, queue_emails, withdraw_emails
from db.unit_of_work import UnitOfWork

TEMPLATE = "consecutive_absences"


async def notify_of_absences(
    uow: UnitOfWork, head: OccurrenceHead, students: Collection[UUID], *, settings: OrganizationSettings, now: datetime
) -> None:
    """Queue one e-mail for each streak that the marks made long enough, and withdraw the unsent e-mails of streaks that
    they ended.

    Both happen in the transaction of the marks. Families without an e-mail address get none. It takes at most four
    statements.

    The caller holds the occurrence's lock, has written these students' marks, and does not hold tokens yet.
    """
    after_absences = settings.classes.consecutive_absences_notice
    if after_absences is None:
        return
    notices: list[Message] = []
    void: list[str] = []
    for history in await lock_histories(uow, head.offering.id, students, head.key):
        plan = plan_notice(history.marks, head.key, after_absences)
        void += [notice_reason(history.student_id, head.offering.id, since) for since in plan.void]
        if plan.due is not None and history.email is not None:
            notices.append(_notice(head, history, plan.due, history.email, now))
    await withdraw_emails(uow, void)
    await queue_emails(uow, notices, now=now)


def _notice(head: OccurrenceHead, history: AttendanceHistory, streak: Streak, recipient: str, now: datetime) -> Message:
    return Message(
        reason=notice_reason(history.student_id, head.offering.id, streak.since),
        recipient=recipient,
        template=TEMPLATE,
        facts={
            "student": history.first_name,
            "offering": head.offering.name,
            "absent_on": [absence.held_on.isoformat() for absence in streak.absences],
        },
        due_at=notice_due_at(head.ends_at, now),
        family_id=history.family_id,
    )
