"""Strawberry over one statement for each request: its JSON becomes objects, which Strawberry then walks.

python bench/peers/strawberry_one_statement.py PORT URL ORGANIZATION STAFF_MEMBER
"""

import asyncio
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import orjson
import strawberry
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from strawberry.asgi import GraphQL

from attendance.rules.vocabulary import (
    AttendanceState,
    AttendanceStatus,
    ChangeKind,
    EnrollmentType,
    IndicatorKind,
    OccurrenceState,
    Source,
)
from bench.peers.floor import serve
from bench.peers.statements import Answers
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

answers: Answers
followers: dict[str, set["asyncio.Queue[RollSheetChanged]"]] = defaultdict(set)


@strawberry.type
class RosterEntry:
    id: strawberry.ID
    student: Student
    enrollment: Enrollment | None
    mark: Mark | None
    is_subdued: bool
    attendance_rate: float | None
    indicators: list[Indicator]


@strawberry.type
class Occurrence:
    id: strawberry.ID
    date: date
    starts_at: datetime
    ends_at: datetime
    state: OccurrenceState
    can_record_attendance: bool
    revision: int
    attendance_state: AttendanceState
    tally: AttendanceTally
    offering: Offering
    location: Location
    instructors: list[StaffMember]
    roster: list[RosterEntry]


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
    changed_at: datetime
    occurrence: Occurrence
    entries: list[RosterEntry]


def _mark(found: dict[str, Any]) -> Mark:
    return Mark(
        status=AttendanceStatus(found["status"]),
        is_defaulted=found["isDefaulted"],
        source=Source(found["source"]),
        marked_at=datetime.fromisoformat(found["markedAt"]),
        note=found["note"],
        revision=found["revision"],
    )


def _entry(found: dict[str, Any]) -> RosterEntry:
    student, enrollment = found["student"], found.get("enrollment")
    return RosterEntry(
        id=found["id"],
        student=Student(id=student["id"], first_name=student["firstName"], last_name=student["lastName"]),
        enrollment=enrollment and Enrollment(id=enrollment["id"], type=EnrollmentType(enrollment["type"])),
        mark=found["mark"] and _mark(found["mark"]),
        is_subdued=found.get("isSubdued", False),
        attendance_rate=found.get("attendanceRate"),
        indicators=[
            Indicator(kind=IndicatorKind(each["kind"]), label=each["label"], detail=each["detail"])
            for each in found.get("indicators", ())
        ],
    )


def _occurrence(found: dict[str, Any]) -> Occurrence:
    """Make an occurrence of what a statement answers. A document asks only for what its statement reads."""
    never = "1970-01-01T00:00:00+00:00"
    return Occurrence(
        id=found["id"],
        date=date.fromisoformat(found.get("date", never[:10])),
        starts_at=datetime.fromisoformat(found.get("startsAt", never)),
        ends_at=datetime.fromisoformat(found.get("endsAt", never)),
        state=OccurrenceState(found.get("state", "SCHEDULED")),
        can_record_attendance=found.get("canRecordAttendance", False),
        revision=found.get("revision", 0),
        attendance_state=AttendanceState(found.get("attendanceState", "TAKEN")),
        tally=AttendanceTally(**found["tally"]),
        offering=Offering(name=found.get("offering", {}).get("name", "")),
        location=Location(name=found.get("location", {}).get("name", "")),
        instructors=[StaffMember(last_name=each["lastName"]) for each in found.get("instructors", ())],
        roster=[_entry(each) for each in found.get("roster", ())],
    )


def _event(text: str | None) -> RollSheetChanged:
    found = orjson.loads(text or "")
    return RollSheetChanged(
        revision=found["revision"],
        kind=ChangeKind(found["kind"]),
        changed_at=datetime.fromisoformat(found["changedAt"]),
        occurrence=_occurrence(found["occurrence"]),
        entries=[_entry(each) for each in found["entries"]],
    )


@strawberry.type
class Query:
    @strawberry.field
    async def occurrence(self, id: strawberry.ID) -> Occurrence | None:
        text = await answers.sheet(id)
        return text and _occurrence(orjson.loads(text))  # type: ignore[return-value]

    @strawberry.field
    async def occurrences(self, filter: OccurrenceFilter, first: int | None = None) -> OccurrenceConnection:
        found = orjson.loads(await answers.day(filter.from_, first or 50) or "")
        return OccurrenceConnection(
            nodes=[_occurrence(each) for each in found["nodes"]],
            page_info=PageInfo(has_next_page=found["pageInfo"]["hasNextPage"]),
        )


CheckInResult = Annotated[CheckInSuccess | StudentNotOnRoster, strawberry.union("CheckInResult")]


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def check_in(self, input: CheckInInput) -> CheckInResult:
        found = orjson.loads(await answers.check_in(input.occurrence_id, input.student_id) or "")
        return CheckInSuccess(
            occurrence=_occurrence(found["occurrence"]),
            changed_entries=[_entry(each) for each in found["changedEntries"]],
        )


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def roll_sheet_changed(self, occurrence_id: strawberry.ID) -> AsyncIterator[RollSheetChanged]:
        queue: asyncio.Queue[RollSheetChanged] = asyncio.Queue()
        followers[occurrence_id].add(queue)
        try:
            sheet = orjson.loads(await answers.sheet(occurrence_id) or "")
            yield _event(await answers.event(occurrence_id, sheet["revision"]))
            while True:
                yield await queue.get()
        finally:
            followers[occurrence_id].discard(queue)


async def publish(heard: str) -> None:
    occurrence_id, _, revision = heard.rpartition(":")
    if queues := followers[occurrence_id]:
        event = _event(await answers.event(occurrence_id, int(revision)))
        for queue in queues:
            queue.put_nowait(event)


def make_app() -> Starlette:
    publishing: set[asyncio.Task[None]] = set()

    def begin(heard: str) -> None:
        publishing.add(task := asyncio.create_task(publish(heard)))
        task.add_done_callback(publishing.discard)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await answers.open()
        await answers.listen(begin)
        yield

    graphql: Any = GraphQL(strawberry.Schema(Query, Mutation, Subscription), graphql_ide=None)
    return Starlette(
        routes=[Route("/graphql", graphql, methods=["POST"]), WebSocketRoute("/graphql", graphql)], lifespan=lifespan
    )


if __name__ == "__main__":
    answers = Answers(*sys.argv[2:])
    serve(make_app(), int(sys.argv[1]))
