"""The mutation cancelOccurrences, which cancels one occurrence, or many in a range of dates (R9.1)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.cancelling.cancellation_refusals import NothingToCancel as NothingToCancelRefusal
from attendance.rules.cancelling.cancelling import CancellationOptions
from attendance.rules.organization.permissions import Viewer
from attendance.tasks.cancel_occurrences import CancelGiven, CancelOccurrences
from attendance.tasks.occurrence_by_occurrence import ChosenOccurrence
from attendance.tasks.start_task import start_task
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork
from gql.calendar.vocabulary import OccurrenceState
from gql.cancelling.cancellation import NotCancellable, NothingToCancel
from gql.cancelling.cancelled_student import MOST_SHOWN
from gql.cancelling.cancelling_arguments import CancelOccurrencesInput, choose, options_of
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import encode_id, encode_occurrence_id
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.tasks.background_task import BackgroundTask, find_tasks


@dataclass(frozen=True, slots=True)
class LeftOut:
    timeslot_id: UUID
    held_on: date
    state: OccurrenceState
    message: str


@dataclass(frozen=True, slots=True)
class Started:
    task_id: UUID
    occurrence_count: int
    left_out: tuple[LeftOut, ...]


@strawberry.type(description="The background task was created and starts at once. It cancels the occurrences.")
class CancelOccurrencesSuccess:
    background_task_id: strawberry.ID = strawberry.field(description="The id of the background task.")
    background_task: BackgroundTask | None = strawberry.field(
        description="The background task, with its progress and its exceptions. Null when this is the answer to a "
        "retry and the task has been deleted since."
    )
    occurrence_count: int = strawberry.field(
        description="How many occurrences the task cancels. It cancels them one after the other."
    )
    not_cancellable: list[NotCancellable] = strawberry.field(
        description="The chosen occurrences that are left out because they cannot be cancelled; the first "
        f"{MOST_SHOWN} of them."
    )


CancelOccurrencesResult: TypeAlias = Annotated[
    CancelOccurrencesSuccess | NothingToCancel | PermissionDenied,
    strawberry.union("CancelOccurrencesResult", description="The background task, or the reason why none was started."),
]


async def resolve(
    info: Info,
    input: Annotated[
        CancelOccurrencesInput, strawberry.argument(description="The occurrences to cancel, and the options.")
    ],
) -> CancelOccurrencesResult | None:
    options = options_of(input)
    async with act_once(
        info, input, Started, lambda uow, viewer, now: _start(uow, viewer, input, options, now)
    ) as done:
        tasks = await find_tasks(done.reading, [done.outcome.task_id])
    return CancelOccurrencesSuccess(
        background_task_id=encode_id("BackgroundTask", done.outcome.task_id),
        background_task=tasks.get(done.outcome.task_id),
        occurrence_count=done.outcome.occurrence_count,
        not_cancellable=[
            NotCancellable(
                occurrence_id=encode_occurrence_id(OccurrenceKey(each.timeslot_id, each.held_on)),
                state=each.state,
                message=each.message,
            )
            for each in done.outcome.left_out
        ],
    )


async def _start(
    uow: UnitOfWork, viewer: Viewer, given: CancelOccurrencesInput, options: CancellationOptions, now: datetime
) -> Started:
    """Start the background task. Raises BadInput, OccurrenceNotFound and NothingToCancel."""
    chosen = await choose(uow.connection, viewer.caller, given, now)
    if not chosen.heads:
        raise NothingToCancelRefusal(chosen.not_cancellable)
    wanted = tuple(map(ChosenOccurrence.of, chosen.heads))
    author = Author.of(viewer.caller)
    task_id = await start_task(uow, CancelOccurrences, CancelGiven(wanted, options), author, now=now)
    left_out = tuple(
        LeftOut(head.key.timeslot_id, head.key.held_on, refusal.state, refusal.message)
        for head, refusal in chosen.not_cancellable[:MOST_SHOWN]
    )
    return Started(task_id, len(wanted), left_out)


field = strawberry.mutation(
    resolver=resolve,
    description="Cancel one occurrence for this day, or many occurrences in a range of dates. They can be past, "
    "present or future. A background task cancels them one after the other, each completely or not at all. A "
    "cancelled occurrence takes no marks any more, and its earlier marks earn no makeup tokens. Unused tokens of "
    "absences at it are revoked, makeups booked in it end and their tokens can be used again, and new tokens and "
    "e-mails follow as the input asks. Students who get no token although tokens are asked for are among the task's "
    "exceptions, with the reason. Subscribed roll sheets receive each cancellation at once. Use "
    "`cancellationPreview` to see beforehand what this would do. Needs CANCEL_OCCURRENCES and attendance VIEW, in the "
    "Office or Staff Portal; without SEE_ALL, only occurrences that the caller teaches or substitutes can be "
    "cancelled. An occurrence that the caller may not see is NOT_FOUND.",
    metadata=requires([Permission.CANCEL_OCCURRENCES]),
)
