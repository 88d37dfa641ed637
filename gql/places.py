"""An enrollment as an act on it leaves it."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from db.students import read_enrollments_by_id
from gql.types.student import Enrollment, show_place


async def find_place(connection: AsyncConnection, organization_id: UUID, enrollment_id: UUID) -> Enrollment:
    """Two statements. Raises LookupError."""
    for facts in await read_enrollments_by_id(connection, organization_id, [enrollment_id]):
        return show_place(facts)
    raise LookupError(f"no enrollment {enrollment_id}")
