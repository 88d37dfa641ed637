"""An organization with everything that a field may ask about, and callers of every kind before it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import (
    BlackoutScope,
    EnrollmentType,
    ExpectedAbsenceState,
    Permission,
    Portal,
    Source,
    TaskKind,
    TaskState,
)
from db import models
from gql.fields.global_ids import encode_id, encode_occurrence_id
from tests.api.kiosk.kiosk_door import launch
from tests.support.api import Api
from tests.support.factories import LONG_AGO, MONDAY, Lesson, World, new_world
from tests.support.viewers import DURING_CLASS

PHONE = "+1 512 555 0100"
STAFF_PORTALS = (Portal.OFFICE, Portal.STAFF)


@dataclass
class Stage:
    """Ann, of Gail's family, in a class of Monday that Tom teaches; DURING_CLASS, with check-in mode on."""

    world: World
    api: Api
    lesson: Lesson
    other: Lesson
    kiosk: Api
    kiosk_id: str
    family_id: UUID
    gail: UUID
    tom: UUID
    ann: UUID
    enrollment: UUID
    note: UUID
    absence: UUID
    token: UUID
    task: UUID
    staff_absence: UUID
    request: UUID
    program: UUID
    session: UUID
    next_session: UUID
    closure: UUID
    closures: UUID
    group: UUID
    wait: UUID
    offered_wait: UUID

    @property
    def occurrence(self) -> OccurrenceKey:
        return self.lesson.key()

    @property
    def occurrence_id(self) -> str:
        return encode_occurrence_id(self.occurrence)

    @property
    def missed_id(self) -> str:
        """A class that Tom is not there for, a week after MONDAY."""
        return self.lesson.sheet_id(MONDAY + timedelta(days=7))

    @property
    def makeup_id(self) -> str:
        """A class of the week after, in which Ann is not."""
        return self.other.sheet_id(MONDAY + timedelta(days=7))

    @property
    def cancelled_id(self) -> str:
        """A cancelled class of the week after that."""
        return self.other.sheet_id(MONDAY + timedelta(days=14))

    def id(self, type_name: str, key: UUID) -> str:
        return encode_id(type_name, key)

    @property
    def student_id(self) -> str:
        return encode_id("Student", self.ann)

    async def staff(self, *permissions: Permission, portal: Portal = Portal.OFFICE, teaches: bool = False) -> Api:
        person = await self.world.staff(*permissions, teaches=[self.lesson.offering_id] if teaches else [])
        return await self.api.signed_in(self.world, person, portal)

    async def guardian(self) -> Api:
        return await self.api.signed_in(self.world, self.gail, Portal.CUSTOMER)

    async def other_guardian(self) -> Api:
        stranger = await self.world.guardian(await self.world.family(name="Stranger"))
        return await self.api.signed_in(self.world, stranger, Portal.CUSTOMER)

    async def stranger(self) -> Api:
        """The owner of another organization."""
        elsewhere = await new_world(self.world.owner, name="Other Gym", office_check_in_mode=True)
        return await self.api.as_staff(elsewhere, Permission.OWNER)


async def new_stage(world: World, api: Api, now: datetime = DURING_CLASS) -> Stage:
    api.clock.now = now
    await world.change_settings(office_check_in_mode=True, staff_check_in_mode=True, staff_sees_balances=True)
    lesson, other = await world.weekly_class(capacity=10), await world.weekly_class(name="Gym")
    tom = await world.staff(teaches=[lesson.offering_id])
    family = await world.family(phone=PHONE)
    ann = await world.student(first_name="Ann", family_id=family)
    owner = await api.as_staff(world, Permission.OWNER)
    await world.occurrence(other.timeslot_id, MONDAY + timedelta(days=14), cancelled_at=LONG_AGO)
    kiosk = await launch(owner, world.location_id)
    closures = await world.add(models.BlackoutSchedule, name="Holidays")
    waited_for = (await world.weekly_class(name="Dance", weekday=5)).offering_id
    offered = await world.enroll(
        ann, (await world.weekly_class(name="Judo", weekday=6)).offering_id, type=EnrollmentType.WAITLIST
    )
    await world.place_offer(offered)
    return Stage(
        world=world,
        api=api,
        lesson=lesson,
        other=other,
        kiosk=kiosk,
        kiosk_id=(await kiosk.ask("{ viewer { ... on KioskViewer { kiosk { id } } } }"))["viewer"]["kiosk"]["id"],
        family_id=family,
        gail=await world.guardian(family),
        tom=tom,
        ann=ann,
        enrollment=await world.enroll(ann, lesson.offering_id),
        note=await world.note(ann),
        absence=await world.expected_absence(ann, state=ExpectedAbsenceState.REQUESTED, requested_at=LONG_AGO),
        token=await world.makeup_token(ann),
        task=await world.add(
            models.BackgroundTask,
            kind=TaskKind.SEND_STATEMENTS,
            state=TaskState.CANCELLED,
            input={},
            source=Source.OFFICE,
            created_by_id=tom,
            created_at=now,
            ended_at=now,
        ),
        staff_absence=await world.add(
            models.StaffAbsence,
            person_id=tom,
            starts_on=MONDAY + timedelta(days=7),
            ends_on=MONDAY + timedelta(days=7),
            recorded_at=LONG_AGO,
        ),
        group=await world.add(models.PermissionGroup, name="Helpers", permissions=[]),
        request=await world.makeup_request(await world.makeup_token(ann), ann, other.timeslot_id),
        program=await world.add(models.Program, name="Swim"),
        session=await world.session(MONDAY, None),
        wait=await world.enroll(ann, waited_for, type=EnrollmentType.WAITLIST),
        offered_wait=offered,
        next_session=await world.session(MONDAY + timedelta(days=90), None),
        closures=closures,
        closure=await world.add(
            models.BlackoutDate,
            blackout_schedule_id=closures,
            starts_on=MONDAY + timedelta(days=30),
            ends_on=MONDAY + timedelta(days=31),
            scope=BlackoutScope.BOTH,
        ),
    )


async def outcome(api: Api, field: str, document: str, variables: dict[str, Any]) -> str:
    """In a word: the code of the error, what stands in place of a success, or what was found: NULL, EMPTY or OK."""
    body = await api.send(document, **variables)
    if "errors" in body:
        (error,) = body["errors"]
        code: str = error["extensions"]["code"]
        return code
    return _found(body["data"][field])


def _found(value: Any) -> str:
    if isinstance(value, dict) and "nodes" in value:
        value = value["nodes"]
    if value is None or value == [None]:
        return "NULL"
    if value == []:
        return "EMPTY"
    name = value.get("__typename") if isinstance(value, dict) else None
    return "OK" if name is None or name.endswith(("Success", "Viewer", "Effect")) else str(name)
