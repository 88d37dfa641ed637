"""Which students a viewer may see (section 11, R11.2). Fields, nodes and lists share this."""

from collections.abc import Collection
from uuid import UUID

from attendance.rules.organization.permissions import Caller, may_see_attendance
from attendance.rules.roster.sight import sight_of
from attendance.rules.vocabulary import Portal
from db.people.students import read_students, visibility_of
from gql.fields.context import Reading
from gql.people.student import Student, show_student


def may_see_students(caller: Caller) -> bool:
    """Return whether the caller may see any students. Guardians see those of their own family; staff need attendance
    VIEW.
    """
    return caller.portal is Portal.CUSTOMER or may_see_attendance(caller)


async def find_students(source: Reading, ids: Collection[UUID]) -> dict[UUID, Student]:
    """Return the students whom the viewer may see, in one statement."""
    caller = source.viewer.caller
    if not may_see_students(caller) or not ids:
        return {}
    found = await read_students(source.connection, caller.organization_id, ids, visibility_of(caller))
    sight = sight_of(source.viewer)
    return {student_id: show_student(facts, sight, source.viewer.currency) for student_id, facts in found.items()}
