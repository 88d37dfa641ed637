"""The mutation `carryOver`, which carries classes over to another session (R13.5)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from attendance.actions.catalogue.carry_over import CarryingOver
from attendance.actions.catalogue.choose_offerings import choose_offerings
from attendance.rules.organization.permissions import Viewer, may
from attendance.rules.refusals import PermissionDenied as DeniedByRule
from attendance.tasks.carry_over import CarryOver, CarryOverGiven, ChosenOffering
from attendance.tasks.start_task import start_task
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork
from gql.catalogue.acting import MANAGES, NEEDS
from gql.catalogue.catalogue_refusals import NotPossible
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id, decode_ids, encode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.listing_arguments import MOST_IDS
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.tasks.background_task import BackgroundTask, find_tasks


@strawberry.input(description="The classes to carry over, and the sessions.")
class CarryOverInput:
    from_session_id: strawberry.ID = strawberry.field(description="The id of the session in which the classes are.")
    to_session_id: strawberry.ID = strawberry.field(description="The id of the session for which they are made again.")
    offering_ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description=f"Only these offerings of the session, at most {MOST_IDS}. When left out, null or empty, all of "
        "them are carried over.",
    )
    with_enrollments: bool = strawberry.field(
        default=False,
        description="Whether students with an ACTIVE enrollment that lasts until the end of the session are enrolled "
        "again, in the order of their first dates and as far as there are places. Needs MANAGE_ENROLLMENTS too.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The background task was created and starts at once. It carries the classes over.")
class CarryOverSuccess:
    background_task_id: strawberry.ID = strawberry.field(description="The id of the background task.")
    background_task: BackgroundTask | None = strawberry.field(
        description="The background task, with its progress and its exceptions. Null when this is the answer to a "
        "retry and the task has been deleted since."
    )
    offering_count: int = strawberry.field(description="How many offerings were chosen.")


CarryOverResult: TypeAlias = Annotated[
    CarryOverSuccess | NotPossible | PermissionDenied,
    strawberry.union("CarryOverResult", description="The background task, or the reason why none was started."),
]


@dataclass(frozen=True, slots=True)
class Started:
    task_id: UUID
    offering_count: int


async def resolve(
    info: Info,
    input: Annotated[CarryOverInput, strawberry.argument(description="The classes to carry over, and the sessions.")],
) -> CarryOverResult | None:
    carrying, ids = decoded(input)

    async def start(uow: UnitOfWork, viewer: Viewer, now: datetime) -> Started:
        require_enrolling(viewer, carrying)
        chosen = await choose_offerings(uow, carrying.from_session_id, carrying.to_session_id, ids)
        offerings = tuple(ChosenOffering(id_, name) for id_, name in chosen)
        given = CarryOverGiven(offerings, carrying.from_session_id, carrying.to_session_id, carrying.with_enrollments)
        task_id = await start_task(uow, CarryOver, given, Author.of(viewer.caller), now=now)
        return Started(task_id, len(offerings))

    async with act_once(info, input, Started, start) as done:
        tasks = await find_tasks(done.reading, [done.outcome.task_id])
    return CarryOverSuccess(
        background_task_id=encode_id("BackgroundTask", done.outcome.task_id),
        background_task=tasks.get(done.outcome.task_id),
        offering_count=done.outcome.offering_count,
    )


def require_enrolling(viewer: Viewer, carrying: CarryingOver) -> None:
    """Raise PermissionDenied when students are to be enrolled and the viewer may not do so."""
    if carrying.with_enrollments and not may(viewer.caller, Permission.MANAGE_ENROLLMENTS):
        raise DeniedByRule(Permission.MANAGE_ENROLLMENTS, "You may not enroll students.")


def decoded(given: CarryOverInput) -> tuple[CarryingOver, list[UUID]]:
    """Return what is carried over, and the offerings that were chosen. Raises BadInput."""
    source = decode_id(given.from_session_id, "Session", "input.fromSessionId")
    target = decode_id(given.to_session_id, "Session", "input.toSessionId")
    ids = decode_ids(given.offering_ids or [], "Offering", "input.offeringIds", at_most=MOST_IDS)
    return CarryingOver(source, target, given.with_enrollments), ids


field = strawberry.mutation(
    resolver=resolve,
    description="Carry classes over to another session, by a background task. Each class is made again with its name, "
    "location, program, places, ages, instructors and with its timeslots as they are when its session ends, and "
    "optionally with its students. Doing it twice makes nothing twice. Camps, appointments and classes that are in the "
    "session already are exceptions of the task, as are students without a place. " + NEEDS,
    metadata=MANAGES,
)
