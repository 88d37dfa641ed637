"""sendStatements: families with a balance are told what they owe (R9.4)."""

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
    description="Which families get a statement: those with a balance above zero that meet all that is given. An empty "
    f"list, or one left out, sets no condition. At most {MOST_FAMILIES} families at once."
)
class SendStatementsInput:
    location_ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="Families of whose students one has, or had, a place in an offering at one of these locations; at "
        f"most {MOST_IDS}.",
    )
    family_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Of these families, at most {MOST_IDS}; those that owe nothing get none."
    )
    minimum_balance: Money | None = strawberry.field(
        default=None, description="Families that owe at least this much, not below zero. Left out or null: anything."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The statements are sent in the background, which begins at once.")
class SendStatementsSuccess:
    background_task_id: strawberry.ID = strawberry.field(description="The id of the background task.")
    background_task: BackgroundTask | None = strawberry.field(
        description="The background task: progress, and what staff must know. Null: this was sent again, and the "
        "task's entry has been deleted meanwhile."
    )
    family_count: int = strawberry.field(
        description="How many families there are; those without an e-mail address are among the task's exceptions."
    )


SendStatementsResult: TypeAlias = Annotated[
    SendStatementsSuccess | NobodyOwes | TooManyFamilies | PermissionDenied,
    strawberry.union("SendStatementsResult", description="The task that sends, or why there is none."),
]


@dataclass(frozen=True, slots=True)
class Started:
    task_id: UUID
    family_count: int


async def resolve(
    info: Info, input: Annotated[SendStatementsInput, strawberry.argument(description="To whom.")]
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
    """Raises PermissionDenied, NothingFound, NobodyOwes and TooManyFamilies."""
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
    description="Send families with a balance their statements by e-mail, by a background task: the amount as it is "
    "when a family's turn comes, and its students' names. One statement for each family and task, whatever is sent "
    "again; who has paid by then, or has no e-mail address, is among the task's exceptions. Cancelling the task "
    "withdraws what has not been sent. Office Portal, and the Staff Portal where staff see balances: SEND_STATEMENTS "
    "and SEE_BALANCES together with attendance VIEW; without SEE_ALL only the families of students whom the caller "
    "teaches or substitutes. A family that is not to be seen is NOT_FOUND; a location that does not exist has no "
    "families.",
    metadata=requires([Permission.SEND_STATEMENTS]),
)
