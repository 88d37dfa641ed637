"""A background task to look at: a kind that notes something about students and writes to their families."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text

from attendance.rules.refusals import NothingFound
from attendance.rules.vocabulary import NoteLevel, Source, TaskKind
from attendance.tasks.kind import Item, ItemDraft, Kind, Task, TaskException
from attendance.tasks.kinds import Kinds
from attendance.tasks.start_task import start_task
from db import models
from db.engine import Database
from db.ids import new_id
from db.marks.changes import Author
from db.tasks.emails import Message, queue_emails
from db.unit_of_work import UnitOfWork, unit_of_work
from db.wake_ups import Announcer, WakeUp
from tests.support.factories import World
from workers.context import WorkerContext
from workers.jobs.work_on_tasks import work_off

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
REFUSED = "There is no such thing."
EXCEPTION = "The family has no e-mail address."


@dataclass(frozen=True)
class Given:
    """`refused`, `faulty`, `excepted`: numbers of students, from 1; `plan`: what working the items out raises."""

    student_ids: tuple[UUID, ...]
    refused: tuple[int, ...] = ()
    faulty: tuple[int, ...] = ()
    excepted: tuple[int, ...] = ()
    plan: str = ""
    seconds: float = 0


class WriteNotes(Kind[Given]):
    kind = TaskKind.SEND_STATEMENTS
    given_type = Given
    batch_size = 3

    async def plan(self, uow: UnitOfWork, task: Task[Given], *, now: datetime) -> Sequence[ItemDraft]:
        if task.given.plan == "refused":
            raise NothingFound(REFUSED)
        if task.given.plan == "fault":
            raise RuntimeError("the plan is faulty")
        return [
            ItemDraft(f"Student {number}", {"number": number}, student_id)
            for number, student_id in enumerate(task.given.student_ids, start=1)
        ]

    async def carry_out(
        self, uow: UnitOfWork, task: Task[Given], items: Sequence[Item], *, now: datetime
    ) -> Sequence[TaskException]:
        for item in items:
            await self._note(uow, task, item, now)
        messages = [
            Message(f"noted/{task.id}/{item.position}", "baker@example.org", "consecutive_absences", {}, now)
            for item in items
        ]
        await queue_emails(uow, messages, now=now)
        await asyncio.sleep(task.given.seconds)
        return [
            TaskException(item.position, EXCEPTION, item.student_id)
            for item in items
            if item.given["number"] in task.given.excepted
        ]

    async def _note(self, uow: UnitOfWork, task: Task[Given], item: Item, now: datetime) -> None:
        await uow.connection.execute(
            insert(models.StudentNote).values(
                organization_id=uow.organization_id,
                id=new_id(),
                student_id=item.student_id,
                level=NoteLevel.NORMAL,
                body=f"Noted {item.given['number']}",
                written_by_id=task.author.person_id,
                written_at=now,
            )
        )
        if item.given["number"] in task.given.refused:
            raise NothingFound(REFUSED)
        if item.given["number"] in task.given.faulty:
            raise RuntimeError("the item is faulty")


KINDS: Kinds = {TaskKind.SEND_STATEMENTS: WriteNotes()}


@dataclass
class TaskDesk:
    """Tasks of one person. `heard`: the wake-ups of all transactions."""

    world: World
    database: Database
    person_id: UUID
    student_ids: tuple[UUID, ...]
    announcer: Announcer = field(default_factory=Announcer)
    kinds: Kinds = field(default_factory=lambda: KINDS)

    @property
    def heard(self) -> list[WakeUp]:
        return list(self.announcer._waiting)

    async def start(self, person_id: UUID | None = None, **given: Any) -> UUID:
        author = Author(Source.OFFICE, person_id or self.person_id)
        async with unit_of_work(self.database, self.world.organization_id, self.announcer) as uow:
            return await start_task(uow, WriteNotes, Given(self.student_ids, **given), author, now=NOW)

    def worker(self) -> WorkerContext:
        return WorkerContext(self.database, self.announcer, lambda: NOW, kinds=self.kinds)

    async def work(self) -> int:
        """Until nothing is due."""
        return await work_off(self.worker())

    async def patience(self) -> None:
        """Retries and leases are due."""
        await self.world.owner.execute(text("UPDATE background_task_item SET retry_at = now() WHERE retry_at > now()"))
        await self.world.owner.execute(text("UPDATE background_task_lease SET lease_until = now()"))

    async def row(self, task_id: UUID) -> Any:
        return (await self._all("SELECT * FROM background_task WHERE id = :id", task_id))[0]

    async def states(self, task_id: UUID) -> list[str]:
        """Of the items, in their order."""
        rows = await self._all(
            "SELECT state FROM background_task_item WHERE background_task_id = :id ORDER BY position", task_id
        )
        return [row.state for row in rows]

    async def exceptions(self, task_id: UUID) -> list[tuple[int, UUID | None, str]]:
        rows = await self._all(
            "SELECT position, student_id, message FROM background_task_exception WHERE background_task_id = :id"
            " ORDER BY position, number",
            task_id,
        )
        return [(row.position, row.student_id, row.message) for row in rows]

    async def notes(self) -> list[int]:
        """The numbers of the students about whom something was noted, once for each note."""
        rows = await self._all("SELECT body FROM student_note")
        return sorted(int(row.body.removeprefix("Noted ")) for row in rows)

    async def emails(self, task_id: UUID) -> dict[str, str]:
        """The state of each e-mail of the task, by its reason's end."""
        rows = await self._all("SELECT reason, state FROM email WHERE background_task_id = :id", task_id)
        return {row.reason.rpartition("/")[2]: row.state for row in rows}

    async def leases(self) -> int:
        return len(await self._all("SELECT 1 FROM background_task_lease"))

    async def _all(self, statement: str, task_id: UUID | None = None) -> list[Any]:
        found = await self.world.owner.execute(text(statement), {} if task_id is None else {"id": task_id})
        return list(found.all())


async def new_desk(world: World, database: Database, *, students: int = 7) -> TaskDesk:
    family = await world.family()
    ids = [await world.student(first_name=f"Student {number + 1}", family_id=family) for number in range(students)]
    return TaskDesk(world, database, await world.staff(), tuple(ids))
