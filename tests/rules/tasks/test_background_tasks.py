"""R9.4 to R9.6 without a database: tries, who sees what, and how a report reads."""

from datetime import timedelta
from uuid import UUID

import pytest

from attendance.rules.organization.permissions import Caller
from attendance.rules.tasks.background_tasks import (
    TaskReport,
    failure_of_items,
    may_see_task,
    summary,
    wait_before_retry,
)
from attendance.rules.vocabulary import EmailState, Permission, Portal, TaskItemState, TaskState

ME, OTHER, ORGANIZATION = UUID(int=1), UUID(int=2), UUID(int=3)
DONE, EXCEPTION, FAILED, SKIPPED, WAITING = (
    TaskItemState.DONE,
    TaskItemState.EXCEPTION,
    TaskItemState.FAILED,
    TaskItemState.SKIPPED,
    TaskItemState.WAITING,
)


def test_R9_4_waits_grow_and_end() -> None:
    waits = [wait_before_retry(attempts) for attempts in range(1, 7)]
    assert waits == [*(timedelta(seconds=each) for each in (1, 4, 16, 64)), None, None]


@pytest.mark.parametrize(
    ("permissions", "created_by", "sees"),
    [
        ({Permission.OWNER}, OTHER, True),
        ({Permission.OWNER}, None, True),
        (set(Permission) - {Permission.OWNER}, OTHER, False),
        (set(Permission) - {Permission.OWNER}, None, False),
        (set(), ME, True),
        (set(), OTHER, False),
        (set(), None, False),
    ],
)
def test_R9_6_owners_see_all_and_others_their_own(
    permissions: set[Permission], created_by: UUID | None, sees: bool
) -> None:
    caller = Caller(ORGANIZATION, Portal.OFFICE, frozenset(permissions), person_id=ME)
    assert may_see_task(caller, created_by) is sees


def test_R9_6_a_kiosk_sees_no_task_of_nobody() -> None:
    assert not may_see_task(Caller(ORGANIZATION, Portal.KIOSK, kiosk_id=ME), None)


@pytest.mark.parametrize(
    ("state", "items", "emails", "sentence"),
    [
        (TaskState.QUEUED, {}, {}, "0 of 0 items done."),
        (TaskState.RUNNING, {DONE: 1, WAITING: 2}, {}, "1 of 3 items done, 2 not yet done."),
        (TaskState.CANCELLING, {DONE: 1, WAITING: 2}, {}, "1 of 3 items done, 2 will not be done."),
        (TaskState.COMPLETED, {DONE: 1}, {EmailState.SENT: 1}, "1 of 1 item done. Of 1 e-mail 1 sent."),
        (
            TaskState.CANCELLED,
            {DONE: 4, EXCEPTION: 3, FAILED: 2, SKIPPED: 1},
            {
                EmailState.SENT: 1,
                EmailState.KEPT: 2,
                EmailState.QUEUED: 3,
                EmailState.SENDING: 4,
                EmailState.WITHDRAWN: 5,
                EmailState.FAILED: 6,
                EmailState.UNCERTAIN: 7,
            },
            "4 of 10 items done, 3 could not be done, 2 failed, 1 not begun. Of 28 e-mails 1 sent, 2 kept for "
            "viewing, 7 waiting, 5 withdrawn, 6 not deliverable, 7 perhaps sent.",
        ),
    ],
)
def test_R9_5_a_report_reads(
    state: TaskState, items: dict[TaskItemState, int], emails: dict[EmailState, int], sentence: str
) -> None:
    assert summary(state, TaskReport(items, emails)) == sentence


def test_R9_5_a_report_tells_what_is_kept_back() -> None:
    report = TaskReport({DONE: 3}, {EmailState.SENT: 1, EmailState.WITHDRAWN: 2}, withheld=2)
    assert summary(TaskState.CANCELLED, report) == "3 of 3 items done. Of 3 e-mails 1 sent, 2 kept back."


def test_R9_4_what_failed_is_told() -> None:
    assert failure_of_items(2) == (
        "Something went wrong on our side: 2 items were not done in spite of 5 attempts. All other items were."
    )
