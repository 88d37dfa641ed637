"""Makeup tokens edited, deleted, reset and used at the same moment, on real connections: one outcome (R8.5, R8.8)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from attendance.actions.cancelling.cancel_occurrence import cancel_occurrence
from attendance.actions.enrollments.drop_enrollment import drop_enrollment
from attendance.actions.makeups.redeem_makeup_token import redeem_makeup_token
from attendance.actions.marks.record_marks import Submission
from attendance.actions.marks.submit_attendance import submit_attendance
from attendance.actions.tokens.create_makeup_tokens import create_makeup_tokens
from attendance.actions.tokens.delete_makeup_token import delete_makeup_token
from attendance.actions.tokens.edit_makeup_token import edit_makeup_token
from attendance.actions.tokens.reset_makeup_token import reset_makeup_token
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.cancelling.cancelling import CancellationOptions
from attendance.rules.enrollments.enrollment_refusals import EnrollmentEnded
from attendance.rules.marks.marks import WantedMark
from attendance.rules.organization.permissions import Viewer
from attendance.rules.organization.settings import OrganizationSettings
from attendance.rules.refusals import Refusal
from attendance.rules.tokens.token_refusals import MakeupTokenNotChangeable
from attendance.rules.tokens.tokens_by_hand import TokenDraft
from attendance.rules.vocabulary import AttendanceStatus, Permission
from db.engine import Database
from db.ids import new_id
from db.marks.changes import Author
from tests.support.at_once import Act, committed_at_once, kinds_of
from tests.support.factories import MONDAY, Lesson, World
from tests.support.sizes import SIZES
from tests.support.viewers import DURING_CLASS, staff_viewer

ROUNDS = SIZES.race_rounds
LONG_ROUNDS = SIZES.long_race_rounds
DAY = timedelta(days=1)
TUESDAY = MONDAY + DAY
STATE = text(
    "SELECT t.deleted_at IS NOT NULL AS is_deleted, t.revoked_at IS NOT NULL AS is_revoked, t.comment,"
    " t.makeup_enrollment_id, t.expires_on, t.needs_review,"
    " (SELECT array_agg(l.act ORDER BY l.id) FROM makeup_token_entry l WHERE l.makeup_token_id = t.id) AS acts,"
    " (SELECT count(*) FROM enrollment e WHERE e.student_id = t.student_id AND e.type = 'MAKEUP'"
    "  AND e.deleted_at IS NULL) AS makeups"
    " FROM makeup_token t WHERE t.id = :it"
)


@dataclass
class Office:
    """Somebody who may do everything. Makeups are on TUESDAY."""

    database: Database
    world: World
    viewer: Viewer
    lesson: Lesson
    missed: Lesson

    async def together(self, *acts: Act) -> list[type[Refusal] | None]:
        """Each in a transaction of its own, all begun at once; what each was refused for."""
        return kinds_of(await committed_at_once(self.database, self.world, *acts))

    async def token(self, *, makeup: bool = False, absent: bool = False) -> tuple[UUID, UUID, UUID]:
        """With its student and its makeup, both new; `absent`: of an absence on MONDAY."""
        student = await self.world.student()
        if absent:
            await self.world.enroll(student, self.missed.offering_id)
            await self.together(self.mark(student, AttendanceStatus.ABSENT))
            token = await self.world.owner.scalar(
                text("SELECT id FROM makeup_token WHERE student_id = :it"), {"it": student}
            )
        else:
            token = await self.world.makeup_token(student)
        makeup_id = await self.world.makeup(student, self.lesson, TUESDAY, token_id=token) if makeup else new_id()
        return token, student, makeup_id

    async def state(self, token: UUID) -> Any:
        return (await self.world.owner.execute(STATE, {"it": token})).one()

    def edit(self, token: UUID, **changes: Any) -> Act:
        return lambda uow: edit_makeup_token(uow, self.viewer, token, changes, never_expires=False, now=DURING_CLASS)

    def delete(self, token: UUID) -> Act:
        return lambda uow: delete_makeup_token(uow, self.viewer, token, now=DURING_CLASS)

    def reset(self, token: UUID) -> Act:
        return lambda uow: reset_makeup_token(uow, self.viewer, token, now=DURING_CLASS)

    def drop(self, makeup: UUID) -> Act:
        return lambda uow: drop_enrollment(uow, self.viewer, makeup, MONDAY, now=DURING_CLASS)

    def redeem(self, token: UUID) -> Act:
        key = self.lesson.key(TUESDAY)
        return lambda uow: redeem_makeup_token(uow, self.viewer, token, key, now=DURING_CLASS)

    def mark(self, student: UUID, status: AttendanceStatus) -> Act:
        marks = Submission(self.missed.key(), {student: WantedMark(status)})
        return lambda uow: submit_attendance(uow, self.viewer, marks, now=DURING_CLASS)

    def cancel(self, timeslot_id: UUID, held_on: date) -> Act:
        return lambda uow: cancel_occurrence(
            uow,
            OccurrenceKey(timeslot_id, held_on),
            CancellationOptions(),
            author=Author.of(self.viewer.caller),
            settings=OrganizationSettings(),
            now=DURING_CLASS,
        )


@pytest.fixture
async def office(database: Database, world: World) -> Office:
    viewer = staff_viewer(world, await world.staff(Permission.OWNER))
    return Office(database, world, viewer, await world.weekly_class(weekday=2), await world.weekly_class())


async def test_R8_5_one_of_two_deletions_takes_the_token_away(office: Office) -> None:
    for _ in range(ROUNDS):
        token, _, _ = await office.token()
        refused = await office.together(office.delete(token), office.delete(token))
        assert sorted(refused, key=str) == [MakeupTokenNotChangeable, None]
        assert (await office.state(token)).acts == ["DELETED"]


async def test_R8_5_an_edit_comes_before_a_deletion_or_not_at_all(office: Office) -> None:
    for _ in range(ROUNDS):
        token, _, _ = await office.token()
        edited, deleted = await office.together(office.edit(token, comment="New"), office.delete(token))
        assert deleted is None
        state = await office.state(token)
        assert state.is_deleted
        if edited is None:
            assert (state.comment, state.acts) == ("New", ["EDITED", "DELETED"])
        else:
            assert (edited, state.comment, state.acts) == (MakeupTokenNotChangeable, None, ["DELETED"])


async def test_R8_5_edits_of_different_things_both_stand(office: Office) -> None:
    for _ in range(ROUNDS):
        token, _, _ = await office.token()
        refused = await office.together(
            office.edit(token, comment="New"),
            office.edit(token, expires_on=TUESDAY),
            office.edit(token, comment="Other"),
        )
        assert refused == [None, None, None]
        state = await office.state(token)
        assert (state.comment in {"New", "Other"}, state.expires_on) == (True, TUESDAY)
        entries = await office.world.owner.execute(
            text("SELECT facts FROM makeup_token_entry WHERE makeup_token_id = :it ORDER BY id"), {"it": token}
        )
        befores = [row.facts["before"]["comment"] for row in entries if "comment" in row.facts["before"]]
        assert befores[0] is None
        assert befores[1] in {"New", "Other"} - {state.comment}


@pytest.mark.parametrize("by_drop", [False, True])
async def test_R8_5_a_makeup_is_given_up_once(office: Office, by_drop: bool) -> None:
    for _ in range(ROUNDS):
        token, _, makeup = await office.token(makeup=True)
        other = office.drop(makeup) if by_drop else office.reset(token)
        refused = await office.together(office.reset(token), other)
        assert refused.count(None) == 1
        assert set(refused) - {None} <= {MakeupTokenNotChangeable, EnrollmentEnded}
        state = await office.state(token)
        assert (state.makeup_enrollment_id, state.acts, state.makeups) == (None, ["RESET"], 0)


async def test_R8_5_a_deletion_comes_after_a_reset_or_not_at_all(office: Office) -> None:
    for _ in range(ROUNDS):
        token, _, _ = await office.token(makeup=True)
        reset, deleted = await office.together(office.reset(token), office.delete(token))
        assert reset is None
        state = await office.state(token)
        assert state.makeups == 0
        assert state.acts == (["RESET", "DELETED"] if deleted is None else ["RESET"])
        assert deleted in {None, MakeupTokenNotChangeable}


async def test_R8_8_a_token_is_used_or_deleted_and_never_both(office: Office) -> None:
    for _ in range(ROUNDS):
        token, _, _ = await office.token()
        refused = await office.together(office.redeem(token), office.delete(token))
        assert refused.count(None) == 1
        state = await office.state(token)
        assert state.is_deleted is (refused[1] is None)
        assert (state.makeup_enrollment_id is None, state.makeups) == ((True, 0) if state.is_deleted else (False, 1))


async def test_R7_4_a_correction_and_a_reset_at_once_leave_no_token_without_ground(office: Office) -> None:
    for _ in range(ROUNDS):
        token, student, _ = await office.token(makeup=True, absent=True)
        refused = await office.together(office.reset(token), office.mark(student, AttendanceStatus.PRESENT))
        assert refused == [None, None]
        state = await office.state(token)
        assert (state.is_revoked, state.needs_review, state.makeup_enrollment_id) == (True, False, None)
        assert state.acts in (["ISSUED", "RESET", "REVOKED"], ["ISSUED", "FLAGGED", "RESET", "REVOKED"])


async def test_R9_2_a_cancelled_class_and_a_reset_at_once_give_the_token_back_once(office: Office) -> None:
    for round in range(ROUNDS):
        office.lesson = await office.world.weekly_class(weekday=2)
        token, _, makeup = await office.token(makeup=True)
        held = office.cancel(office.lesson.timeslot_id, TUESDAY)
        other = office.reset(token) if round % 2 else office.drop(makeup)
        cancelled, given_up = await office.together(held, other)
        assert cancelled is None
        assert given_up in {None, MakeupTokenNotChangeable, EnrollmentEnded}
        state = await office.state(token)
        assert (state.makeup_enrollment_id, state.acts, state.makeups) == (None, ["RESET"], 0)


async def test_acts_of_all_kinds_at_once_never_lock_each_other_up(office: Office) -> None:
    for _ in range(LONG_ROUNDS):
        office.lesson, office.missed = await office.world.weekly_class(weekday=2), await office.world.weekly_class()
        token, student, makeup = await office.token(makeup=True, absent=True)
        second, other, _ = await office.token(absent=True)
        refused = await office.together(
            office.reset(token),
            office.drop(makeup),
            office.mark(student, AttendanceStatus.PRESENT),
            office.edit(token, comment="New"),
            office.delete(second),
            office.redeem(second),
            office.mark(other, AttendanceStatus.EXCUSED_ABSENCE),
            office.cancel(office.lesson.timeslot_id, TUESDAY),
            office.cancel(office.missed.timeslot_id, MONDAY),
        )
        assert refused[-2:] == [None, None]
        state = await office.state(token)
        assert (state.makeups, state.acts.count("RESET")) == (0, 1)
        # Where the business cancelled the missed class and then the makeup, before anybody else, it stays (R9.2).
        assert state.is_revoked is ("UNFLAGGED" not in state.acts)
        assert state.is_revoked or None not in refused[:3]
        assert (await office.state(second)).makeups == 0


async def test_R8_1_tokens_given_at_once_all_come(office: Office) -> None:
    student = await office.world.student()
    give: Act = lambda uow: create_makeup_tokens(  # noqa: E731
        uow, office.viewer, student, [TokenDraft(), TokenDraft()], now=DURING_CLASS
    )
    assert await office.together(*[give] * 5) == [None] * 5
    count = text("SELECT (SELECT count(*) FROM makeup_token), (SELECT count(*) FROM makeup_token_entry)")
    assert tuple((await office.world.owner.execute(count)).one()) == (10, 10)
