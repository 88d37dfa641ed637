"""R9.2, R9.3: cancel, restore, cancel again, mark, redeem, reset, delete, in any order; after each step the tokens are
those of a model that knows the rules in its own words.
"""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

import pytest

from attendance.actions.marks.record_marks import Submission
from attendance.actions.marks.submit_attendance import submit_attendance
from attendance.actions.tokens.reset_makeup_token import release_makeups
from attendance.rules.cancelling.cancellation_refusals import OccurrenceNotCancellable, OccurrenceNotCancelled
from attendance.rules.cancelling.cancelling import CancellationOptions
from attendance.rules.marks.attendance_refusals import AttendanceNotRecordable
from attendance.rules.marks.marks import Keep, WantedMark
from attendance.rules.organization.settings import OrganizationSettings
from attendance.rules.vocabulary import AttendanceStatus, EnrollmentType
from db import models
from db.engine import Database
from db.marks.changes import SYSTEM
from tests.actions.cancelling import WITH_TOKENS, CancelDesk, new_cancel_desk
from tests.support.factories import LONG_AGO, MONDAY, World
from tests.support.token_sheet import DURING_CLASS

WEEKS = tuple(MONDAY - timedelta(weeks=number) for number in range(3))
STATUSES = (AttendanceStatus.ABSENT, AttendanceStatus.EXCUSED_ABSENCE, AttendanceStatus.PRESENT, None)
STEPS = 45


class Is(Enum):
    UNUSED, USED, REVOKED, DELETED = range(4)


LIVE = (Is.UNUSED, Is.USED)


@dataclass
class Known:
    """A token as the model has it; `makeup_on`: the week of the other class that it is used in. `stands`: for the token
    of a cancellation. `by_cancelling`: flagged because the class was cancelled without tokens.
    """

    state: Is = Is.UNUSED
    flagged: bool = False
    makeup_on: date | None = None
    stands: bool = False
    by_cancelling: bool = False

    @property
    def is_live(self) -> bool:
        return self.state in LIVE


