"""Acts on makeups at the same moment, on real connections."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from attendance.actions.cancelling.cancel_occurrence import cancel_occurrence
from attendance.actions.enrollments.enroll_student import NewPlace, enroll_student
from attendance.actions.makeups.approve_makeup import approve_makeup
from attendance.actions.makeups.book_makeup import book_makeup
from attendance.actions.makeups.decline_makeup import deny_makeup, withdraw_makeup_request
from attendance.actions.makeups.give_back_makeup import give_back_makeup
from attendance.actions.makeups.redeem_makeup_token import redeem_makeup_token
from attendance.actions.makeups.request_makeup import request_makeup
from attendance.actions.marks.record_marks import Submission
from attendance.actions.marks.submit_attendance import submit_attendance
from attendance.actions.tokens.delete_makeup_token import delete_makeup_token
from attendance.actions.tokens.edit_makeup_token import edit_makeup_token
from attendance.actions.tokens.reset_makeup_token import reset_makeup_token
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.cancelling.cancelling import CancellationOptions
from attendance.rules.marks.marks import WantedMark
from attendance.rules.organization.permissions import Viewer
from attendance.rules.organization.settings import MakeupTokenSettings, OrganizationSettings
from attendance.rules.vocabulary import (
    AttendanceStatus,
    EnrollmentType,
    Permission,
)
from db.engine import Database
from db.marks.changes import Author
from tests.support.at_once import Act, committed_at_once
from tests.support.factories import MONDAY, Lesson, World
from tests.support.sizes import SIZES
from tests.support.viewers import DURING_CLASS, guardian_viewer, staff_viewer

ROUNDS = SIZES.race_rounds
LONG_ROUNDS = SIZES.long_race_rounds
AHEAD = MONDAY + timedelta(days=7)
DAY = timedelta(days=1)
_BOOKED = text("""
SELECT count(e.id) AS places, count(t.id) AS tied
FROM enrollment e LEFT JOIN makeup_token t ON t.makeup_enrollment_id = e.id
WHERE e.type = 'MAKEUP' AND e.deleted_at IS NULL
""")
_TOKEN = text("""
SELECT t.makeup_enrollment_id IS NOT NULL AS is_tied, t.revoked_at IS NOT NULL AS is_revoked,
       t.deleted_at IS NOT NULL AS is_deleted, t.needs_review, t.expires_on,
       (SELECT array_agg(q.state ORDER BY q.requested_at, q.id) FROM makeup_request q
        WHERE q.makeup_token_id = t.id) AS requests,
       (SELECT array_agg(l.act ORDER BY l.id) FROM makeup_token_entry l WHERE l.makeup_token_id = t.id) AS acts,
       e.deleted_at IS NULL AND e.id IS NOT NULL AS has_place
FROM makeup_token t LEFT JOIN enrollment e ON e.id = t.makeup_enrollment_id
WHERE t.id = :it
""")


@dataclass
class Race:
    """Ann, of Gail's family, has makeup tokens; `office` may do everything."""

    world: World
    database: Database
    office: Viewer
    gail: Viewer
    ann: UUID

    async def together(self, *acts: Act) -> list[Any]:
        """Each in a transaction of its own, all begun at once: None, or the refusal."""
        return await committed_at_once(self.database, self.world, *acts)

    async def token(self, **values: Any) -> UUID:
        return await self.world.makeup_token(self.ann, **values)

    async def places(self) -> tuple[int, int]:
        """Makeups that are booked, and those of them that a token is tied to."""
        row = (await self.world.owner.execute(_BOOKED)).one()
        return row.places, row.tied

    async def kept(self, token_id: UUID) -> Any:
        return (await self.world.owner.execute(_TOKEN, {"it": token_id})).one()

    def redeem(self, token_id: UUID, lesson: Lesson, held_on: date = AHEAD, *, now: datetime = DURING_CLASS) -> Act:
        return lambda uow: redeem_makeup_token(uow, self.office, token_id, key_of(lesson, held_on), now=now)

    def book(self, student_id: UUID, lesson: Lesson) -> Act:
        return lambda uow: book_makeup(uow, self.office, student_id, key_of(lesson), now=DURING_CLASS)

    def enroll(self, student_id: UUID, lesson: Lesson) -> Act:
        place = NewPlace(student_id, lesson.offering_id, EnrollmentType.ACTIVE, MONDAY)
        return lambda uow: enroll_student(uow, self.office, place, now=DURING_CLASS)

    def mark_present(self, lesson: Lesson) -> Act:
        marks = Submission(key_of(lesson, MONDAY), {self.ann: WantedMark(AttendanceStatus.PRESENT)})
        return lambda uow: submit_attendance(uow, self.office, marks, now=DURING_CLASS)

    def delete(self, token_id: UUID) -> Act:
        return lambda uow: delete_makeup_token(uow, self.office, token_id, now=DURING_CLASS)

    def expire(self, token_id: UUID) -> Act:
        """By an edit."""
        changes = {"expires_on": MONDAY - DAY}
        return lambda uow: edit_makeup_token(uow, self.office, token_id, changes, never_expires=False, now=DURING_CLASS)

    def request(self, token_id: UUID, lesson: Lesson) -> Act:
        return lambda uow: request_makeup(uow, self.gail, token_id, key_of(lesson), None, now=DURING_CLASS)

    def approve(self, request_id: UUID) -> Act:
        return lambda uow: approve_makeup(uow, self.office, request_id, None, now=DURING_CLASS)

    def deny(self, request_id: UUID) -> Act:
        return lambda uow: deny_makeup(uow, self.office, request_id, None, now=DURING_CLASS)

    def withdraw(self, request_id: UUID) -> Act:
        return lambda uow: withdraw_makeup_request(uow, self.gail, request_id, now=DURING_CLASS)

    def give_back(self, token_id: UUID, *, now: datetime = DURING_CLASS) -> Act:
        return lambda uow: give_back_makeup(uow, self.gail, token_id, now=now)

    def reset(self, token_id: UUID) -> Act:
        return lambda uow: reset_makeup_token(uow, self.office, token_id, now=DURING_CLASS)

    def cancel(self, lesson: Lesson) -> Act:
        author = Author.of(self.office.caller)
        settings, options = self.office.settings, CancellationOptions()
        return lambda uow: cancel_occurrence(
            uow, key_of(lesson), options, author=author, settings=settings, now=DURING_CLASS
        )


def key_of(lesson: Lesson, held_on: date = AHEAD) -> OccurrenceKey:
    return lesson.key(held_on)


def kinds(refused: list[Any]) -> list[str]:
    """Return the names of the refusals in alphabetical order; a request that succeeded is "-"."""
    return sorted("-" if each is None else type(each).__name__ for each in refused)


async def new_race(world: World, database: Database) -> Race:
    family_id = await world.family()
    settings = OrganizationSettings(makeup_tokens=MakeupTokenSettings(auto_approve_makeups=False))
    office = staff_viewer(world, await world.staff(Permission.OWNER), settings=settings)
    gail = guardian_viewer(world, family_id, await world.guardian(family_id), settings=settings)
    return Race(world, database, office, gail, await world.student(family_id=family_id))
