"""An office that cancels, previews and restores through the API, with a worker for its tasks."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from attendance.tasks.kinds import KINDS
from db.engine import Database
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import MONDAY, Lesson, World
from workers.context import WorkerContext
from workers.jobs.work_on_tasks import work_off

CANCEL = mutation(
    "cancelOccurrences",
    "backgroundTaskId backgroundTask { id state kind } occurrenceCount notCancellable { occurrenceId state message }",
)
PREVIEW = """query($input: CancelOccurrencesInput!) { cancellationPreview(input: $input) {
  occurrenceCount occurrences { id } notCancellableCount notCancellable { occurrenceId state message } studentCount
  tokensToCreate noTokensReason leftOutCount leftOut { student { firstName } occurrence { id } cause message }
  tokensToRevoke tokensToFlag makeupsToGiveBack
  returnedTokens { student { firstName } occurrence { id } goodThrough isPutOff }
  overLimitCount overLimit { student { firstName } occurrence { id } counted }
  emailCount withoutAddressCount withoutAddress { student { firstName } } } }"""
RESTORE = mutation(
    "restoreOccurrence",
    "occurrence { state cancellation { comment } revision } revokedTokens { state student { firstName } } "
    "usedTokens { state } returnedTokens { state origin } makeupsGivenBack { id isDeleted }",
)
SHEET = """
  state canRecordAttendance notRecordable { reason }
  cancellation { comment cancelledBy { firstName } } roster { student { firstName } }
"""


@dataclass
class Office:
    """The owner, a class on Mondays, and a worker."""

    api: Api
    world: World
    database: Database
    lesson: Lesson

    def id(self, held_on: date = MONDAY, lesson: Lesson | None = None) -> str:
        return (lesson or self.lesson).sheet_id(held_on)

    async def cancel(self, *ids: str, api: Api | None = None, **given: Any) -> Any:
        asked = {"occurrenceIds": list(ids)} if ids else {}
        return (await (api or self.api).ask(CANCEL, input=asked | given))["cancelOccurrences"]

    async def preview(self, *ids: str, api: Api | None = None, **given: Any) -> Any:
        asked = {"occurrenceIds": list(ids)} if ids else {}
        return (await (api or self.api).ask(PREVIEW, input=asked | given))["cancellationPreview"]

    async def restore(self, held_on: date = MONDAY, **given: Any) -> Any:
        asked = {"occurrenceId": self.id(held_on)} | given
        return (await self.api.ask(RESTORE, input=asked))["restoreOccurrence"]

    async def work(self) -> None:
        await work_off(WorkerContext(self.database, self.api.services.announcer, self.api.clock, kinds=KINDS))

    async def cancelled(self, *ids: str, **given: Any) -> Any:
        done = await self.cancel(*ids, **given)
        await self.work()
        return done

    async def sheet(self, held_on: date = MONDAY) -> Any:
        return await self.api.occurrence(self.id(held_on), SHEET)

    async def tokens(self, student: UUID) -> list[tuple[str, str]]:
        return [(each["origin"], each["state"]) for each in await self.api.tokens(student, "origin state")]

    async def student(self, name: str, email: str | None = "baker@example.org", **enrollment: Any) -> UUID:
        family = await self.world.family(email=email)
        student = await self.world.student(first_name=name, family_id=family)
        await self.world.enroll(student, self.lesson.offering_id, **enrollment)
        return student