@dataclass
class Model:
    """Of one class, with makeups in another, by student and week; `active` earn. `gives`: the weeks that were cancelled
    with tokens.
    """

    active: set[UUID]
    marks: dict[tuple[UUID, date], AttendanceStatus] = field(default_factory=dict)
    absence: dict[tuple[UUID, date], Known] = field(default_factory=dict)
    cancelled: dict[tuple[UUID, date], Known] = field(default_factory=dict)
    is_off: set[date] = field(default_factory=set)
    gives: set[date] = field(default_factory=set)
    other_is_off: set[date] = field(default_factory=set)

    def mark(self, student: UUID, week: date, status: AttendanceStatus | None) -> None:
        self.marks.pop((student, week), None)
        if status is not None:
            self.marks[student, week] = status
        self.earn(student, week)

    def is_absent(self, student: UUID, week: date) -> bool:
        status = self.marks.get((student, week))
        return student in self.active and status is not None and status.is_absence

    def live(self, student: UUID, week: date) -> Known | None:
        both = (self.absence.get((student, week)), self.cancelled.get((student, week)))
        return next((each for each in both if each is not None and each.is_live), None)

    def earn(self, student: UUID, week: date) -> None:
        """Of a class that takes place: the live token, of whatever origin, follows the mark."""
        earns, token = self.is_absent(student, week), self.live(student, week)
        if token is None:
            mine = self.absence.setdefault((student, week), Known()) if earns else None
            if mine is not None and mine.state is Is.REVOKED:
                mine.state = Is.UNUSED
        elif token.state is Is.USED:
            token.flagged = not earns
        elif not earns:
            token.state = Is.REVOKED

    def cancel(self, week: date, *, with_tokens: bool) -> None:
        self.is_off.add(week)
        (self.gives.add if with_tokens else self.gives.discard)(week)
        for student in self.active:
            self.cancel_for(student, week, with_tokens=with_tokens)

    def cancel_for(self, student: UUID, week: date, *, with_tokens: bool) -> None:
        mine, absence = self.cancelled.get((student, week)), self.absence.get((student, week))
        if mine is not None and mine.is_live:
            mine.flagged = False
            return
        is_deleted = mine is not None and not_again(mine)
        if not with_tokens:
            if absence is not None and absence.state is Is.USED:
                absence.by_cancelling |= not absence.flagged
                absence.flagged = True
            elif absence is not None and absence.state is Is.UNUSED:
                absence.state = Is.REVOKED
        elif absence is not None and absence.is_live and (absence.state is Is.USED or is_deleted):
            absence.stands, absence.flagged = True, False
        else:
            if absence is not None and absence.is_live:
                absence.state = Is.REVOKED
            again = self.cancelled.setdefault((student, week), Known())
            if again.state is Is.REVOKED:
                again.state = Is.UNUSED

    def restore(self, week: date) -> None:
        self.is_off.discard(week)
        for (_, on), token in self.cancelled.items():
            if on == week and token.state is Is.UNUSED:
                token.state = Is.REVOKED
        for (_, on), token in self.absence.items():
            if on == week:
                token.stands = token.by_cancelling = False
        for student in self.active:
            self.earn(student, week)

    def tokens(self) -> list[Known]:
        return [*self.absence.values(), *self.cancelled.values()]

    def free(self, token: Known, *, by_business: bool = False) -> None:
        """A makeup ends: a token that has lost its ground meanwhile goes, unless it lost it, and now its makeup, to
        cancellations alone.
        """
        stays = token.flagged and token.by_cancelling and by_business
        token.state, token.makeup_on = (Is.REVOKED if token.flagged and not stays else Is.UNUSED), None
        token.stands |= stays
        token.flagged = token.by_cancelling = False

    def cancel_other(self, week: date) -> None:
        self.other_is_off.add(week)
        for token in self.tokens():
            if token.state is Is.USED and token.makeup_on == week:
                self.free(token, by_business=True)

    def left_with_nothing(self) -> list[tuple[UUID, date]]:
        """Who was absent from a class that takes place, or enrolled in one that was cancelled with tokens, and has no
        token, although staff deleted none.
        """
        owed = [(student, week) for student in self.active for week in self.gives & self.is_off]
        owed += [key for key in self.marks if self.is_absent(*key) and key[1] not in self.is_off]
        deleted = {key for known in (self.absence, self.cancelled) for key, token in known.items() if not_again(token)}
        return [key for key in owed if key not in deleted and self.live(*key) is None]

    def shown(self) -> dict[tuple[UUID, date, str], tuple[Is, bool]]:
        kinds = (("ABSENCE", self.absence), ("CANCELLATION", self.cancelled))
        return {(*key, origin): (token.state, token.flagged) for origin, known in kinds for key, token in known.items()}


