"""Strawberry as its tutorials write it: a resolver for each relation, with dataloaders over SQLAlchemy's ORM.

    python bench/peers/strawberry_tutorial.py PORT URL ORGANIZATION STAFF_MEMBER

Every batch of a dataloader is a session and a statement of its own.
"""

import asyncio
import datetime
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from strawberry.asgi import GraphQL
from strawberry.types import Info

from attendance.rules.roster.birthdays import birthday_near
from attendance.rules.roster.indicators import LABELS, is_blank_medical_text
from attendance.rules.vocabulary import (
    AttendanceState,
    AttendanceStatus,
    ChangeKind,
    EnrollmentType,
    IndicatorKind,
    NoteLevel,
    OccurrenceState,
    Source,
)
from bench.peers.floor import serve
from bench.peers.statements import CONNECTIONS, Answers, key_of
from bench.peers.strawberry_types import (
    AttendanceTally,
    CheckInInput,
    Enrollment,
    Indicator,
    Location,
    Mark,
    OccurrenceFilter,
    Offering,
    PageInfo,
    StaffMember,
    Student,
    StudentNotOnRoster,
)
from bench.peers.tutorial_loaders import Loaders, Sessions
from db import models

sessions: Sessions
organization_id: UUID
staff_id: UUID
followers: dict[str, set["asyncio.Queue[int]"]] = defaultdict(set)
_WEEK = datetime.timedelta(days=7)


def loaders(info: Info) -> Loaders:
    found: Loaders = info.context["loaders"]
    return found


def show_mark(mark: models.Mark) -> Mark:
    return Mark(
        status=mark.status,
        is_defaulted=mark.is_defaulted,
        source=mark.source,
        marked_at=mark.marked_at,
        note=mark.note,
        revision=mark.revision,
    )


@strawberry.type
class RosterEntry:
    row: strawberry.Private[models.Enrollment]
    timeslot_id: strawberry.Private[UUID]
    held_on: strawberry.Private[datetime.date]
    is_subdued: bool = False

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(f"{self.timeslot_id}:{self.held_on}:{self.row.student_id}")

    @strawberry.field
    async def student(self, info: Info) -> Student:
        found = await loaders(info).students.load(self.row.student_id)
        return Student(id=strawberry.ID(str(found.id)), first_name=found.first_name, last_name=found.last_name)

    @strawberry.field
    def enrollment(self) -> Enrollment | None:
        return Enrollment(id=strawberry.ID(str(self.row.id)), type=self.row.type)

    @strawberry.field
    async def mark(self, info: Info) -> Mark | None:
        marks = await loaders(info).marks.load((self.timeslot_id, self.held_on))
        return next((show_mark(mark) for mark in marks if mark.student_id == self.row.student_id), None)

    @strawberry.field
    async def attendance_rate(self, info: Info) -> float | None:
        present, absent = await loaders(info).history.load((self.row.student_id, self.row.offering_id))
        return present / (present + absent) if present + absent else None

    @strawberry.field
    async def indicators(self, info: Info) -> list[Indicator]:
        student, notes, absences = await asyncio.gather(
            loaders(info).students.load(self.row.student_id),
            loaders(info).notes.load(self.row.student_id),
            loaders(info).absences.load(self.row.student_id),
        )
        family, places = await asyncio.gather(
            loaders(info).families.load(student.family_id), loaders(info).places.load(self.row.student_id)
        )
        raised = [
            *_of_student(student, notes, family, self.held_on),
            *_of_enrollment(self.row, absences, places, self.held_on),
        ]
        return [Indicator(kind=kind, label=LABELS[kind], detail=detail) for kind, detail in raised]


