"""The enumerations of tasks as the schema has them, each value described."""

from attendance.rules.vocabulary import TaskItemState, TaskKind, TaskState
from gql.fields.described import described

__all__ = ["TaskItemState", "TaskKind", "TaskState"]

described(
    TaskKind,
    "What a background task does.",
    {
        TaskKind.CANCEL_OCCURRENCES: "Cancels occurrences, with tokens and e-mails as it was told; an item is an "
        "occurrence.",
        TaskKind.CREATE_MAKEUP_TOKENS: "Creates makeup tokens for many students; an item is a student.",
        TaskKind.ASSIGN_SUBSTITUTES: "Assigns substitutes for a staff member who is absent; an item is an occurrence.",
        TaskKind.SEND_STATEMENTS: "Sends each family with a balance its statement; an item is a family.",
    },
)
described(
    TaskState,
    "How far a background task is. COMPLETED, FAILED and CANCELLED are ends.",
    {
        TaskState.QUEUED: "It waits for a worker.",
        TaskState.RUNNING: "A worker is at it; should the worker die, another goes on within seconds.",
        TaskState.COMPLETED: "All items are over. Those that could not be done are among the exceptions.",
        TaskState.FAILED: "Something went wrong on our side, again and again; `error` says what was not done.",
        TaskState.CANCELLING: "It is to stop: the items at hand are finished, and no others are begun.",
        TaskState.CANCELLED: "It was stopped. What was done stays; e-mail that had not been sent is not sent.",
    },
)
described(
    TaskItemState,
    "What became of an item of a background task. In all states but DONE nothing of it was done.",
    {
        TaskItemState.WAITING: "Not begun yet, or to be tried again.",
        TaskItemState.DONE: "Done whole.",
        TaskItemState.EXCEPTION: "The rules refused it; an exception says why.",
        TaskItemState.FAILED: "Something went wrong on our side each time that it was tried.",
        TaskItemState.SKIPPED: "The task was cancelled first.",
    },
)
