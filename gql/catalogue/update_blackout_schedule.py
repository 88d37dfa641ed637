"""The mutation `updateBlackoutSchedule`."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.catalogue.blackouts import update_blackout_schedule
from attendance.actions.catalogue.changed import CatalogueChanged
from gql.catalogue.acting import MANAGES, NAME_LENGTH, NEEDS, Act
from gql.catalogue.blackout import BlackoutSchedule
from gql.catalogue.catalogue_refusals import NotPossible
from gql.catalogue.effect import CatalogueEffect, show_effect
from gql.catalogue.shown import blackout_schedule_of
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.names import checked_name
from gql.fields.user_errors import PermissionDenied
from gql.people.erasure_refusals import ImportIsRunning


@strawberry.input(description="The new name of a blackout schedule.")
class UpdateBlackoutScheduleInput:
    blackout_schedule_id: strawberry.ID = strawberry.field(description="The id of the blackout schedule.")
    name: str = strawberry.field(description=f"The name, from 1 to {NAME_LENGTH} characters.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The blackout schedule has the name.")
class UpdateBlackoutScheduleSuccess:
    blackout_schedule: BlackoutSchedule | None = strawberry.field(
        description="The blackout schedule after the change. Null when the request was a retry and it has been "
        "deleted since."
    )
    effect: CatalogueEffect = strawberry.field(description="What the change did to occurrences.")


UpdateBlackoutScheduleResult: TypeAlias = Annotated[
    UpdateBlackoutScheduleSuccess | NotPossible | ImportIsRunning | PermissionDenied,
    strawberry.union(
        "UpdateBlackoutScheduleResult", description="What was done, or the reason why nothing was changed."
    ),
]


def _act(input: UpdateBlackoutScheduleInput) -> Act:
    schedule_id = decode_id(input.blackout_schedule_id, "BlackoutSchedule", "input.blackoutScheduleId")
    name = checked_name(input.name, "input.name", NAME_LENGTH)
    return lambda uow, viewer, now: update_blackout_schedule(uow, viewer, schedule_id, name)


async def resolve(
    info: Info,
    input: Annotated[
        UpdateBlackoutScheduleInput, strawberry.argument(description="The new name of a blackout schedule.")
    ],
) -> UpdateBlackoutScheduleResult | None:
    async with act_once(info, input, CatalogueChanged, _act(input)) as done:
        return UpdateBlackoutScheduleSuccess(
            blackout_schedule=await blackout_schedule_of(done), effect=show_effect(done.outcome.effect)
        )


field = strawberry.mutation(
    resolver=resolve,
    description="Rename a blackout schedule. " + NEEDS,
    metadata=MANAGES,
)
