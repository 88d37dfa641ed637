"""The mutation createCancellationTokens, which adds tokens to occurrences that were cancelled without (R9.1, R9.2)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from attendance.rules.cancelling.cancellation_refusals import NoneCancelled as NoneCancelledRefusal
from attendance.rules.cancelling.cancelling import CancellationTokens
from attendance.rules.organization.permissions import Viewer
from attendance.tasks.create_cancellation_tokens import CancellationTokensGiven, CreateCancellationTokens
from attendance.tasks.occurrence_by_occurrence import ChosenOccurrence
from attendance.tasks.start_task import start_task
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork
from gql.cancelling.cancellation import NoneCancelled
from gql.cancelling.cancelling_arguments import CreateCancellationTokensInput, choose_cancelled, tokens_of
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import encode_id
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.tasks.background_task import BackgroundTask, find_tasks


@dataclass(frozen=True, slots=True)
class Started:
    task_id: UUID
    occurrence_count: int


@strawberry.type(description="The background task was created and starts at once. It creates the makeup tokens.")
class CreateCancellationTokensSuccess:
    background_task_id: strawberry.ID = strawberry.field(description="The id of the background task.")
    background_task: BackgroundTask | None = strawberry.field(
        description="The background task, with its progress and its exceptions. Null when this is the answer to a "
        "retry and the task has been deleted since."
    )
    occurrence_count: int = strawberry.field(description="For how many cancelled occurrences the task creates tokens.")


CreateCancellationTokensResult: TypeAlias = Annotated[
    CreateCancellationTokensSuccess | NoneCancelled | PermissionDenied,
    strawberry.union(
        "CreateCancellationTokensResult", description="The background task, or the reason why none was started."
    ),
]


async def resolve(
    info: Info,
    input: Annotated[
        CreateCancellationTokensInput,
        strawberry.argument(description="The cancelled occurrences, and the options of the tokens."),
    ],
) -> CreateCancellationTokensResult | None:
    tokens = tokens_of(input.create_tokens)
    async with act_once(info, input, Started, lambda uow, viewer, now: _start(uow, viewer, input, tokens, now)) as done:
        tasks = await find_tasks(done.reading, [done.outcome.task_id])
    return CreateCancellationTokensSuccess(
        background_task_id=encode_id("BackgroundTask", done.outcome.task_id),
        background_task=tasks.get(done.outcome.task_id),
        occurrence_count=done.outcome.occurrence_count,
    )


async def _start(
    uow: UnitOfWork, viewer: Viewer, given: CreateCancellationTokensInput, tokens: CancellationTokens, now: datetime
) -> Started:
    """Start the background task. Raises BadInput, OccurrenceNotFound and NoneCancelled."""
    heads = await choose_cancelled(uow.connection, viewer.caller, given, now)
    if not heads:
        raise NoneCancelledRefusal
    wanted = tuple(map(ChosenOccurrence.of, heads))
    author = Author.of(viewer.caller)
    task_id = await start_task(uow, CreateCancellationTokens, CancellationTokensGiven(wanted, tokens), author, now=now)
    return Started(task_id, len(wanted))


field = strawberry.mutation(
    resolver=resolve,
    description="Create makeup tokens for one or many occurrences that are cancelled already, as `cancelOccurrences` "
    "creates them with the same options. A student who has a token of the cancellation, or a used token of an absence "
    "that stands for it, gets no other one, so the mutation can be repeated. A background task works on one "
    "occurrence after the other; students who get no token are among its exceptions, with the reason. With "
    "`sendEmails`, the families of students who get a token are told. Use `cancellationTokensPreview` to see "
    "beforehand what this would do. Needs CANCEL_OCCURRENCES and attendance VIEW, in the Office or Staff Portal; "
    "without SEE_ALL, only occurrences that the caller teaches or substitutes can be chosen. An occurrence that "
    "the caller may not see is NOT_FOUND.",
    metadata=requires([Permission.CANCEL_OCCURRENCES]),
)