def _of_student(student: Any, notes: list[Any], family: Any, held_on: datetime.date) -> Any:
    if not is_blank_medical_text(student.medical_alert):
        yield IndicatorKind.MEDICAL_ALERT, student.medical_alert
    if birthday := birthday_near(student.birth_on, held_on, 3):
        yield IndicatorKind.BIRTHDAY, f"Turns {birthday.age} on {birthday.on_date}"
    if student.roll_sheet_comment:
        yield IndicatorKind.ROLL_SHEET_COMMENT, student.roll_sheet_comment
    if notes:
        critical = ", critical" if any(note.level is NoteLevel.CRITICAL for note in notes) else ""
        yield IndicatorKind.NOTES, f"{len(notes)} open {'note' if len(notes) == 1 else 'notes'}{critical}"
    if family.balance > 0:
        yield IndicatorKind.BALANCE_DUE, f"{family.balance:.2f} USD"


def _of_enrollment(row: models.Enrollment, absences: list[Any], places: list[Any], held_on: datetime.date) -> Any:
    if row.type is EnrollmentType.TRIAL:
        yield IndicatorKind.TRIAL_ENROLLMENT, None
    for absence in absences:
        if absence.state == "APPROVED" and absence.starts_on <= held_on <= absence.ends_on:
            word = "Excused" if absence.is_excused else "Not excused"
            yield IndicatorKind.EXPECTED_ABSENT, f"{word}: {absence.comment}" if absence.comment else word
            break
    if row.type is EnrollmentType.ACTIVE and row.drop_on is not None:
        last = ", last day" if held_on + _WEEK > row.drop_on else ""
        yield IndicatorKind.DROP, f"Drops on {row.drop_on}{last}"
    if held_on - _WEEK < row.starts_on:
        is_first = not any(place.starts_on < row.starts_on for place in places)
        yield IndicatorKind.FIRST_DAY, "First enrollment ever" if is_first else "First day in this enrollment"


@strawberry.type
class Occurrence:
    timeslot: strawberry.Private[models.Timeslot]
    date: datetime.date

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(f"{self.timeslot.id}:{self.date}")

    @strawberry.field
    async def starts_at(self, info: Info) -> datetime.datetime:
        offering = await loaders(info).offerings.load(self.timeslot.offering_id)
        location = await loaders(info).locations.load(offering.location_id)
        return datetime.datetime.combine(self.date, self.timeslot.start_time, ZoneInfo(location.time_zone))

    @strawberry.field
    async def ends_at(self, info: Info) -> datetime.datetime:
        offering = await loaders(info).offerings.load(self.timeslot.offering_id)
        location = await loaders(info).locations.load(offering.location_id)
        starts_at = datetime.datetime.combine(self.date, self.timeslot.start_time, ZoneInfo(location.time_zone))
        return starts_at + datetime.timedelta(minutes=self.timeslot.duration_minutes)

    @strawberry.field
    async def state(self, info: Info) -> OccurrenceState:
        row = await loaders(info).occurrences.load((self.timeslot.id, self.date))
        return OccurrenceState.CANCELLED if row and row.cancelled_at else OccurrenceState.SCHEDULED

    @strawberry.field
    async def can_record_attendance(self, info: Info) -> bool:
        row = await loaders(info).occurrences.load((self.timeslot.id, self.date))
        today = datetime.datetime.now(datetime.UTC).date()
        return not (row and row.cancelled_at) and self.date <= today

    @strawberry.field
    async def revision(self, info: Info) -> int:
        row = await loaders(info).occurrences.load((self.timeslot.id, self.date))
        return row.revision if row else 0

    @strawberry.field
    async def attendance_state(self, info: Info) -> AttendanceState:
        counts = await self._tally(info)
        if counts.unmarked == counts.total:
            return AttendanceState.NOT_TAKEN
        return AttendanceState.IN_PROGRESS if counts.unmarked else AttendanceState.TAKEN

    @strawberry.field
    async def tally(self, info: Info) -> AttendanceTally:
        return await self._tally(info)

    async def _tally(self, info: Info) -> AttendanceTally:
        rows = await loaders(info).enrollments.load((self.timeslot.offering_id, self.date))
        marks = await loaders(info).marks.load((self.timeslot.id, self.date))
        statuses = [mark.status for mark in marks]
        return AttendanceTally(
            present=statuses.count(AttendanceStatus.PRESENT),
            absent=statuses.count(AttendanceStatus.ABSENT),
            unmarked=len(rows) - len(marks),
            total=len(rows),
        )

    @strawberry.field
    async def offering(self, info: Info) -> Offering:
        return Offering(name=(await loaders(info).offerings.load(self.timeslot.offering_id)).name)

    @strawberry.field
    async def location(self, info: Info) -> Location:
        offering = await loaders(info).offerings.load(self.timeslot.offering_id)
        return Location(name=(await loaders(info).locations.load(offering.location_id)).name)

    @strawberry.field
    async def instructors(self, info: Info) -> list[StaffMember]:
        found = await loaders(info).instructors.load(self.timeslot.offering_id)
        return [StaffMember(last_name=person.last_name) for person in found]

    @strawberry.field
    async def roster(self, info: Info) -> list[RosterEntry]:
        return await entries(loaders(info), self.timeslot, self.date)


