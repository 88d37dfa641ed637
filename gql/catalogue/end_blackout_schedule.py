"""The mutation `endBlackoutSchedule`."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.catalogue.blackouts import end_blackout_schedule
from attendance.actions.catalogue.changed import CatalogueChanged
from gql.catalogue.acting import MANAGES, NEEDS, Act
from gql.catalogue.blackout import BlackoutSchedule
from gql.catalogue.catalogue_refusals import StillUsed
from gql.catalogue.effect import CatalogueEffect, show_effect
from gql.catalogue.shown import blackout_schedule_of
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.people.erasure_refusals import ImportIsRunning


@strawberry.input(description="The blackout schedule to delete.")
class EndBlackoutScheduleInput:
    blackout_schedule_id: strawberry.ID = strawberry.field(description="The id of the blackout schedule.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The blackout schedule was deleted.")
class EndBlackoutScheduleSuccess:
    blackout_schedule: BlackoutSchedule | None = strawberry.field(
        description="Null, because the blackout schedule is deleted."
    )
    effect: CatalogueEffect = strawberry.field(description="What the change did to occurrences.")


EndBlackoutScheduleResult: TypeAlias = Annotated[
    EndBlackoutScheduleSuccess | StillUsed | ImportIsRunning | PermissionDenied,
    strawberry.union("EndBlackoutScheduleResult", description="What was done, or the reason why nothing was changed."),
]


def _act(input: EndBlackoutScheduleInput) -> Act:
    schedule_id = decode_id(input.blackout_schedule_id, "BlackoutSchedule", "input.blackoutScheduleId")
    return lambda uow, viewer, now: end_blackout_schedule(uow, viewer, schedule_id, now=now)


async def resolve(
    info: Info,
    input: Annotated[EndBlackoutScheduleInput, strawberry.argument(description="The blackout schedule to delete.")],
) -> EndBlackoutScheduleResult | None:
    async with act_once(info, input, CatalogueChanged, _act(input)) as done:
        return EndBlackoutScheduleSuccess(
            blackout_schedule=await blackout_schedule_of(done), effect=show_effect(done.outcome.effect)
        )


field = strawberry.mutation(
    resolver=resolve,
    description="Delete a blackout schedule that no program has, with its closures. What they closed in the past "
    "stays closed. " + NEEDS,
    metadata=MANAGES,
)
