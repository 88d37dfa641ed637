"""The mutation sendStatements, which tells families with a balance what they owe (R9.4)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, TypeAlias
from uuid import UUID

import strawberry

from attendance.actions.tasks.choose_families import choose_families
from attendance.rules.organization.permissions import Viewer
from attendance.rules.tasks.statements import MOST_FAMILIES, WantedFamilies
from attendance.tasks.send_statements import SendStatements, StatedFamily, StatementsAsked
from attendance.tasks.start_task import start_task
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_ids, encode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.listing_arguments import MOST_IDS
from gql.fields.scalars import Money
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.protocol.errors import BadInput
from gql.tasks.background_task import BackgroundTask, find_tasks
from gql.tasks.statement_refusals import NobodyOwes, TooManyFamilies


@strawberry.input(
    description="Chooses the families that get a statement: those with a balance above zero that meet all of the "
    "conditions. A condition that is left out, null or an empty list does not limit the choice. At most "
    f"{MOST_FAMILIES} families can be chosen."
)
class SendStatementsInput:
    location_ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="Only families with a student who has or had an enrollment in an offering at one of these "
        f"locations; at most {MOST_IDS}.",
    )
    family_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Only these families, at most {MOST_IDS}. Those that owe nothing get no statement."
    )
    minimum_balance: Money | None = strawberry.field(
        default=None,
        description="Only families that owe at least this much; it must not be below zero. When left out or null, any "
        "balance above zero is enough.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The background task was created and starts at once. It sends the statements.")
class SendStatementsSuccess:
    background_task_id: strawberry.ID = strawberry.field(description="The id of the background task.")
    background_task: BackgroundTask | None = strawberry.field(
        description="The background task, with its progress and its exceptions. Null when this is the answer to a "
        "retry and the task has been deleted since."
    )
    family_count: int = strawberry.field(
        description="How many families were chosen. Those without an e-mail address are among the exceptions of the "
        "task."
    )


SendStatementsResult: TypeAlias = Annotated[
    SendStatementsSuccess | NobodyOwes | TooManyFamilies | PermissionDenied,
    strawberry.union("SendStatementsResult", description="The background task, or the reason why none was started."),
]


@dataclass(frozen=True, slots=True)
class Started:
    task_id: UUID
    family_count: int


async def resolve(
    info: Info, input: Annotated[SendStatementsInput, strawberry.argument(description="The families to choose.")]
) -> SendStatementsResult | None:
    wanted = _wanted(input)
    async with act_once(info, input, Started, lambda uow, viewer, now: _start(uow, viewer, wanted, now)) as done:
        tasks = await find_tasks(done.reading, [done.outcome.task_id])
    return SendStatementsSuccess(
        background_task_id=encode_id("BackgroundTask", done.outcome.task_id),
        background_task=tasks.get(done.outcome.task_id),
        family_count=done.outcome.family_count,
    )


async def _start(uow: UnitOfWork, viewer: Viewer, wanted: WantedFamilies, now: datetime) -> Started:
    """Start the background task. Raises PermissionDenied, NothingFound, NobodyOwes and TooManyFamilies."""
    families = await choose_families(uow, viewer, wanted)
    stated = tuple(StatedFamily(family.id, family.student_id) for family in families)
    given = StatementsAsked(stated, wanted.minimum, viewer.currency)
    task_id = await start_task(uow, SendStatements, given, Author.of(viewer.caller), now=now)
    return Started(task_id, len(families))


def _wanted(given: SendStatementsInput) -> WantedFamilies:
    minimum = given.minimum_balance or Decimal(0)
    if minimum < 0:
        raise BadInput(f"input.minimumBalance is {minimum}; it must not be below zero.")
    return WantedFamilies(
        minimum=minimum,
        family_ids=_ids(given.family_ids, "Family", "familyIds"),
        location_ids=_ids(given.location_ids, "Location", "locationIds"),
    )


def _ids(given: list[Any] | None, type_name: str, name: str) -> list[UUID] | None:
    return decode_ids(given, type_name, f"input.{name}", at_most=MOST_IDS) if given else None


field = strawberry.mutation(
    resolver=resolve,
    description="Send statements by e-mail to families with a balance, by a background task. Each statement has the "
    "students' names and the amount that the family owes at the time of sending. A family gets one statement for each "
    "task, even on a retry. Families that have paid by then, and families without an e-mail address, are among the "
    "exceptions of the task. Cancelling the task can keep back the e-mails that were not sent yet. Needs "
    "SEND_STATEMENTS, SEE_BALANCES and attendance VIEW, in the Office Portal or, while the setting staffSeesBalances "
    "is on, the Staff Portal; without SEE_ALL, only families of students whom the caller teaches or substitutes can be "
    "chosen. A family that the caller may not see is NOT_FOUND. An unknown location chooses no families.",
    metadata=requires([Permission.SEND_STATEMENTS]),
)
