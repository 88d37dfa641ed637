"""The mutation `createBlackoutSchedule`."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.catalogue.blackouts import create_blackout_schedule
from attendance.actions.catalogue.changed import CatalogueChanged
from gql.catalogue.acting import MANAGES, NAME_LENGTH, NEEDS, Act
from gql.catalogue.blackout import BlackoutSchedule
from gql.catalogue.catalogue_refusals import NotPossible
from gql.catalogue.effect import CatalogueEffect, show_effect
from gql.catalogue.shown import blackout_schedule_of
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.names import checked_name
from gql.fields.user_errors import PermissionDenied
from gql.people.erasure_refusals import ImportIsRunning


@strawberry.input(description="The new blackout schedule.")
class CreateBlackoutScheduleInput:
    name: str = strawberry.field(description=f"The name, from 1 to {NAME_LENGTH} characters.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The blackout schedule was made.")
class CreateBlackoutScheduleSuccess:
    blackout_schedule: BlackoutSchedule | None = strawberry.field(
        description="The new blackout schedule. Null when the request was a retry and it has been deleted since."
    )
    effect: CatalogueEffect = strawberry.field(description="What the change did to occurrences.")


CreateBlackoutScheduleResult: TypeAlias = Annotated[
    CreateBlackoutScheduleSuccess | NotPossible | ImportIsRunning | PermissionDenied,
    strawberry.union(
        "CreateBlackoutScheduleResult", description="What was done, or the reason why nothing was changed."
    ),
]


def _act(input: CreateBlackoutScheduleInput) -> Act:
    name = checked_name(input.name, "input.name", NAME_LENGTH)
    return lambda uow, viewer, now: create_blackout_schedule(uow, viewer, name)


async def resolve(
    info: Info,
    input: Annotated[CreateBlackoutScheduleInput, strawberry.argument(description="The new blackout schedule.")],
) -> CreateBlackoutScheduleResult | None:
    async with act_once(info, input, CatalogueChanged, _act(input)) as done:
        return CreateBlackoutScheduleSuccess(
            blackout_schedule=await blackout_schedule_of(done), effect=show_effect(done.outcome.effect)
        )


field = strawberry.mutation(
    resolver=resolve,
    description="Make a blackout schedule without closures. " + NEEDS,
    metadata=MANAGES,
)
