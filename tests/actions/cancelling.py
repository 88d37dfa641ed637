"""A class that is cancelled and restored: a TokenSheet with those two acts, and what came of them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from attendance.actions.cancelling.cancel_occurrence import Cancelled, cancel_occurrence, plan_cancelling
from attendance.actions.cancelling.create_cancellation_tokens import TokensCreated, create_cancellation_tokens
from attendance.actions.cancelling.restore_occurrence import Restored, restore_occurrence
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.cancelling.cancelling import CancellationOptions, CancellationPlan, CancellationTokens
from attendance.rules.organization.permissions import Viewer
from attendance.rules.organization.settings import OrganizationSettings
from attendance.rules.vocabulary import MakeupTokenOrigin, Permission, Portal, Source
from db import models
from db.marks.changes import Author
from db.organization.settings import read_settings
from db.tokens.makeup_tokens import occasions_of
from db.unit_of_work import unit_of_work
from tests.support.factories import MONDAY
from tests.support.token_sheet import DURING_CLASS, TokenSheet, new_sheet
from tests.support.viewers import staff_viewer

WITH_TOKENS = CancellationOptions(tokens=CancellationTokens())
ABSENCE, CANCELLATION = MakeupTokenOrigin.ABSENCE, MakeupTokenOrigin.CANCELLATION


@dataclass
class CancelDesk(TokenSheet):
    """`manager` cancels and restores in the Office Portal."""

    manager: UUID = field(kw_only=True)

    async def cancel(  # type: ignore[override]
        self, options: CancellationOptions = WITH_TOKENS, *, now: datetime = DURING_CLASS, held_on: date | None = None
    ) -> Cancelled:
        async with unit_of_work(self.database, self.world.organization_id, self.announcer) as uow:
            return await cancel_occurrence(
                uow,
                self.occurrence if held_on is None else self.lesson.key(held_on),
                options,
                author=Author(Source.OFFICE, self.manager),
                settings=await read_settings(uow.connection, uow.organization_id),
                now=now,
            )

    async def create_tokens(self, *, now: datetime = DURING_CLASS) -> TokensCreated:
        """Once it is cancelled; families are told."""
        async with unit_of_work(self.database, self.world.organization_id, self.announcer) as uow:
            return await create_cancellation_tokens(
                uow,
                self.occurrence,
                CancellationTokens(send_emails=True),
                author=Author(Source.OFFICE, self.manager),
                settings=await read_settings(uow.connection, uow.organization_id),
                now=now,
            )

    async def restore(self, *, now: datetime = DURING_CLASS, portal: Portal = Portal.OFFICE) -> Restored:
        async with unit_of_work(self.database, self.world.organization_id, self.announcer) as uow:
            settings = await read_settings(uow.connection, uow.organization_id)
            return await restore_occurrence(uow, self.viewer(settings, portal), self.occurrence, now=now)

    async def preview(
        self, *held_on: date, options: CancellationOptions = WITH_TOKENS, now: datetime = DURING_CLASS
    ) -> list[CancellationPlan]:
        keys = [self.lesson.key(day) for day in held_on or (self.held_on,)]
        return await self.preview_all(keys, options, now=now)

    async def preview_all(
        self, keys: list[OccurrenceKey], options: CancellationOptions, *, now: datetime = DURING_CLASS
    ) -> list[CancellationPlan]:
        """Of any classes of the organization."""
        async with self.database.read(self.world.organization_id) as connection:
            settings = await read_settings(connection, self.world.organization_id)
            occasions = await occasions_of(connection, self.world.organization_id, keys)
            return await plan_cancelling(
                connection,
                self.world.organization_id,
                {key: occasions[key] for key in keys},
                options,
                settings.makeup_tokens,
                now=now,
            )

    def viewer(self, settings: OrganizationSettings, portal: Portal = Portal.OFFICE) -> Viewer:
        return staff_viewer(self.world, self.manager, portal=portal, settings=settings)

    async def makeup(self, student: UUID, token_id: UUID, held_on: date | None = None) -> UUID:
        """Redeem the token for a place in this class, and return the id of the enrollment."""
        return await self.world.makeup(student, self.lesson, held_on or self.held_on, token_id=token_id)

    async def live(self) -> dict[UUID, str]:
        """The origin of each student's live automatic token of this occurrence; a test fails where there are two."""
        found: dict[UUID, str] = {}
        for token in await self.tokens():
            is_of_this = (token.timeslot_id, token.held_on) == (self.lesson.timeslot_id, self.held_on)
            if is_of_this and token.revoked_at is None and token.deleted_at is None:
                assert token.student_id not in found
                found[token.student_id] = token.origin.value
        return found

    async def token_of(self, student: UUID, origin: MakeupTokenOrigin = CANCELLATION) -> Any:
        return next(t for t in await self.tokens() if (t.student_id, t.origin) == (student, origin))

    async def changes(self) -> list[tuple[str, set[UUID], set[UUID]]]:
        """Return the kind, the rows told and the rows that left, of each change of the occurrence."""
        mine = {"timeslot_id": self.lesson.timeslot_id, "held_on": self.held_on}
        entries = await self.world.rows(models.ChangedEntry, **mine)
        return [
            (
                change.kind.value,
                {each.student_id for each in entries if each.revision == change.revision and not each.left_roster},
                {each.student_id for each in entries if each.revision == change.revision and each.left_roster},
            )
            for change in await self.world.rows(models.Change, **mine)
        ]


async def new_cancel_desk(world: Any, database: Any, **lesson: Any) -> CancelDesk:
    sheet = await new_sheet(world, database, **lesson)
    manager = await world.staff(Permission.OWNER, first_name="May", last_name="Manager")
    return CancelDesk(world, database, sheet.lesson, MONDAY, manager=manager)
