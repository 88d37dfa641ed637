"""The fields `Program.blackoutSchedule` and `Program.plannedBlackoutSchedule`."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import strawberry

from attendance.rules.calendar.timeslots import local_dates
from attendance.rules.catalogue.closure_plans import ClosurePlan
from db.catalogue.closure_plans import read_closure_plans
from db.tokens.tokens_by_hand import read_zones
from gql.calendar.offering import Program
from gql.catalogue.blackout import BlackoutSchedule, find_blackout_schedules
from gql.fields.access import signed_in
from gql.fields.context import Info, Reading
from gql.fields.global_ids import decode_id
from gql.fields.loaders import load
from gql.fields.vocabulary import Portal


@strawberry.type(
    description="A blackout schedule that a program is to have from a date on, or that it is to have none."
)
class PlannedBlackoutSchedule:
    blackout_schedule: BlackoutSchedule | None = strawberry.field(
        description="The blackout schedule. Null when the program is to have none."
    )
    from_on: date = strawberry.field(
        name="from",
        description="The first date from which its closures count. Until then those of the present schedule do.",
    )


class _Asked(NamedTuple):
    program_id: UUID
    now: datetime


class _Closures(NamedTuple):
    """A program's plan and the schedules that it names."""

    plan: ClosurePlan
    schedules: Mapping[UUID, BlackoutSchedule]

    def schedule(self, schedule_id: UUID | None) -> BlackoutSchedule | None:
        return None if schedule_id is None else self.schedules.get(schedule_id)


async def _closures(self: Program, info: Info) -> _Closures:
    return await load(info, _Asked(decode_id(self.id, "Program", "id"), info.context.clock()), _read)


async def resolve_present(self: Program, info: Info) -> BlackoutSchedule | None:
    found = await _closures(self, info)
    return found.schedule(found.plan.present_id)


async def resolve_planned(self: Program, info: Info) -> PlannedBlackoutSchedule | None:
    found = await _closures(self, info)
    since = found.plan.blackout_schedule_from
    if since is None:
        return None
    return PlannedBlackoutSchedule(blackout_schedule=found.schedule(found.plan.blackout_schedule_id), from_on=since)


async def _read(source: Reading, keys: list[_Asked]) -> list[_Closures]:
    organization_id = source.viewer.caller.organization_id
    zones = await read_zones(source.connection, organization_id)
    # As for changes of a program, it is today where the day begins last.
    today, _ = local_dates(max(each.now for each in keys), zones.everywhere)
    found = await read_closure_plans(source.connection, organization_id, [each.program_id for each in keys])
    plans = {id_: plan.settled(today) for id_, plan in found.items()}
    named = {id_ for each in plans.values() for id_ in (each.blackout_schedule_id, each.present_id) if id_ is not None}
    schedules = await find_blackout_schedules(source.connection, organization_id, named)
    return [_Closures(plans[each.program_id], schedules) for each in keys]


present = strawberry.field(
    resolver=resolve_present,
    description="The blackout schedule whose closures the program has now. Null when it has none. For staff.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF),
)
planned = strawberry.field(
    resolver=resolve_planned,
    description="The blackout schedule that `updateProgram` has planned for a later date. Null when nothing is "
    "planned. For staff.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF),
)
