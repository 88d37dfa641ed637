"""Builders of test data: each inserts one thing with good defaults, commits, and returns its id.

    world = await new_world(owner)
    lesson = await world.weekly_class(weekday=1)
    ann = await world.student(first_name="Ann")
    await world.enroll(ann, lesson.offering_id)

They use the test's own connection, which the code under test never does.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.organization.permissions import Claims
from attendance.rules.vocabulary import (
    AttendanceStatus,
    BlackoutScope,
    EnrollmentType,
    ExpectedAbsenceState,
    MakeupRequestState,
    MakeupTokenOrigin,
    NoteLevel,
    OfferingKind,
    Permission,
    PersonKind,
    PlaceOfferState,
    Portal,
    Source,
)
from db import models
from db.ids import new_id
from db.models.table import Table
from tests.support.inserting import change_rows, insert_row
from tests.support.tenant_role import admit

LONG_AGO = datetime(2026, 1, 5, 12, tzinfo=UTC)
LONG_AFTER = datetime(2036, 1, 5, 12, tzinfo=UTC)
JANUARY = date(2026, 1, 5)
MONDAY = date(2026, 11, 16)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A class with one timeslot."""

    offering_id: UUID
    timeslot_id: UUID

    def key(self, held_on: date = MONDAY) -> OccurrenceKey:
        return OccurrenceKey(self.timeslot_id, held_on)

    def sheet_id(self, held_on: date = MONDAY) -> str:
        """The occurrence's id in the API."""
        # Strawberry takes long to import, and every test process has this module: also one that runs pure rules.
        from gql.fields.global_ids import encode_occurrence_id  # noqa: PLC0415

        return encode_occurrence_id(self.key(held_on))


def _table(model: type[Table]) -> sqlalchemy.Table:
    table = model.__table__
    assert isinstance(table, sqlalchemy.Table)
    return table


async def new_world(
    owner: AsyncConnection, *, name: str = "Test Gym", time_zone: str = "America/Chicago", **settings: Any
) -> "World":
    """An organization with settings (by the names of models.Settings) and one location."""
    organization_id = new_id()
    world = World(owner, organization_id, new_id())
    await admit(owner, organization_id)
    await world.add(models.Organization, name=name)
    await world.add(models.Settings, **settings)
    await world.add(models.Location, id=world.location_id, name="Main Street", time_zone=time_zone)
    return world


