"""Change what roll sheets say about a student besides attendance: the medical text and the comment (R3.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.actions.enrollments.steps.lock_places import require_student
from attendance.actions.roster.steps.roster_changed import roster_changed
from attendance.rules.organization.permissions import Viewer, sees_medical
from attendance.rules.refusals import PermissionDenied
from attendance.rules.vocabulary import Permission
from db.marks.changes import Author
from db.people.student_changes import write_texts
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class StudentUpdated:
    student_id: UUID


async def update_student(
    uow: UnitOfWork, viewer: Viewer, student_id: UUID, texts: Mapping[str, str | None], *, now: datetime
) -> StudentUpdated:
    """Change the texts. The indicators change on open roll sheets. Only people who may see a medical text can overwrite
    it.

    texts -- `medical_alert` and `roll_sheet_comment`; None removes a text, and a text that is not named stays

    Raises NothingFound and PermissionDenied.
    """
    caller = viewer.caller
    await require_student(uow, caller, student_id)
    if "medical_alert" in texts and not sees_medical(caller):
        raise PermissionDenied(Permission.SEE_MEDICAL, "You may not see medical texts, so you cannot change them.")
    if texts:
        async with roster_changed(uow, student_id, author=Author.of(caller), now=now):
            await write_texts(uow, student_id, texts)
    return StudentUpdated(student_id)
