"""Which students a viewer reaches (section 11, R11.2): the same for fields, nodes and listings."""

from collections.abc import Collection
from uuid import UUID

from attendance.rules.organization.permissions import Caller, may_see_attendance
from attendance.rules.roster.sight import sight_of
from attendance.rules.vocabulary import Portal
from db.people.students import read_students, visibility_of
from gql.fields.context import Reading
from gql.people.student import Student, show_student


def may_see_students(caller: Caller) -> bool:
    """Guardians see their own family's; staff need attendance VIEW."""
    return caller.portal is Portal.CUSTOMER or may_see_attendance(caller)


async def find_students(source: Reading, ids: Collection[UUID]) -> dict[UUID, Student]:
    """Without those that are not to be seen; one statement."""
    caller = source.viewer.caller
    if not may_see_students(caller) or not ids:
        return {}
    found = await read_students(source.connection, caller.organization_id, ids, visibility_of(caller))
    sight = sight_of(source.viewer)
    return {student_id: show_student(facts, sight, source.viewer.currency) for student_id, facts in found.items()}
