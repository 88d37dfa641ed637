"""R11: who the viewer is and what the viewer may do is remembered; every change is known with the next request."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.organization.permissions import Claims, MayNotEnter, Viewer
from attendance.rules.vocabulary import Permission, Portal
from db import models
from db.calendar.occurrences import head_beside
from db.driver import Beside
from db.engine import Database
from db.organization.viewers import find_viewer
from gql.credentials import known_viewers
from gql.credentials.known_viewers import KnownViewers
from tests.support.each_statement import counting
from tests.support.factories import MONDAY, World

NOW = datetime(2026, 11, 17, 3, tzinfo=UTC)
OF_THE_PERSON = "UPDATE person SET {} WHERE organization_id = :organization_id AND id = :person_id"
CHANGES = {
    "a name": OF_THE_PERSON.format("first_name = 'Samantha'"),
    "another name": OF_THE_PERSON.format("last_name = 'Sharp'"),
    "an address": OF_THE_PERSON.format("email = 'sam@sharp.example'"),
    "a permission": OF_THE_PERSON.format("permissions = '{OFFICE_ATTENDANCE_VIEW,OFFICE_SEE_ALL}'"),
    "a group": "INSERT INTO group_member (organization_id, group_id, person_id) VALUES "
    "(:organization_id, :group_id, :person_id)",
    "a group's permission": "UPDATE permission_group SET permissions = '{SEE_MEDICAL,SEE_BALANCES}' "
    "WHERE organization_id = :organization_id AND id = :group_id",
    "no group": "DELETE FROM group_member WHERE organization_id = :organization_id AND person_id = :person_id",
    "a setting": "UPDATE settings SET birthday_window_days = 9 WHERE organization_id = :organization_id",
    "another setting": "UPDATE settings SET staff_sees_balances = NOT staff_sees_balances "
    "WHERE organization_id = :organization_id",
    "the organization's name": "UPDATE organization SET name = 'Swim & Gym' WHERE organization_id = :organization_id",
    "the currency": "UPDATE organization SET currency = 'EUR' WHERE organization_id = :organization_id",
    "no permission": OF_THE_PERSON.format("permissions = '{}'"),
    "a permission again": OF_THE_PERSON.format("permissions = '{OFFICE_ATTENDANCE_VIEW}'"),
    "the end of the sign-in": "UPDATE sign_in SET ended_at = now() WHERE organization_id = :organization_id "
    "AND person_id = :person_id",
}
"""In this order, each of something that is read about a viewer."""


async def found(
    viewers: KnownViewers | None, database: Database, claims: Any, also: Beside | None = None
) -> Viewer | str | None:
    async with database.read(claims.organization_id) as connection:
        try:
            if viewers is None:
                return await find_viewer(connection, claims, NOW)
            return await viewers.find(connection, claims, NOW, also)
        except MayNotEnter:
            return "may not enter"


@pytest.mark.parametrize("beside", ["alone", "a class", "no class"])
async def test_R11_1_every_change_of_a_viewer_is_known_at_once(world: World, database: Database, beside: str) -> None:
    """Also when something else is read in the same statement."""
    viewers, lesson = KnownViewers(), await world.weekly_class()
    key = OccurrenceKey(lesson.timeslot_id if beside == "a class" else UUID(int=7), MONDAY)
    asked: list[Beside] = []

    def also() -> Beside | None:
        asked.extend(filter(None, [None if beside == "alone" else head_beside(key)]))
        return asked[-1] if asked else None

    person_id = await world.staff(Permission.OFFICE_ATTENDANCE_VIEW)
    group_id = await world.add(models.PermissionGroup, name="Desk", permissions=["SEE_MEDICAL"])
    claims = await world.sign_in(person_id, Portal.OFFICE, NOW, NOW + timedelta(hours=1))
    given = {"organization_id": world.organization_id, "person_id": person_id, "group_id": group_id}
    last = await found(viewers, database, claims, also())
    assert isinstance(last, Viewer)
    for change, statement in CHANGES.items():
        await world.owner.execute(text(statement), given)
        now = await found(viewers, database, claims, also())
        assert now != last, change
        assert now == await found(None, database, claims), change
        last = now
    assert last is None
    # Nothing else is read with a viewer who was not known.
    assert not asked or asked[0].rows is None
    expected = {"a class": [lesson.timeslot_id]}.get(beside, [])
    assert all([row.timeslot_id for row in each.rows or ()] == expected for each in asked[1:])
    assert all(each.rows is not None for each in asked[1:])


async def test_a_viewer_who_is_known_takes_one_small_statement(world: World, database: Database) -> None:
    viewers = KnownViewers()
    person_id = await world.staff(Permission.OWNER)
    claims = await world.sign_in(person_id, Portal.OFFICE, NOW, NOW + timedelta(hours=1))
    first = await found(viewers, database, claims)
    statements: list[str] = []
    with counting(database, statements):
        assert await found(viewers, database, claims) is first
    assert len(statements) == 2, statements
    assert "group_member" not in statements[1]


async def test_a_viewer_of_another_history_is_read_anew(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewers = KnownViewers()
    claims = await world.sign_in(await world.staff(Permission.OWNER), Portal.OFFICE, NOW, NOW + timedelta(hours=1))
    first = await found(viewers, database, claims)

    async def another(_: object) -> str:
        return "another"

    monkeypatch.setattr(known_viewers, "history_of", another)
    again = await found(viewers, database, claims)
    assert again == first
    assert again is not first


async def test_kiosks_are_read_each_time_and_the_newest_viewers_are_kept(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_viewers, "_REMEMBERED", 2)
    viewers = KnownViewers()
    person_id = await world.staff(Permission.OWNER)
    several = [
        await world.sign_in(person_id, Portal.OFFICE, NOW, NOW + timedelta(hours=1 + number)) for number in range(4)
    ]
    kiosk_id = await world.kiosk(person_id)
    at_kiosk = Claims(world.organization_id, Portal.KIOSK, NOW + timedelta(hours=1), kiosk_id=kiosk_id)
    for claims in (*several, at_kiosk):
        assert await found(viewers, database, claims) is not None
    assert list(viewers._known) == several[2:]
    later = "UPDATE kiosk SET expires_at = :now WHERE organization_id = :organization_id"
    await world.owner.execute(text(later), {"now": NOW, "organization_id": world.organization_id})
    assert await found(viewers, database, at_kiosk) is None
