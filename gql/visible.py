"""Which students a viewer reaches (section 11, R11.2): the same for fields, nodes and listings."""

from collections.abc import Collection
from uuid import UUID

from attendance.rules.permissions import Caller, may_see_attendance, sees_all_occurrences
from attendance.rules.sight import sight_of
from attendance.rules.vocabulary import Portal
from db.students import Visibility, read_students
from gql.context import Reading
from gql.types.student import Student, show_student


def may_see_students(caller: Caller) -> bool:
    """Guardians see their own family's; staff need attendance VIEW."""
    return caller.portal is Portal.CUSTOMER or may_see_attendance(caller)


def visibility_of(caller: Caller) -> Visibility:
    """Whose students a caller sees who may see students at all."""
    if caller.portal is Portal.CUSTOMER:
        return Visibility(family_id=caller.family_id)
    return Visibility(visible_to=None if sees_all_occurrences(caller) else caller.person_id)


async def find_students(source: Reading, ids: Collection[UUID]) -> dict[UUID, Student]:
    """Without those that are not to be seen; one statement."""
    caller = source.viewer.caller
    if not may_see_students(caller) or not ids:
        return {}
    found = await read_students(source.connection, caller.organization_id, ids, visibility_of(caller))
    sight = sight_of(source.viewer)
    return {student_id: show_student(facts, sight, source.viewer.currency) for student_id, facts in found.items()}