async def entries(
    of: Loaders, timeslot: models.Timeslot, held_on: datetime.date, only: set[UUID] | None = None
) -> list[RosterEntry]:
    rows = await of.enrollments.load((timeslot.offering_id, held_on))
    students = await of.students.load_many([row.student_id for row in rows])
    ordered = sorted(zip(students, rows, strict=True), key=lambda pair: (pair[0].sort_key, pair[0].id))
    return [
        RosterEntry(row=row, timeslot_id=timeslot.id, held_on=held_on)
        for student, row in ordered
        if only is None or student.id in only
    ]


@strawberry.type
class OccurrenceConnection:
    nodes: list[Occurrence]
    page_info: PageInfo


@strawberry.type
class CheckInSuccess:
    occurrence: Occurrence
    changed_entries: list[RosterEntry]


@strawberry.type
class RollSheetChanged:
    revision: int
    kind: ChangeKind
    changed_at: datetime.datetime
    occurrence: Occurrence
    entries: list[RosterEntry]


@strawberry.type
class Query:
    @strawberry.field
    async def occurrence(self, info: Info, id: strawberry.ID) -> Occurrence | None:
        timeslot_id, held_on = key_of(id)
        found = await loaders(info).timeslots.load(timeslot_id)
        return found and Occurrence(timeslot=found, date=held_on)

    @strawberry.field
    async def occurrences(self, info: Info, filter: OccurrenceFilter, first: int | None = None) -> OccurrenceConnection:
        at_most = first or 50
        found = await loaders(info).meeting_on(filter.from_, at_most + 1)
        timeslots = await loaders(info).timeslots.load_many(found[:at_most])
        nodes = [Occurrence(timeslot=each, date=filter.from_) for each in timeslots]
        return OccurrenceConnection(nodes=nodes, page_info=PageInfo(has_next_page=len(found) > at_most))


CheckInResult = Annotated[CheckInSuccess | StudentNotOnRoster, strawberry.union("CheckInResult")]


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def check_in(self, info: Info, input: CheckInInput) -> CheckInResult:
        of = loaders(info)
        timeslot_id, held_on = key_of(input.occurrence_id)
        timeslot = await of.timeslots.load(timeslot_id)
        rows = await of.enrollments.load((timeslot.offering_id, held_on))
        async with sessions.begin() as session:
            changed = await record_check_in(session, (timeslot_id, held_on), rows, UUID(input.student_id))
        return CheckInSuccess(
            occurrence=Occurrence(timeslot=timeslot, date=held_on),
            changed_entries=await entries(of, timeslot, held_on, changed),
        )


