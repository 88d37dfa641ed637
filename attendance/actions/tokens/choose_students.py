"""Choose many students (R9.4): by id, or those who are enrolled somewhere on a date."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.organization.permissions import Caller, may_see_attendance
from attendance.rules.refusals import NothingFound
from attendance.rules.tokens.tokens_for_many import MOST_STUDENTS, EnrolledStudents, NoStudents, TooManyStudents
from db.enrollments.enrolled_students import find_enrolled, seen_students
from db.people.students import visibility_of


async def choose_students(
    connection: AsyncConnection, caller: Caller, chosen: Collection[UUID] | EnrolledStudents
) -> list[UUID]:
    """Return each chosen student once, if the caller may see the student, with one statement.

    Students given by id are in the order of the ids, others are ordered by last name. Raises NothingFound when the
    caller may not see a student that was given by id, NoStudents and TooManyStudents.
    """
    organization_id, visibility = caller.organization_id, visibility_of(caller)
    if not isinstance(chosen, EnrolledStudents):
        seen = await seen_students(connection, organization_id, chosen, visibility)
        if not may_see_attendance(caller) or seen != set(chosen):
            raise NothingFound("There is no such student.")
        return list(chosen)
    found = await find_enrolled(connection, organization_id, chosen, visibility) if may_see_attendance(caller) else []
    if not found:
        raise NoStudents
    if len(found) > MOST_STUDENTS:
        raise TooManyStudents(len(found))
    return found
