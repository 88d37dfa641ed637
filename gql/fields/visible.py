"""Which students and families a viewer may see (section 11, R11.2). Fields, nodes and lists share this."""

from collections.abc import Collection
from uuid import UUID

from attendance.rules.organization.permissions import Caller, may_see_attendance
from attendance.rules.roster.sight import sight_of
from attendance.rules.vocabulary import Portal
from db.people.people import read_families
from db.people.students import read_family_members, read_students, visibility_of
from gql.fields.context import Reading
from gql.people.student import Family, Student, show_family, show_student


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


async def find_families(source: Reading, ids: Collection[UUID]) -> dict[UUID, Family]:
    """Return families that have a student whom the viewer sees. A viewer who sees all students also sees families
    without students. It takes at most two statements.
    """
    caller = source.viewer.caller
    if not may_see_students(caller) or not ids:
        return {}
    visibility = visibility_of(caller)
    visible = set(ids)
    if visibility.visible_to is not None:
        members = await read_family_members(source.connection, caller.organization_id, list(ids), visibility)
        visible = {member.family.id for member in members}
    elif visibility.family_id is not None:
        visible &= {visibility.family_id}
    found = await read_families(source.connection, caller.organization_id, visible)
    sight = sight_of(source.viewer)
    return {family_id: show_family(facts, sight, source.viewer.currency) for family_id, facts in found.items()}
