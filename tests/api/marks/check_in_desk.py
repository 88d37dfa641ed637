"""A roll sheet with callers from the Office Portal, the Staff Portal and a kiosk, and a clock that they share."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from attendance.actions.marks.check_in import check_in
from attendance.actions.marks.save_marks import Recorded
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.organization.permissions import Viewer
from attendance.rules.vocabulary import Permission, Portal, Source
from db import models
from db.engine import Database
from db.organization.settings import read_settings
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from gql.fields.global_ids import encode_id, encode_occurrence_id
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import MONDAY, Lesson, World
from tests.support.viewers import kiosk_viewer
from workers.context import WorkerContext
from workers.jobs.end_days import end_days
from workers.jobs.sweep_token_runs import sweep

OFFICE, STAFF, KIOSK = Source.OFFICE, Source.STAFF, Source.KIOSK
NAMES = ("Ann", "Ben", "Cas")

_RECORDED = """
  occurrence { revision attendanceState tokenRuns { phase dueAt state wouldIssue } }
  changedEntries { student { firstName } mark { status isDefaulted source } }
  issuedTokens { student { firstName } } revokedTokens { student { firstName } }
"""
_ENTRY = (
    f"{_RECORDED} entry {{ mark {{ status note isDefaulted source markedAt revision markedBy {{ __typename }} }} }}"
)
MARK = mutation("markAttendance", _ENTRY)
CHECK_IN = mutation("checkIn", _ENTRY)
CLEAR = mutation("clearMark", _ENTRY)
SUBMIT = mutation("submitAttendance", _RECORDED)
OPERATIONS = {"markAttendance": MARK, "checkIn": CHECK_IN, "clearMark": CLEAR, "submitAttendance": SUBMIT}


@dataclass
class CheckInDesk:
    """One occurrence. Its callers may do anything in their portals; the kiosk's go to the action itself."""

    api: Api
    world: World
    database: Database
    lesson: Lesson
    held_on: date
    location_id: UUID
    office: Api
    staff: Api
    kiosk_id: UUID
    students: dict[str, UUID] = field(default_factory=dict)
    announcer: Announcer = field(default_factory=Announcer)

    @property
    def key(self) -> OccurrenceKey:
        return self.lesson.key(self.held_on)

    def on(self, held_on: date) -> "CheckInDesk":
        """The same class on another date."""
        return CheckInDesk(**(vars(self) | {"held_on": held_on}))

    def at(self, now: datetime) -> None:
        """Within the quarter of an hour that access tokens last."""
        self.api.clock.now = now

    async def long_after(self, now: datetime) -> None:
        """When everybody signs in anew."""
        self.at(now)
        self.office, self.staff = await _signed_in(self.api, self.world)

    def input(self, name: str, **more: Any) -> dict[str, Any]:
        return {
            "occurrenceId": encode_occurrence_id(self.key),
            "studentId": encode_id("Student", self.students[name]),
            **more,
        }

    async def add(self, name: str, **enrollment: Any) -> UUID:
        self.students[name] = await self.world.student(first_name=name)
        given = {"starts_on": self.held_on - timedelta(weeks=2), **enrollment}
        await self.world.enroll(self.students[name], self.lesson.offering_id, **given)
        return self.students[name]

    async def ask(self, mutation: str, name: str, *, api: Api | None = None, **more: Any) -> dict[str, Any]:
        answer = await (api or self.office).ask(OPERATIONS[mutation], input=self.input(name, **more))
        found: dict[str, Any] = answer[mutation]
        return found

    async def mark(self, name: str, status: str, *, api: Api | None = None, **more: Any) -> dict[str, Any]:
        return await self.ask("markAttendance", name, api=api, status=status, **more)

    async def check_in(self, name: str, *, api: Api | None = None, **more: Any) -> dict[str, Any]:
        return await self.ask("checkIn", name, api=api, **more)

    async def clear(self, name: str, *, api: Api | None = None, **more: Any) -> dict[str, Any]:
        return await self.ask("clearMark", name, api=api, **more)

    async def submit(self, *marks: tuple[str, str | None], api: Api | None = None, **more: Any) -> dict[str, Any]:
        statuses = {self.students[name]: status for name, status in marks}
        return await (api or self.office).submit(self.lesson, statuses, self.held_on, shown=_RECORDED, **more)

    async def at_kiosk(self, name: str, *, location_id: UUID | None = None, now: datetime | None = None) -> Recorded:
        viewer = await self.kiosk_viewer(location_id)
        async with unit_of_work(self.database, self.world.organization_id, self.announcer) as uow:
            return await check_in(uow, viewer, self.key, self.students[name], now=now or self.api.clock.now)

    async def kiosk_viewer(self, location_id: UUID | None = None) -> Viewer:
        async with self.database.read(self.world.organization_id) as connection:
            settings = await read_settings(connection, self.world.organization_id)
        where = location_id or self.location_id
        return kiosk_viewer(self.world, self.kiosk_id, location_id=where, settings=settings)

    async def record(self, source: Source, name: str, status: str) -> None:
        """However this source sets a mark: the kiosk only checks in, a portal as its check-in mode allows."""
        if source is KIOSK:
            assert status == "PRESENT"
            await self.at_kiosk(name)
            return
        api = self.office if source is OFFICE else self.staff
        done = await self.mark(name, status, api=api)
        if done["__typename"] == "CheckInModeOff":
            done = await self.submit((name, status), api=api)
        assert done["__typename"] in ("MarkAttendanceSuccess", "SubmitAttendanceSuccess"), done

    async def work(self, at: datetime) -> None:
        """The worker's jobs, as if that was the time."""
        self.at(at)
        context = WorkerContext(self.database, self.announcer, lambda: at)
        await end_days(context)
        await sweep(context)

    async def marks(self) -> dict[str, tuple[str, bool, str]]:
        """Status, whether defaulted, and source, by name."""
        found = await self.world.rows(models.Mark, timeslot_id=self.key.timeslot_id, held_on=self.held_on)
        by_id = {row.student_id: (row.status.value, row.is_defaulted, row.source.value) for row in found}
        return {name: by_id[student] for name, student in self.students.items() if student in by_id}

    async def tokens(self) -> str:
        """Who has a live token of this occurrence, names with spaces between; each at most once."""
        mine = {"timeslot_id": self.key.timeslot_id, "held_on": self.held_on, "revoked_at": None}
        having = [token.student_id for token in await self.world.rows(models.MakeupToken, **mine)]
        assert len(having) == len(set(having)), "two tokens for one absence"
        return " ".join(name for name, student in self.students.items() if student in having)

    async def runs(self) -> dict[str, tuple[datetime, str]]:
        """When each is due, and its state."""
        found = await self.world.rows(models.TokenRun, timeslot_id=self.key.timeslot_id, held_on=self.held_on)
        return {row.phase.value: (row.due_at, row.state.value) for row in found}


async def new_check_in_desk(
    world: World,
    database: Database,
    api: Api,
    *,
    held_on: date = MONDAY,
    time_zone: str | None = None,
    names: tuple[str, ...] = NAMES,
    **lesson: Any,
) -> CheckInDesk:
    """A class of Ann, Ben and Cas; 17:00 to 17:45 on Monday in Chicago unless told otherwise."""
    location_id = await world.location(name=time_zone, time_zone=time_zone) if time_zone else world.location_id
    made = await world.weekly_class(location_id=location_id, weekday=held_on.isoweekday(), **lesson)
    office, staff = await _signed_in(api, world)
    kiosk_id = await world.kiosk(await world.staff(Permission.OWNER), location_id=location_id)
    desk = CheckInDesk(api, world, database, made, held_on, location_id, office, staff, kiosk_id)
    for name in names:
        await desk.add(name)
    return desk


async def _signed_in(api: Api, world: World) -> list[Api]:
    portals = (Portal.OFFICE, Portal.STAFF)
    return [await api.as_staff(world, Permission.OWNER, portal=portal) for portal in portals]
