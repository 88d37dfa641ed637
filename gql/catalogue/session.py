"""Sessions: named ranges of dates to which classes are attached (R2.3)."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncConnection

from db.catalogue.listings import SessionFacts, read_sessions
from gql.fields.global_ids import encode_id
from gql.fields.node import Node


@strawberry.type(description="A named range of dates to which offerings are attached. A rolling session has no end.")
class Session(Node):
    name: str = strawberry.field(description="The name of the session.")
    starts_on: date = strawberry.field(description="The first date of the session.")
    ends_on: date | None = strawberry.field(
        description="The last date of the session, inclusive. Null for a rolling session, which has no end."
    )
    is_deleted: bool = strawberry.field(description="Whether the session was ended before it had begun.")


def show_session(facts: SessionFacts) -> Session:
    return Session(
        id=encode_id("Session", facts.id),
        name=facts.name,
        starts_on=facts.starts_on,
        ends_on=facts.ends_on,
        is_deleted=facts.is_deleted,
    )


async def find_sessions(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID]
) -> dict[UUID, Session]:
    return {each.id: show_session(each) for each in await read_sessions(connection, organization_id, ids)}