@dataclass(frozen=True, slots=True)
class World:
    """One organization, and what is put into it. `location_id` is where things happen unless said otherwise."""

    owner: AsyncConnection
    organization_id: UUID
    location_id: UUID

    async def add(self, model: type[Table], **values: Any) -> UUID:
        """Any row of the organization; tables without an id get one that is only returned."""
        row = {"organization_id": self.organization_id, **values}
        if "id" in model.__table__.c:
            row.setdefault("id", new_id())
        await insert_row(self.owner, _table(model), row)
        return row.get("id") or self.organization_id

    async def count(self, model: type[Table]) -> int:
        """How many rows the organization has in the table."""
        table = model.__table__
        counted = select(func.count()).select_from(table).where(table.c.organization_id == self.organization_id)
        return await self.owner.scalar(counted) or 0

    async def rows(self, model: type[Table], **values: Any) -> list[Row[Any]]:
        """The organization's rows that have these values, in the order of their keys."""
        table = model.__table__
        wanted = {"organization_id": self.organization_id, **values}
        found = select(table).where(*(table.c[name] == value for name, value in wanted.items()))
        return list(await self.owner.execute(found.order_by(*table.primary_key)))

    async def emails(self) -> list[Row[Any]]:
        """By their reasons."""
        return sorted(await self.rows(models.Email), key=lambda email: email.reason)

    async def change(self, model: type[Table], row_id: UUID, **values: Any) -> None:
        """Set columns of one row, as nobody does through the product."""
        mine = {"organization_id": self.organization_id, "id": row_id}
        await change_rows(self.owner, _table(model), mine, values)

    async def change_settings(self, **values: Any) -> None:
        """By the names of models.Settings."""
        mine = {"organization_id": self.organization_id}
        await change_rows(self.owner, _table(models.Settings), mine, values)

    async def location(self, *, name: str = "Second Street", time_zone: str = "America/New_York") -> UUID:
        return await self.add(models.Location, name=name, time_zone=time_zone)

    async def program(self, *, name: str = "Swim", blackouts: Iterable[tuple[date, date, BlackoutScope]] = ()) -> UUID:
        """With a blackout schedule of its own if blackouts (first date, last date, scope) are given."""
        entries = list(blackouts)
        schedule_id = await self.add(models.BlackoutSchedule, name=f"{name} holidays") if entries else None
        for starts_on, ends_on, scope in entries:
            await self.add(
                models.BlackoutDate,
                blackout_schedule_id=schedule_id,
                starts_on=starts_on,
                ends_on=ends_on,
                scope=scope,
            )
        return await self.add(models.Program, name=name, blackout_schedule_id=schedule_id)

    async def session(
        self, starts_on: date, ends_on: date | None, *, name: str = "Autumn", offerings: Iterable[UUID] = ()
    ) -> UUID:
        """Attached to the offerings."""
        session_id = await self.add(models.Session, name=name, starts_on=starts_on, ends_on=ends_on)
        for offering_id in offerings:
            await self.add(models.OfferingSession, offering_id=offering_id, session_id=session_id)
        return session_id

    async def offering(
        self,
        *,
        kind: OfferingKind = OfferingKind.CLASS,
        name: str = "Swim 1",
        location_id: UUID | None = None,
        **values: Any,
    ) -> UUID:
        return await self.add(
            models.Offering, kind=kind, name=name, location_id=location_id or self.location_id, **values
        )

    async def timeslot(
        self,
        offering_id: UUID,
        *,
        weekday: int | None = 1,
        start_time: time = time(17),
        duration_minutes: int = 45,
        **values: Any,
    ) -> UUID:
        """Weekly; for an appointment or a camp pass weekday=None with starts_on and ends_on."""
        return await self.add(
            models.Timeslot,
            offering_id=offering_id,
            weekday=weekday,
            start_time=start_time,
            duration_minutes=duration_minutes,
            **values,
        )

    async def weekly_class(
        self, *, weekday: int = 1, start_time: time = time(17), duration_minutes: int = 45, **offering: Any
    ) -> Lesson:
        """A class with one timeslot, which meets on MONDAY by default, and always: no session bounds it."""
        offering_id = await self.offering(**offering)
        timeslot_id = await self.timeslot(
            offering_id, weekday=weekday, start_time=start_time, duration_minutes=duration_minutes
        )
        return Lesson(offering_id, timeslot_id)

    async def staff(
        self,
        *permissions: Permission,
        first_name: str = "Sam",
        last_name: str = "Staff",
        teaches: Iterable[UUID] = (),
        **values: Any,
    ) -> UUID:
        """A staff member with the permissions, who teaches the offerings."""
        person_id = await self.add(
            models.Person,
            kind=PersonKind.STAFF,
            first_name=first_name,
            last_name=last_name,
            permissions=[str(permission) for permission in permissions],
            **values,
        )
        for offering_id in teaches:
            await self.add(models.OfferingInstructor, offering_id=offering_id, person_id=person_id)
        return person_id

    async def sign_in(self, person_id: UUID, portal: Portal, now: datetime, expires_at: datetime) -> Claims:
        """The claims of a new access token. The sign-in behind them lasts as long, and a day at least."""
        sign_in_id = await self.add(
            models.SignIn,
            person_id=person_id,
            portal=portal,
            refresh_hash=os.urandom(32),
            created_at=LONG_AGO,
            expires_at=max(expires_at, now + timedelta(days=1)),
        )
        return Claims(self.organization_id, portal, expires_at, person_id=person_id, sign_in_id=sign_in_id)

    async def kiosk(self, launched_by_id: UUID, **values: Any) -> UUID:
        """Launched long ago, and good for ten years."""
        given = {"name": "Front desk", "location_id": self.location_id, "launched_at": LONG_AGO, **values}
        given.setdefault("expires_at", given["launched_at"] + timedelta(days=3650))
        return await self.add(models.Kiosk, launched_by_id=launched_by_id, **given)

    async def family(self, *, name: str = "Baker", balance: Decimal = Decimal(0), **values: Any) -> UUID:
        return await self.add(models.Family, name=name, balance=balance, **values)

    async def guardian(self, family_id: UUID, *, first_name: str = "Gail", **values: Any) -> UUID:
        given = {"kind": PersonKind.GUARDIAN, "first_name": first_name, "last_name": "Baker", **values}
        return await self.add(models.Person, family_id=family_id, **given)

    async def student(
        self,
        *,
        first_name: str = "Ann",
        last_name: str = "Baker",
        family_id: UUID | None = None,
        **values: Any,
    ) -> UUID:
        """In a family of its own unless one is given."""
        return await self.add(
            models.Student,
            first_name=first_name,
            last_name=last_name,
            family_id=family_id or await self.family(name=last_name),
            **values,
        )

    async def enroll(
        self,
        student_id: UUID,
        offering_id: UUID,
        *,
        type: EnrollmentType = EnrollmentType.ACTIVE,
        starts_on: date = JANUARY,
        **values: Any,
    ) -> UUID:
        """Open-ended, in all timeslots, unless drop_on or timeslot_id say otherwise."""
        return await self.add(
            models.Enrollment,
            student_id=student_id,
            offering_id=offering_id,
            type=type,
            starts_on=starts_on,
            **values,
        )

    async def place_offer(self, enrollment_id: UUID, **values: Any) -> UUID:
        """Open, from MONDAY on and held for years, unless the values say otherwise."""
        given = {"starts_on": MONDAY, "holds_until": LONG_AFTER, "state": PlaceOfferState.OPEN, "offered_at": LONG_AGO}
        return await self.add(models.PlaceOffer, enrollment_id=enrollment_id, **given | values)

    async def makeup(
        self, student_id: UUID, lesson: Lesson, held_on: date = MONDAY, *, token_id: UUID | None = None
    ) -> UUID:
        """The place of a makeup on that day, for which the token was redeemed if one is given."""
        place = await self.enroll(
            student_id,
            lesson.offering_id,
            type=EnrollmentType.MAKEUP,
            starts_on=held_on,
            drop_on=held_on,
            timeslot_id=lesson.timeslot_id,
        )
        if token_id is not None:
            await self.change(models.MakeupToken, token_id, makeup_enrollment_id=place)
        return place

    async def note(self, student_id: UUID, *, level: NoteLevel = NoteLevel.NORMAL, **values: Any) -> UUID:
        """Open unless closed_at is given."""
        given = {"body": "Likes the deep end.", "written_at": LONG_AGO, **values}
        return await self.add(models.StudentNote, student_id=student_id, level=level, **given)

    async def expected_absence(
        self,
        student_id: UUID,
        *,
        starts_on: date = MONDAY,
        ends_on: date | None = None,
        state: ExpectedAbsenceState = ExpectedAbsenceState.APPROVED,
        enrollments: Iterable[UUID] = (),
        **values: Any,
    ) -> UUID:
        given = {"source": Source.OFFICE, "requested_at": LONG_AGO, **values}
        absence_id = await self.add(
            models.ExpectedAbsence,
            student_id=student_id,
            starts_on=starts_on,
            ends_on=ends_on or starts_on,
            state=state,
            **given,
        )
        for enrollment_id in enrollments:
            await self.add(
                models.ExpectedAbsenceEnrollment, expected_absence_id=absence_id, enrollment_id=enrollment_id
            )
        return absence_id

    async def occurrence(self, timeslot_id: UUID, held_on: date = MONDAY, **values: Any) -> None:
        """The row of an occurrence to which something happened; harmless when it is there already."""
        row = {"organization_id": self.organization_id, "timeslot_id": timeslot_id, "held_on": held_on, **values}
        await insert_row(self.owner, _table(models.Occurrence), row, unless_there=True)

    async def mark(
        self,
        student_id: UUID,
        timeslot_id: UUID,
        *,
        held_on: date = MONDAY,
        status: AttendanceStatus = AttendanceStatus.PRESENT,
        source: Source = Source.OFFICE,
        **values: Any,
    ) -> None:
        """A mark as it stands, without a change behind it; makes the occurrence's row (revision 1) if there is none."""
        await self.occurrence(timeslot_id, held_on, revision=1)
        given = {"marked_at": LONG_AGO, "revision": 1, **values}
        await self.add(
            models.Mark,
            student_id=student_id,
            timeslot_id=timeslot_id,
            held_on=held_on,
            status=status,
            source=source,
            **given,
        )

    async def makeup_token(
        self,
        student_id: UUID,
        *,
        origin: MakeupTokenOrigin = MakeupTokenOrigin.MANUAL,
        issued_on: date = JANUARY,
        **values: Any,
    ) -> UUID:
        """By hand unless origin, timeslot_id and held_on say otherwise."""
        given = {"source": Source.OFFICE, "issued_at": LONG_AGO, **values}
        return await self.add(models.MakeupToken, student_id=student_id, origin=origin, issued_on=issued_on, **given)

    async def makeup_request(
        self, token_id: UUID, student_id: UUID, timeslot_id: UUID, *, held_on: date | None = None, **values: Any
    ) -> UUID:
        """For the week after MONDAY, and nobody has decided it."""
        given = {"state": MakeupRequestState.REQUESTED, "requested_at": LONG_AGO, **values}
        return await self.add(
            models.MakeupRequest,
            student_id=student_id,
            makeup_token_id=token_id,
            timeslot_id=timeslot_id,
            held_on=held_on or MONDAY + timedelta(days=7),
            **given,
        )