async def record_check_in(
    session: Any, key: tuple[UUID, datetime.date], rows: list[models.Enrollment], student_id: UUID
) -> set[UUID]:
    """Mark the student present, and everybody else who is unmarked absent. Return whose marks have changed."""
    of = {"organization_id": organization_id, "timeslot_id": key[0], "held_on": key[1]}
    now = datetime.datetime.now(datetime.UTC)
    occurrence = await session.get(models.Occurrence, tuple(of.values()), with_for_update=True)
    if occurrence is None:
        session.add(occurrence := models.Occurrence(**of, revision=0))
    occurrence.revision += 1
    revision = occurrence.revision
    await session.flush()
    found = await session.scalars(select(models.Mark).filter_by(**of))
    marks = {mark.student_id: mark for mark in found}
    session.add(
        models.Change(
            **of, revision=revision, kind=ChangeKind.MARKS, source=Source.OFFICE, actor_id=staff_id, changed_at=now
        )
    )
    await session.flush()
    changed = set()
    for row in rows:
        mark, is_other = marks.get(row.student_id), row.student_id != student_id
        if mark is not None and is_other:
            continue
        status = AttendanceStatus.ABSENT if is_other else AttendanceStatus.PRESENT
        source = Source.SYSTEM if is_other else Source.OFFICE
        session.add(
            models.ChangedEntry(
                **of,
                revision=revision,
                student_id=row.student_id,
                before_status=mark.status if mark else None,
                after_status=status,
                after_is_defaulted=is_other,
                after_source=source,
            )
        )
        if mark is None:
            session.add(mark := models.Mark(**of, student_id=row.student_id, enrollment_id=row.id))
        mark.status, mark.is_defaulted, mark.source, mark.revision = status, is_other, source, revision
        mark.marked_at, mark.marked_by_id, mark.by_check_in = now, None if is_other else staff_id, True
        changed.add(row.student_id)
    return changed


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def roll_sheet_changed(self, info: Info, occurrence_id: strawberry.ID) -> AsyncIterator[RollSheetChanged]:
        queue: asyncio.Queue[int] = asyncio.Queue()
        followers[occurrence_id].add(queue)
        timeslot_id, held_on = key_of(occurrence_id)
        try:
            row = await loaders(info).occurrences.load((timeslot_id, held_on))
            yield await read_event(info, timeslot_id, held_on, row.revision)
            while True:
                yield await read_event(info, timeslot_id, held_on, await queue.get())
        finally:
            followers[occurrence_id].discard(queue)


async def read_event(info: Info, timeslot_id: UUID, held_on: datetime.date, revision: int) -> RollSheetChanged:
    # The loaders of a subscription live as long as it does, so each event gets new ones.
    of = info.context["loaders"] = Loaders(sessions, organization_id)
    timeslot = await of.timeslots.load(timeslot_id)
    key = {"organization_id": organization_id, "timeslot_id": timeslot_id, "held_on": held_on, "revision": revision}
    async with sessions() as session:
        change = (await session.scalars(select(models.Change).filter_by(**key))).one()
        changed = await session.scalars(select(models.ChangedEntry.student_id).filter_by(**key))
        students = set(changed)
    return RollSheetChanged(
        revision=revision,
        kind=change.kind,
        changed_at=change.changed_at,
        occurrence=Occurrence(timeslot=timeslot, date=held_on),
        entries=await entries(of, timeslot, held_on, students),
    )


def publish(heard: str) -> None:
    occurrence_id, _, revision = heard.rpartition(":")
    for queue in followers[occurrence_id]:
        queue.put_nowait(int(revision))


class Endpoint(GraphQL[dict[str, Any], None]):
    async def get_context(self, request: Any, response: Any) -> dict[str, Any]:
        return {"request": request, "loaders": Loaders(sessions, organization_id)}


def make_app(answers: Answers) -> Starlette:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await answers.listen(publish)
        yield

    graphql: Any = Endpoint(strawberry.Schema(Query, Mutation, Subscription), graphql_ide=None)
    return Starlette(
        routes=[Route("/graphql", graphql, methods=["POST"]), WebSocketRoute("/graphql", graphql)], lifespan=lifespan
    )


if __name__ == "__main__":
    url = sys.argv[2]
    organization_id, staff_id = map(UUID, sys.argv[3:])
    engine = create_async_engine(
        url.replace("postgresql:", "postgresql+asyncpg:"), pool_size=CONNECTIONS, max_overflow=0
    )
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    serve(make_app(Answers(*sys.argv[2:])), int(sys.argv[1]))
