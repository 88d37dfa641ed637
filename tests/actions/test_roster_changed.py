"""Which roll sheets hear of a change of a student's rows, and that they are numbered exactly (R10.1)."""

import asyncio
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text, update

from attendance.actions.roster.steps.roster_changed import RosterChange, roster_changed
from attendance.rules.calendar.timeslots import DateSpan
from attendance.rules.vocabulary import Permission, Source
from db import models
from db.engine import Database
from db.marks.changes import Author
from db.roster.roster_changes import follow_sheet
from db.unit_of_work import UnitOfWork, unit_of_work
from db.wake_ups import Announcer
from tests.support.factories import JANUARY, MONDAY, Lesson, World
from tests.support.viewers import DURING_CLASS

WEEK = timedelta(days=7)
NEAR = [MONDAY + number * WEEK for number in range(-1, 5)]


class Sheets:
    """Ann is in a class on Mondays; Olga changes that."""

    def __init__(self, database: Database, world: World, lesson: Lesson, ann: UUID, olga: UUID) -> None:
        self.database, self.world, self.lesson, self.ann = database, world, lesson, ann
        self.author = Author(Source.OFFICE, olga)

    async def change(
        self, statement: str, *, offering_ids: tuple[UUID, ...] = (), dates: DateSpan | None = None, **given: object
    ) -> dict[date, int]:
        """The revisions of this class's sheets by date."""
        async with unit_of_work(self.database, self.world.organization_id, Announcer()) as uow:
            done = await self._change(uow, statement, offering_ids, dates, given)
        assert {key.timeslot_id for key in done.revisions} <= {self.lesson.timeslot_id}
        return {key.held_on: revision for key, revision in done.revisions.items()}

    async def _change(
        self,
        uow: UnitOfWork,
        statement: str,
        offering_ids: tuple[UUID, ...],
        dates: DateSpan | None,
        given: dict[str, object],
    ) -> RosterChange:
        async with roster_changed(
            uow, self.ann, author=self.author, now=DURING_CLASS, offering_ids=offering_ids, dates=dates
        ) as done:
            await uow.connection.execute(text(statement), {"ann": self.ann, **given})
        return done

    async def left(self) -> dict[date, bool]:
        rows = await self.world.owner.execute(
            text("SELECT held_on, left_roster FROM changed_entry WHERE student_id = :ann ORDER BY held_on"),
            {"ann": self.ann},
        )
        return {row.held_on: row.left_roster for row in rows}


@pytest.fixture
async def sheets(database: Database, world: World) -> Sheets:
    lesson, ann = await world.weekly_class(), await world.student()
    await world.enroll(ann, lesson.offering_id)
    return Sheets(database, world, lesson, ann, await world.staff(Permission.OWNER))


async def test_R10_1_what_is_true_now_is_told_on_near_sheets_with_or_without_a_row(sheets: Sheets) -> None:
    await sheets.world.occurrence(sheets.lesson.timeslot_id, MONDAY, revision=3)
    await sheets.world.occurrence(sheets.lesson.timeslot_id, MONDAY - 10 * WEEK, revision=3)
    done = await sheets.change("UPDATE student SET medical_alert = 'Asthma' WHERE id = :ann")
    assert done == {day: 4 if day == MONDAY else 1 for day in NEAR}
    assert await sheets.left() == dict.fromkeys(NEAR, False)


async def test_R10_1_what_leaves_the_rows_as_they_are_is_no_change(sheets: Sheets) -> None:
    assert await sheets.change("UPDATE student SET gender = gender, medical_alert = NULL WHERE id = :ann") == {}
    assert await sheets.left() == {}


async def test_R10_1_who_leaves_is_removed_and_who_has_a_mark_stays(sheets: Sheets) -> None:
    await sheets.world.mark(sheets.ann, sheets.lesson.timeslot_id)
    done = await sheets.change("UPDATE enrollment SET deleted_at = now() WHERE student_id = :ann")
    assert done == {day: 2 if day == MONDAY else 1 for day in NEAR}
    assert await sheets.left() == {day: day != MONDAY for day in NEAR}


async def test_R10_1_of_far_dates_sheets_with_a_row_are_told_and_a_single_day(sheets: Sheets) -> None:
    far = MONDAY - 20 * WEEK
    await sheets.world.occurrence(sheets.lesson.timeslot_id, far, revision=1)
    await sheets.world.occurrence(sheets.lesson.timeslot_id, far - WEEK, revision=1)
    moved = "UPDATE enrollment SET starts_on = :since WHERE student_id = :ann"
    named = {"offering_ids": (sheets.lesson.offering_id,)}
    done = await sheets.change(moved, dates=DateSpan(JANUARY, far), since=far + WEEK, **named)
    assert done == {far: 2, far - WEEK: 2} | dict.fromkeys(NEAR, 1)
    ahead = MONDAY + 20 * WEEK
    ends = "UPDATE enrollment SET drop_on = :end WHERE student_id = :ann"
    assert ahead in await sheets.change(ends, dates=DateSpan(ahead, ahead), end=ahead, **named)


async def test_R10_1_a_far_sheet_is_opened_before_or_after_an_act_and_not_amid_it(sheets: Sheets) -> None:
    far = sheets.lesson.key(MONDAY + 30 * WEEK)

    async def open_it() -> None:
        async with unit_of_work(sheets.database, sheets.world.organization_id, Announcer()) as uow:
            await follow_sheet(uow, far)

    async with (
        unit_of_work(sheets.database, sheets.world.organization_id, Announcer()) as uow,
        roster_changed(uow, sheets.ann, author=sheets.author, now=DURING_CLASS),
    ):
        opening = asyncio.create_task(open_it())
        await asyncio.wait([opening], timeout=0.3)
        assert not opening.done()
    await opening
    await open_it()
    told = await sheets.change("UPDATE student SET medical_alert = 'Asthma' WHERE id = :ann")
    assert told == dict.fromkeys([*NEAR, far.held_on], 1)


async def test_the_number_of_statements_and_of_sheets_is_bounded(sheets: Sheets) -> None:
    for place in range(40):
        more = await sheets.world.weekly_class(weekday=place % 7 + 1)
        await sheets.world.enroll(sheets.ann, more.offering_id)
    async with (
        unit_of_work(sheets.database, sheets.world.organization_id, Announcer()) as uow,
        roster_changed(uow, sheets.ann, author=sheets.author, now=DURING_CLASS) as done,
    ):
        await uow.connection.execute(
            update(models.Student).where(models.Student.id == sheets.ann).values(roll_sheet_comment="Left-handed")
        )
    assert len(done.revisions) == 200
    assert sheets.lesson.key() in done.revisions


async def test_R10_1_what_no_row_shows_is_no_change(sheets: Sheets) -> None:
    """An earlier place elsewhere takes "first enrollment ever" from this one, but only the first day would tell."""
    elsewhere = await sheets.world.weekly_class(name="Swim 0")
    done = await sheets.change(
        "INSERT INTO enrollment (organization_id, id, student_id, offering_id, type, starts_on, drop_on)"
        " SELECT organization_id, gen_random_uuid(), id, :elsewhere, 'ACTIVE', :first, :last"
        " FROM student WHERE id = :ann",
        elsewhere=elsewhere.offering_id,
        first=JANUARY - 4 * WEEK,
        last=JANUARY - 2 * WEEK,
    )
    assert done == {}
