"""R9.2: two cancellations by the business leave a family with one token for one class, never with two and never with
none, in whatever order the classes are cancelled and restored and the token is booked, reset and spent.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from attendance.actions.tokens.reset_makeup_token import release_makeups
from attendance.rules.cancelling.cancelling import CancellationOptions
from db.engine import Database
from db.marks.changes import SYSTEM
from tests.actions.cancelling import WITH_TOKENS, CancelDesk, new_cancel_desk
from tests.support.factories import MONDAY, World
from tests.support.token_sheet import ABSENT, DURING_CLASS, PRESENT

AHEAD, BEHIND = MONDAY + timedelta(weeks=1), MONDAY - timedelta(weeks=1)


class Week:
    """A student of class A, whose token is booked for class B on another day.

    Acts: `absent` and `present` mark A; `A+` and `A-` cancel A with and without tokens; `later` creates tokens for it
    afterwards; `rA` restores it; `book` books the live token in B; `B` cancels B, `rB` restores it; `reset` gives the
    makeup up.
    """

    def __init__(self, desk: CancelDesk, ann: UUID, booked_for: date) -> None:
        self.desk, self.ann, self.there = desk, ann, replace(desk, held_on=booked_for)

    async def act(self, name: str) -> None:
        match name:
            case "absent" | "present":
                await self.desk.set_mark(self.ann, ABSENT if name == "absent" else PRESENT)
                await self.desk.reconcile(self.ann)
            case "A+" | "A-":
                await self.desk.cancel(WITH_TOKENS if name == "A+" else CancellationOptions())
            case "later":
                await self.desk.create_tokens()
            case "rA":
                await self.desk.restore()
            case "book":
                await self.desk.makeup(self.ann, (await self.live())[0].id, self.there.held_on)
            case "B":
                await self.there.cancel(CancellationOptions())
            case "rB":
                await self.there.restore()
            case "reset":
                async with self.there.transaction() as uow:
                    await release_makeups(uow, [(await self.live())[0].id], author=SYSTEM, now=DURING_CLASS)
            case _:
                raise ValueError(name)

    async def live(self) -> list[Any]:
        return [token for token in await self.desk.tokens() if token.revoked_at is None]

    async def shown(self) -> list[str]:
        """Each token that is neither revoked nor deleted, in words."""
        words = []
        for token in await self.live():
            use = "free" if token.makeup_enrollment_id is None else "used"
            words.append(f"{token.origin} {use}{' flagged' if token.needs_review else ''}".lower())
        return words


CASES = [
    # The class is cancelled before the token is booked: the token gives way to that of the cancellation.
    ("absent A+", "cancellation free"),
    ("absent A+ book", "cancellation used"),
    ("absent A+ book B", "cancellation free"),
    ("absent A+ book reset", "cancellation free"),
    ("absent A+ rA", "absence free"),
    ("A+", "cancellation free"),
    ("A+ rA", None),
    ("present A+ book rA", "cancellation used flagged"),
    ("present A+ book rA B", None),
    ("present A+ book rA A+", "cancellation used"),
    ("present A+ book rA A+ B", "cancellation free"),
    ("present A+ book rA B A+", "cancellation free"),
    # The token is booked before: it stands for that of the cancellation.
    ("absent book A+", "absence used"),
    ("absent book A+ B", "absence free"),
    ("absent book A+ B rB", "absence free"),
    ("absent book A+ B rA", "absence free"),
    ("absent book A+ B rA present", None),
    ("absent book A+ reset", "absence free"),
    ("absent book A+ reset rA", "absence free"),
    ("absent book A+ rA", "absence used"),
    ("absent book A+ rA B", "absence free"),
    ("absent book A+ rA A+ B", "absence free"),
    ("absent book A+ B rA A+", "cancellation free"),
    ("absent book B A+", "cancellation free"),
    ("absent book present A+", "absence used"),
    ("absent book present A+ B", "absence free"),
    ("absent book present A+ rA", "absence used flagged"),
    ("absent book present A+ B rA", None),
    ("absent book present B", None),
    # The token of the cancellation is booked, and the class takes place after all: it stands for that of the absence.
    ("absent A+ book rA", "cancellation used"),
    ("absent A+ book rA B", "cancellation free"),
    ("absent A+ book rA reset", "cancellation free"),
    ("absent A+ book rA B present", None),
    ("absent A+ book rA present", "cancellation used flagged"),
    ("absent A+ book rA present absent", "cancellation used"),
    ("absent A+ book B rA", "absence free"),
    ("absent A+ book rA B A+", "cancellation free"),
    ("absent A+ book rA A-", "cancellation used"),
    # The class is cancelled without tokens: a used token is flagged, and is lost only when the family gives it up.
    ("absent A-", None),
    ("absent A- rA", "absence free"),
    ("absent book A-", "absence used flagged"),
    ("absent book A- B", "absence free"),
    ("absent book A- B rA", "absence free"),
    ("absent book A- B rA A+", "cancellation free"),
    ("absent book A- reset", None),
    ("absent book A- reset rA", "absence free"),
    ("absent book A- rA", "absence used"),
    ("absent book A- rA A+ B", "absence free"),
    ("absent book present A- B", None),
    # The tokens are created later.
    ("A- later", "cancellation free"),
    ("A- later later", "cancellation free"),
    ("A+ later", "cancellation free"),
    ("absent A- later", "cancellation free"),
    ("absent A- later rA", "absence free"),
    ("absent A- later book B", "cancellation free"),
    ("absent A- later book later B", "cancellation free"),
    ("absent book A- later", "absence used"),
    ("absent book A- later B", "absence free"),
    ("absent book A- later reset later", "absence free"),
    ("absent book A- B later", "absence free"),
    ("absent book A- reset later", "cancellation free"),
    ("absent book present A- later B", "absence free"),
    ("absent book A+ B later", "absence free"),
]


@pytest.mark.parametrize("booked_for", [AHEAD, BEHIND], ids=["pending", "spent"])
@pytest.mark.parametrize(("acts", "expected"), CASES)
async def test_R9_2_never_two_tokens_and_never_none(
    world: World, database: Database, acts: str, expected: str | None, booked_for: date
) -> None:
    desk = await new_cancel_desk(world, database)
    week = Week(desk, await desk.add_student(starts_on=MONDAY, drop_on=MONDAY), booked_for)
    for act in acts.split():
        await week.act(act)
        assert len(await week.live()) <= 1
    assert await week.shown() == ([] if expected is None else [expected])
