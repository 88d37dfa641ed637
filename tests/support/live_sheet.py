"""A roll sheet that is changed as other processes of the API would change it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from attendance.actions.marks.record_marks import Submission
from attendance.actions.marks.submit_attendance import submit_attendance
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.marks import WantedMark
from attendance.rules.organization.settings import MakeupTokenSettings, OrganizationSettings
from attendance.rules.vocabulary import AttendanceStatus, ChangeKind, Permission, Source
from db.engine import Database
from db.marks.changes import Author, lock_occurrence, record_change
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer, connect_redis, to_processes
from gql.fields.global_ids import encode_id, encode_occurrence_id
from tests.support.api_process import ApiProcess, ask
from tests.support.documents import mutation
from tests.support.factories import Lesson, World
from tests.support.viewers import DURING_CLASS, staff_viewer

# With tokens each absence would be followed by a change of its own.
WITHOUT_TOKENS = OrganizationSettings(makeup_tokens=MakeupTokenSettings(tokens_enabled=False))


@dataclass
class LiveSheet:
    """A class on MONDAY with Ann, Ben and Cas, owned by Olga, who marks them under these settings."""

    world: World
    database: Database
    announcer: Announcer
    lesson: Lesson
    olga: UUID
    students: dict[str, UUID] = field(default_factory=dict)
    settings: OrganizationSettings = WITHOUT_TOKENS

    @property
    def key(self) -> OccurrenceKey:
        return self.lesson.key()

    @property
    def id(self) -> str:
        return encode_occurrence_id(self.key)

    def entry(self, name: str) -> str:
        return encode_id("RosterEntry", self.key.timeslot_id, self.key.held_on, self.students[name])

    async def submit(self, **statuses: AttendanceStatus | None) -> int:
        marks = {self.students[name]: WantedMark(status) for name, status in statuses.items()}
        viewer = staff_viewer(self.world, self.olga, settings=self.settings)
        async with unit_of_work(self.database, self.world.organization_id, self.announcer) as uow:
            return (await submit_attendance(uow, viewer, Submission(self.key, marks), now=DURING_CLASS)).revision

    async def touch(self, kind: ChangeKind, *names: str, leaving: tuple[str, ...] = ()) -> None:
        system = Author(Source.SYSTEM)
        async with unit_of_work(self.database, self.world.organization_id, self.announcer) as uow:
            await lock_occurrence(uow, self.key)
            await record_change(
                uow,
                self.key,
                kind,
                system,
                now=DURING_CLASS,
                students=[self.students[name] for name in names],
                leaving=[self.students[name] for name in leaving],
            )


@asynccontextmanager
async def live_sheet(database: Database, world: World, redis_url: str, *names: str) -> AsyncIterator[LiveSheet]:
    """With Ann, Ben and Cas unless other names are given; its wake-ups go through this Redis."""
    redis = connect_redis(redis_url)
    announcer = Announcer(to_processes(redis))
    announcer.start()
    olga = await world.staff(Permission.OWNER, first_name="Olga")
    sheet = LiveSheet(world, database, announcer, await world.weekly_class(), olga)
    for name in names or ("Ann", "Ben", "Cas"):
        sheet.students[name] = await world.student(first_name=name)
        await world.enroll(sheet.students[name], sheet.lesson.offering_id)
    try:
        yield sheet
    finally:
        await announcer.close()
        await redis.aclose()


SUBMIT = mutation("submitAttendance", "occurrence { revision }")


async def submit_over_http(
    api: ApiProcess, token: str, sheet: LiveSheet, name: str, status: AttendanceStatus | None
) -> int:
    """submitAttendance for one student; the revision that the answer tells."""
    mark = {"studentId": encode_id("Student", sheet.students[name]), "status": status}
    data = await ask(api, token, SUBMIT, input={"occurrenceId": sheet.id, "marks": [mark]})
    assert data["submitAttendance"]["__typename"] == "SubmitAttendanceSuccess", data
    revision: int = data["submitAttendance"]["occurrence"]["revision"]
    return revision
