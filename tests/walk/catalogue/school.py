"""The product as the walk over the catalogue drives it: the importer, the API of the office, and the workers."""

import tempfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import text

from attendance.rules.vocabulary import BlackoutScope, Permission, Portal
from db import models
from db.calendar.history import change_dates, keep_what_held
from gql.fields.global_ids import encode_id
from importing.oneroster.run import Choices, import_oneroster
from importing.report import Report
from tests.importing.bundles import write_bundle
from tests.support.api import Api
from tests.support.factories import World, new_world
from tests.walk.catalogue.source import STUDENTS, Source
from tests.walk.documents import ACTS, TALLY
from tests.walk.system import FOR_EVER, HIDE, System
from workers.jobs.end_days import end_days
from workers.jobs.sweep_token_runs import sweep

OCCURRENCE = f"""fragment Sheet on Occurrence {{
  id date startsAt endsAt state canRecordAttendance notRecordable {{ reason }} attendanceState capacity room revision
  instructors {{ id firstName }} location {{ id timeZone }} offering {{ id name program {{ id }} }}
  tally {{ {TALLY} }} tokenRuns {{ phase dueAt state }}
  roster {{ id isSubdued attendanceRate student {{ id firstName }} enrollment {{ id type startsOn }}
    mark {{ status note isDefaulted source revision markedAt }} indicators {{ kind }} }}
}}"""
LISTING = f"""query($from: Date!, $to: Date!, $after: String) {{
  occurrences(filter: {{from: $from, to: $to, includeNotScheduled: true}}, first: 50, after: $after) {{
    pageInfo {{ hasNextPage endCursor }} nodes {{ ...Sheet }} }} }} {OCCURRENCE}"""
ONE = f"query($id: ID!) {{ occurrence(id: $id) {{ ...Sheet }} }} {OCCURRENCE}"
TOKENS = "makeupTokens(first: 100) { nodes { id state origin issuedOn expiresOn missedOccurrence { id startsAt } } }"
_IDS = "SELECT source_id, id FROM {table} WHERE organization_id = :id AND source_id IS NOT NULL"


@dataclass
class School:
    """One organization, which a source fills. `folder` holds the bundles."""

    system: System
    world: World
    database_url: str
    folder: tempfile.TemporaryDirectory[str]
    olga: Api
    classes: dict[str, UUID] = field(default_factory=dict)
    students: dict[str, UUID] = field(default_factory=dict)

    async def load(self, source: Source) -> Report:
        """Import the source's bundle, at the clock's time."""
        path = write_bundle(Path(self.folder.name), source.files())
        choices = Choices(str(self.world.organization_id), "America/Chicago", yes=True)
        report = await import_oneroster(self.database_url, path, choices, now=self.system.api.clock.now)
        path.unlink()
        assert report.is_kept, report.problems
        self.classes, self.students = await self._ids("offering"), await self._ids("student")
        return report

    async def _ids(self, table: str) -> dict[str, UUID]:
        found = await self.world.owner.execute(text(_IDS.format(table=table)), {"id": self.world.organization_id})
        return {row[0]: row[1] for row in found}

    async def close(self, classes: list[str], first: date, last: date) -> None:
        """A closure of all classes, which have one program; as an office's edit must do it (db/calendar/history.py)."""
        await self._keep(classes)
        schedule_id = await self.world.owner.scalar(
            text("SELECT blackout_schedule_id FROM program WHERE organization_id = :id"),
            {"id": self.world.organization_id},
        )
        if schedule_id is None:
            schedule_id = await self.world.add(models.BlackoutSchedule, name="Holidays")
            await self.world.owner.execute(
                text("UPDATE program SET blackout_schedule_id = :schedule WHERE organization_id = :id"),
                {"id": self.world.organization_id, "schedule": schedule_id},
            )
        await self.world.add(models.BlackoutDate, blackout_schedule_id=schedule_id, starts_on=first, ends_on=last,
                             scope=BlackoutScope.ATTENDANCE)  # fmt: skip

    async def limit(self, class_: str, capacity: int | None) -> None:
        await self._keep([class_])
        await self.world.change(models.Offering, self.classes[class_], capacity=capacity)

    async def _keep(self, classes: list[str]) -> None:
        connection = await asyncpg.connect(self.database_url.replace("+asyncpg", ""))
        try:
            async with connection.transaction():
                organization_id, ids = self.world.organization_id, [self.classes[class_] for class_ in classes]
                dates = await change_dates(connection.fetch, organization_id, ids, self.system.api.clock.now)
                await keep_what_held(connection.fetch, organization_id, dates)
        finally:
            await connection.close()

    async def ask(self, act: str, **given: Any) -> dict[str, Any]:
        body = await self.olga.send(ACTS[act], input=given)
        assert "errors" not in body, body
        answer: dict[str, Any] = body["data"][act]
        return answer

    async def occurrences(self, first: date, last: date) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after = None
        while True:
            page = (await self.olga.ask(LISTING, **{"from": str(first), "to": str(last), "after": after}))[
                "occurrences"
            ]
            found += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]

    async def occurrence(self, id: str) -> dict[str, Any]:
        """The occurrence as one who kept its id finds it (R2.2)."""
        found: dict[str, Any] = (await self.olga.ask(ONE, id=id))["occurrence"]
        return found

    async def tokens(self) -> dict[str, list[dict[str, Any]]]:
        parts = [f'{name}: student(id: "{self.student(name)}") {{ {TOKENS} }}' for name in STUDENTS]
        found = await self.olga.ask(f"{{ {' '.join(parts)} }}")
        return {name: found[name]["makeupTokens"]["nodes"] for name in STUDENTS}

    def student(self, name: str) -> str:
        return encode_id("Student", self.students[name])

    async def work(self) -> int:
        """A minute of the workers. Answers how many runs they carried out."""
        await end_days(self.system.worker)
        return await sweep(self.system.worker)

    async def leave(self) -> None:
        for statement in HIDE:
            await self.world.owner.execute(text(statement).bindparams(id=self.world.organization_id))
        self.folder.cleanup()


async def new_school(system: System, database_url: str) -> School:
    world = await new_world(system.owner)
    person_id = await world.staff(Permission.OWNER)
    olga = await system.api.signed_in(world, person_id, Portal.OFFICE, lasting=FOR_EVER)
    return School(system, world, database_url, tempfile.TemporaryDirectory(), olga)
