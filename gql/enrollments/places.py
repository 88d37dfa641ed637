"""Enrollments as they are after an act."""

from collections.abc import Collection
from uuid import UUID

from db.people.students import read_enrollments_by_id
from gql.enrollments.enrollment import Enrollment, show_place
from gql.fields.context import Reading


async def find_place(source: Reading, enrollment_id: UUID) -> Enrollment:
    """Return the enrollment, in two statements. Raises LookupError when there is none."""
    found = await find_places(source, [enrollment_id])
    if enrollment_id not in found:
        raise LookupError(f"no enrollment {enrollment_id}")
    return found[enrollment_id]


async def find_places(source: Reading, enrollment_ids: Collection[UUID]) -> dict[UUID, Enrollment]:
    """Return enrollments by id, in two statements; no ids take none."""
    if not enrollment_ids:
        return {}
    found = await read_enrollments_by_id(source.connection, source.viewer.caller.organization_id, enrollment_ids)
    return {facts.enrollment.id: show_place(facts) for facts in found}
