"""Change who a student is, and what roll sheets say about the student besides attendance (R3.4, R13.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from attendance.actions.enrollments.steps.lock_places import require_student
from attendance.actions.roster.steps.roster_changed import roster_changed
from attendance.rules.organization.permissions import Viewer
from attendance.rules.people.registering import require_may_change
from db.marks.changes import Author
from db.people.household_changes import change_student
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class StudentUpdated:
    student_id: UUID


async def update_student(
    uow: UnitOfWork, viewer: Viewer, student_id: UUID, values: Mapping[str, Any], *, now: datetime
) -> StudentUpdated:
    """Change the student. Names, birthdays and indicators change on open roll sheets. Only people who may see a medical
    text can overwrite it; names, birth date and gender need MANAGE_PEOPLE, and imports leave them alone from then on
    (R13.9).

    values -- by column of models.Student; None removes a text, and what is not named stays

    Raises NothingFound and PermissionDenied.
    """
    caller = viewer.caller
    await require_student(uow, caller, student_id)
    require_may_change(caller, values)
    if values:
        async with roster_changed(uow, student_id, author=Author.of(caller), now=now):
            await change_student(uow, student_id, values)
    return StudentUpdated(student_id)
