"""Create makeup tokens for many students as a background task (R8.1, R9.4). Each item is one student."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from attendance.actions.tokens.create_makeup_tokens import give_tokens
from attendance.rules.tokens.tokens_by_hand import TokenDraft
from attendance.rules.tokens.tokens_for_many import GONE, NO_ADDRESS
from attendance.rules.vocabulary import TaskKind
from attendance.tasks.kind import Item, ItemDraft, Kind, Task, TaskException
from db.enrollments.enrolled_students import lock_undeleted_students
from db.organization.settings import read_settings
from db.tokens.tokens_by_hand import read_notices
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class TokensGiven:
    """The students, each once, and the draft, which has its issue date."""

    student_ids: tuple[UUID, ...]
    draft: TokenDraft


class CreateMakeupTokens(Kind[TokensGiven]):
    """Creates a token with its ledger entry and its e-mail for each student who was not deleted."""

    kind: ClassVar = TaskKind.CREATE_MAKEUP_TOKENS
    given_type: ClassVar = TokensGiven
    batch_size: ClassVar = 50

    async def plan(self, uow: UnitOfWork, task: Task[TokensGiven], *, now: datetime) -> Sequence[ItemDraft]:
        return [ItemDraft("Makeup token", student_id=student_id) for student_id in task.given.student_ids]

    async def carry_out(
        self, uow: UnitOfWork, task: Task[TokensGiven], items: Sequence[Item], *, now: datetime
    ) -> Sequence[TaskException]:
        there = await lock_undeleted_students(uow, [item.student_id for item in items if item.student_id])
        gone = [item for item in items if item.student_id not in there]
        told = [TaskException(item.position, GONE, item.student_id, undone=True) for item in gone]
        given = [(item.student_id, item.position) for item in items if item.student_id in there and item.student_id]
        if not given:
            return told
        settings = await read_settings(uow.connection, uow.organization_id)
        done = await give_tokens(
            uow,
            [(student_id, task.given.draft) for student_id, _ in given],
            settings=settings.makeup_tokens,
            author=task.author,
            now=now,
        )
        unreached: set[UUID] = set()
        if done.unaddressed_count:
            notices = await read_notices(uow.connection, uow.organization_id, done.token_ids)
            unreached = {notice.token_id for notice in notices if notice.recipient is None}
        return told + [
            TaskException(position, NO_ADDRESS, student_id)
            for (student_id, position), token_id in zip(given, done.token_ids, strict=True)
            if token_id in unreached
        ]