@dataclass
class Story:
    """The class, the other class, and the model, which take each step together."""

    desk: CancelDesk
    other: CancelDesk
    students: list[UUID]
    model: Model
    dice: random.Random
    told: list[str] = field(default_factory=list)

    async def step(self) -> None:
        acts: list[tuple[int, Callable[[], Awaitable[str]]]] = [
            (5, self.mark),
            (4, self.cancel),
            (4, self.restore),
            (4, self.redeem),
            (1, self.reset),
            (1, self.delete),
            (2, self.turn_other),
        ]
        (act,) = self.dice.choices([act for _, act in acts], [weight for weight, _ in acts])
        self.told.append(await act())
        assert await self.stored() == self.model.shown(), self.told
        assert self.model.left_with_nothing() == [], self.told

    def on(self, desk: CancelDesk, week: date) -> CancelDesk:
        return replace(desk, held_on=week)

    async def mark(self) -> str:
        student, week = self.dice.choice(self.students), self.dice.choice(WEEKS)
        status = self.dice.choice(STATUSES)
        desk = self.on(self.desk, week)
        wanted = Submission(desk.occurrence, {student: WantedMark(status, Keep.NOTE)})
        try:
            async with desk.transaction() as uow:
                await submit_attendance(uow, desk.viewer(OrganizationSettings()), wanted, now=DURING_CLASS)
        except AttendanceNotRecordable:
            assert week in self.model.is_off
            return f"{week} takes no marks"
        assert week not in self.model.is_off
        self.model.mark(student, week, status)
        return f"mark {self.students.index(student)} {week} {status}"

    async def cancel(self) -> str:
        week, with_tokens = self.dice.choice(WEEKS), self.dice.random() < 0.7
        try:
            await self.on(self.desk, week).cancel(WITH_TOKENS if with_tokens else CancellationOptions())
        except OccurrenceNotCancellable:
            assert week in self.model.is_off
            return f"{week} is cancelled already"
        assert week not in self.model.is_off
        self.model.cancel(week, with_tokens=with_tokens)
        return f"cancel {week} {with_tokens=}"

    async def restore(self) -> str:
        week = self.dice.choice(WEEKS)
        try:
            await self.on(self.desk, week).restore()
        except OccurrenceNotCancelled:
            assert week not in self.model.is_off
            return f"{week} is not cancelled"
        assert week in self.model.is_off
        self.model.restore(week)
        return f"restore {week}"

    async def redeem(self) -> str:
        """In the other class, as far as it meets."""
        weeks = [week for week in WEEKS if week not in self.model.other_is_off]
        found = self.pick(Is.UNUSED)
        if found is None or not weeks:
            return "nothing to redeem"
        (student, _, _), token_id, token = found
        week = self.dice.choice(weeks)
        await self.on(self.other, week).makeup(student, token_id)
        token.state, token.makeup_on = Is.USED, week
        return f"redeem {self.students.index(student)} on {week}"

    async def reset(self) -> str:
        found = self.pick(Is.USED)
        if found is None:
            return "nothing to reset"
        key, token_id, token = found
        async with self.other.transaction() as uow:
            await release_makeups(uow, [token_id], author=SYSTEM, now=DURING_CLASS)
        self.model.free(token)
        return f"reset {key}"

    async def delete(self) -> str:
        found = self.pick(Is.UNUSED)
        if found is None:
            return "nothing to delete"
        key, token_id, token = found
        await self.desk.world.change(models.MakeupToken, token_id, deleted_at=LONG_AGO)
        token.state = Is.DELETED
        return f"delete {key}"

    async def turn_other(self) -> str:
        """The other class is cancelled, or restored; its makeups do not come back."""
        week = self.dice.choice(WEEKS)
        if week in self.model.other_is_off:
            await self.on(self.other, week).restore()
            self.model.other_is_off.discard(week)
            return f"restore other {week}"
        await self.on(self.other, week).cancel()
        self.model.cancel_other(week)
        return f"cancel other {week}"

    def pick(self, state: Is) -> tuple[tuple[UUID, date, str], UUID, Known] | None:
        kinds = (("ABSENCE", self.model.absence), ("CANCELLATION", self.model.cancelled))
        of_state = [
            ((*key, origin), token) for origin, known in kinds for key, token in known.items() if token.state is state
        ]
        if not of_state:
            return None
        key, token = self.dice.choice(of_state)
        return key, self.ids[key], token

    async def stored(self) -> dict[tuple[UUID, date, str], tuple[Is, bool]]:
        tokens = await self.desk.tokens()
        self.ids = {(each.student_id, each.held_on, each.origin.value): each.id for each in tokens}
        live = [(each.student_id, each.held_on) for each in tokens if _state(each) in LIVE]
        assert len(live) == len(set(live)), self.told
        return {
            (each.student_id, each.held_on, each.origin.value): (_state(each), each.needs_review) for each in tokens
        }


def not_again(token: Known) -> bool:
    return token.state is Is.DELETED


def _state(token: Any) -> Is:
    if token.deleted_at is not None:
        return Is.DELETED
    if token.revoked_at is not None:
        return Is.REVOKED
    return Is.USED if token.makeup_enrollment_id is not None else Is.UNUSED


@pytest.mark.parametrize("seed", range(8))
async def test_R9_3_tokens_are_right_after_every_step(world: World, database: Database, seed: int) -> None:
    desk = await new_cancel_desk(world, database)
    other = await new_cancel_desk(world, database)
    types = (EnrollmentType.ACTIVE, EnrollmentType.ACTIVE, EnrollmentType.TRIAL)
    students = [await desk.add_student(type=type) for type in types]
    story = Story(desk, other, students, Model(set(students[:2])), random.Random(seed))
    for _ in range(STEPS):
        await story.step()
