"""The enumerations of tasks as the schema has them, each value described."""

from enum import StrEnum

from attendance.rules.vocabulary import TaskItemState, TaskKind, TaskState
from gql.fields.described import described

__all__ = ["BackgroundTasksEventKind", "TaskItemState", "TaskKind", "TaskState"]


class BackgroundTasksEventKind(StrEnum):
    SNAPSHOT = "SNAPSHOT"
    CHANGED = "CHANGED"


described(
    TaskKind,
    "What a background task does.",
    {
        TaskKind.CANCEL_OCCURRENCES: "The task cancels occurrences, with makeup tokens and e-mails as requested. Each "
        "item is an occurrence.",
        TaskKind.CREATE_CANCELLATION_TOKENS: "The task creates makeup tokens for occurrences that are cancelled "
        "already. Each item is an occurrence.",
        TaskKind.CREATE_MAKEUP_TOKENS: "The task creates makeup tokens for many students. Each item is a student.",
        TaskKind.ASSIGN_SUBSTITUTES: "The task assigns substitutes for an absent staff member. Each item is an "
        "occurrence.",
        TaskKind.WRITE_REPORT: "The task writes a report as a file, which `reportFile` gives. Each item is a part of "
        "the file.",
        TaskKind.CARRY_OVER: "The task carries classes over to another session. Each item is a class.",
        TaskKind.SEND_STATEMENTS: "The task sends a statement to each family with a balance. Each item is a family.",
    },
)
described(
    TaskState,
    "The state of a background task. COMPLETED, FAILED and CANCELLED are final.",
    {
        TaskState.QUEUED: "The task waits for a worker.",
        TaskState.RUNNING: "A worker is working on the task. If the worker dies, another worker continues within "
        "seconds.",
        TaskState.COMPLETED: "All items are finished. Those that could not be done are among the exceptions.",
        TaskState.FAILED: "The task failed because of a fault of the service, in every attempt. `error` says what was "
        "not done.",
        TaskState.CANCELLING: "The task is being cancelled. The items that a worker has begun are finished, and no "
        "others are begun.",
        TaskState.CANCELLED: "The task was cancelled. Items that are done stay done. E-mails of items that are "
        "done are sent, unless they are kept back.",
    },
)
described(
    TaskItemState,
    "The state of an item of a background task. Unless it is DONE, nothing of the item was done.",
    {
        TaskItemState.WAITING: "The item has not been begun, or will be tried again.",
        TaskItemState.DONE: "The item was done completely.",
        TaskItemState.EXCEPTION: "A rule refused the item. An exception says why.",
        TaskItemState.FAILED: "The item failed because of a fault of the service, in every attempt.",
        TaskItemState.SKIPPED: "The item was not begun because the task was cancelled.",
    },
)
described(
    BackgroundTasksEventKind,
    "What an event of `backgroundTasksChanged` contains.",
    {
        BackgroundTasksEventKind.SNAPSHOT: "The whole list, which replaces everything that the client has.",
        BackgroundTasksEventKind.CHANGED: "The tasks that are new or have changed, and the ids of those that were "
        "deleted.",
    },
)
