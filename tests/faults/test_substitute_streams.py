"""A substitute's stream ends when somebody else stands in, who can open it at once (R9.9, R10.4)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from attendance.actions.absences.assign_substitutes import assign_substitutes
from attendance.actions.absences.mark_staff_absent import mark_staff_absent
from attendance.rules.absences.substitutes import Assignment, AssignmentOptions
from attendance.rules.calendar.timeslots import DateSpan
from attendance.rules.organization.permissions import Caller
from attendance.rules.vocabulary import Permission, Portal
from db.engine import Database
from db.unit_of_work import UnitOfWork, unit_of_work
from db.wake_ups import Announcer
from gql.fields.global_ids import encode_occurrence_id
from tests.support.api_process import ApiProcess, api_process, sign_in
from tests.support.audit import assert_sound
from tests.support.factories import World
from tests.support.subscriber import subscriber

FULL = Permission.STAFF_ATTENDANCE_FULL


@pytest.fixture
async def live(database_url: str, redis_url: str) -> AsyncIterator[ApiProcess]:
    async with api_process(database_url, redis_url) as api:
        yield api


async def test_R9_9_rights_follow_the_assignment_within_seconds(
    live: ApiProcess, world: World, database: Database
) -> None:
    today = datetime.now(UTC).date()
    lesson = await world.weekly_class(weekday=today.isoweekday(), location_id=await world.location(time_zone="UTC"))
    tom = await world.staff(teaches=[lesson.offering_id])
    sue, uma = await world.staff(FULL), await world.staff(FULL)
    key = lesson.key(today)
    caller, now = Caller(world.organization_id, Portal.OFFICE, person_id=tom), datetime.now(UTC)
    async with unit_of_work(database, world.organization_id, Announcer()) as uow:
        absence = await mark_staff_absent(uow, caller, tom, DateSpan(today, today), None, now=now)
        await _assign(uow, absence.staff_absence_id, Assignment(key, sue), now)
    tokens = [await sign_in(world, who, Portal.STAFF) for who in (sue, uma)]
    occurrence = encode_occurrence_id(key)
    async with subscriber(live, tokens[0], occurrence) as former:
        await former.heard(1)
        async with subscriber(live, tokens[1], occurrence) as too_early:
            await too_early.ended()
            assert too_early.events == []
        async with unit_of_work(database, world.organization_id, Announcer()) as uow:
            await _assign(uow, absence.staff_absence_id, Assignment(key, uma), now)
        async with subscriber(live, tokens[1], occurrence) as present:
            await present.heard(1, seconds=5)
            await former.ended(seconds=10)
            assert not present.is_over.is_set()
    assert former.error is not None
    assert former.error[0]["extensions"]["code"] == "FORBIDDEN"
    await assert_sound(world, now=datetime.now(UTC))


async def _assign(uow: UnitOfWork, absence_id: UUID, wanted: Assignment, now: datetime) -> None:
    await assign_substitutes(uow, absence_id, [wanted], AssignmentOptions(), now=now)
