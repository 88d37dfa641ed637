"""The field `Enrollment.student`."""

from uuid import UUID

import strawberry

from attendance.rules.organization.permissions import may_see_attendance
from attendance.rules.roster.sight import sight_of
from db.people.students import read_students, visibility_of
from gql.enrollments.enrollment import Enrollment
from gql.fields.access import signed_in
from gql.fields.context import Info, Reading
from gql.fields.loaders import load
from gql.fields.vocabulary import Portal
from gql.people.student import Student, show_student


async def resolve(self: Enrollment, info: Info) -> Student | None:
    return await load(info, self.facts.student_id, _read_enrolled)


field = strawberry.field(
    resolver=resolve,
    description="The student who is enrolled. Null when the viewer may not see the student.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)


async def _read_enrolled(source: Reading, ids: list[UUID]) -> list[Student | None]:
    viewer = source.viewer
    if viewer.caller.portal is not Portal.CUSTOMER and not may_see_attendance(viewer.caller):
        return [None for _ in ids]
    visibility, sight = visibility_of(viewer.caller), sight_of(viewer)
    found = await read_students(source.connection, viewer.caller.organization_id, set(ids), visibility)
    return [show_student(found[each], sight, viewer.currency) if each in found else None for each in ids]
