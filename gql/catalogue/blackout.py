"""Blackout schedules and their closures (R2.5)."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncConnection

from db.catalogue.listings import (
    BlackoutDateFacts,
    BlackoutScheduleFacts,
    read_blackout_dates,
    read_blackout_schedules,
)
from gql.catalogue.vocabulary import BlackoutScope
from gql.fields.global_ids import encode_id
from gql.fields.node import Node


@strawberry.type(description="A calendar of closures, which programs share. `blackoutDates` lists its closures.")
class BlackoutSchedule(Node):
    name: str = strawberry.field(description="The name of the blackout schedule.")
    program_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the programs to which it was given last, some of them from a later date on. "
        "`Program.blackoutSchedule` says which one a program has now. Deleted programs are left out."
    )


@strawberry.type(description="A closure: inclusive dates on which offerings of some programs are not held.")
class BlackoutDate(Node):
    blackout_schedule_id: strawberry.ID = strawberry.field(
        description="The id of the blackout schedule to which it belongs."
    )
    starts_on: date = strawberry.field(description="The first date that is closed.")
    ends_on: date = strawberry.field(description="The last date that is closed, inclusive.")
    scope: BlackoutScope = strawberry.field(description="What is closed.")
    label: str | None = strawberry.field(description="A name, such as that of a holiday. Null when it has none.")


def show_blackout_schedule(facts: BlackoutScheduleFacts) -> BlackoutSchedule:
    return BlackoutSchedule(
        id=encode_id("BlackoutSchedule", facts.id),
        name=facts.name,
        program_ids=[encode_id("Program", each) for each in sorted(facts.program_ids)],
    )


def show_blackout_date(facts: BlackoutDateFacts) -> BlackoutDate:
    return BlackoutDate(
        id=encode_id("BlackoutDate", facts.id),
        blackout_schedule_id=encode_id("BlackoutSchedule", facts.blackout_schedule_id),
        starts_on=facts.starts_on,
        ends_on=facts.ends_on,
        scope=facts.scope,
        label=facts.label,
    )


async def find_blackout_schedules(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID]
) -> dict[UUID, BlackoutSchedule]:
    found = await read_blackout_schedules(connection, organization_id, ids)
    return {each.id: show_blackout_schedule(each) for each in found}


async def find_blackout_dates(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID]
) -> dict[UUID, BlackoutDate]:
    found = await read_blackout_dates(connection, organization_id, ids)
    return {each.id: show_blackout_date(each) for each in found}
