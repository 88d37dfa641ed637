"""A token's life by hand, through the API: classes to miss and to make up in, roll sheets, drops."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from gql.fields.global_ids import encode_id
from tests.api.tokens.hand_desk import HandDesk, new_hand_desk
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import MONDAY, Lesson, World

DAY = timedelta(days=1)
SHEET = """
  revision openings
  roster { isSubdued student { firstName } mark { status } indicators { kind } }
  changes { kind entries { student { firstName } } removedEntryIds }
"""
SUBMITTED = "issuedTokens { id state } revokedTokens { id }"
DROP = mutation("dropEnrollment", "enrollment { isDeleted }")


@dataclass
class ResetDesk(HandDesk):
    lesson: Lesson
    other: Lesson

    async def sheet(self, held_on: date, lesson: Lesson | None = None) -> Any:
        return await self.api.occurrence((lesson or self.other).sheet_id(held_on), SHEET)

    async def submit(self, status: str | None, held_on: date = MONDAY, lesson: Lesson | None = None) -> Any:
        return await self.api.submit(lesson or self.lesson, {self.ann: status}, held_on, shown=SUBMITTED)

    async def pending(self, makeup_on: date = MONDAY + DAY, **token: Any) -> tuple[UUID, UUID]:
        """A token by hand, unless told otherwise, and its makeup in the other class, which is on Tuesdays."""
        made = await self.world.makeup_token(self.ann, **token)
        return made, await self.world.makeup(self.ann, self.other, makeup_on, token_id=made)

    async def earned(self, makeup_on: date | None = None) -> str:
        """The token of Ann's absence on MONDAY, tied to a makeup if it has a date."""
        await self.world.enroll(self.ann, self.lesson.offering_id)
        (issued,) = (await self.submit("ABSENT"))["issuedTokens"]
        if makeup_on is not None:
            token = await self.world.owner.scalar(text("SELECT id FROM makeup_token"))
            await self.world.makeup(self.ann, self.other, makeup_on, token_id=token)
        token_id: str = issued["id"]
        return token_id

    async def acts(self) -> list[str]:
        return [act for act, _ in await self.ledger()]

    async def drop(self, enrollment: UUID, drop_on: date) -> Any:
        given = {"enrollmentId": encode_id("Enrollment", enrollment), "dropOn": drop_on.isoformat()}
        return (await self.api.ask(DROP, input=given))["dropEnrollment"]


async def new_reset_desk(world: World, api: Api) -> ResetDesk:
    """The class to miss is on Mondays, the one to make up in on Tuesdays."""
    plain = await new_hand_desk(world, api)
    lesson, other = await world.weekly_class(), await world.weekly_class(name="Dive 1", weekday=2, capacity=4)
    return ResetDesk(plain.api, world, plain.owner_id, plain.ann, lesson, other)
