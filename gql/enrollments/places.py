"""Enrollments as they are after an act."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from db.people.students import read_enrollments_by_id
from gql.enrollments.enrollment import Enrollment, show_place


async def find_place(connection: AsyncConnection, organization_id: UUID, enrollment_id: UUID) -> Enrollment:
    """Return the enrollment, in two statements. Raises LookupError when there is none."""
    for facts in await read_enrollments_by_id(connection, organization_id, [enrollment_id]):
        return show_place(facts)
    raise LookupError(f"no enrollment {enrollment_id}")


async def find_places(
    connection: AsyncConnection, organization_id: UUID, enrollment_ids: Collection[UUID]
) -> dict[UUID, Enrollment]:
    """Return enrollments by id, in two statements; no ids take none."""
    if not enrollment_ids:
        return {}
    found = await read_enrollments_by_id(connection, organization_id, enrollment_ids)
    return {facts.enrollment.id: show_place(facts) for facts in found}
