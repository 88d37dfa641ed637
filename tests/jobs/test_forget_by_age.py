"""R16.5: each class of data is kept for its time, in every organization, and then deleted in portions."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from attendance.rules.vocabulary import AccountLinkPurpose, EmailState, Portal, SecurityEventKind
from db import models
from db.engine import Database
from db.wake_ups import Announcer
from tests.support.factories import World, new_world
from workers.context import WorkerContext
from workers.jobs import forget_by_age
from workers.jobs.forget_by_age import KEPT, forget

NOW = datetime(2030, 11, 16, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TABLES = {
    "account_links": models.AccountLink,
    "sign_ins": models.SignIn,
    "emails": models.Email,
    "security_events": models.SecurityEvent,
    "medical_reads": models.MedicalRead,
}


async def fill(world: World, at: dict[str, datetime]) -> None:
    """A row of each class, of this time."""
    student, person = await world.student(), await world.staff()
    await world.add(
        models.AccountLink,
        person_id=person,
        purpose=AccountLinkPurpose.INVITATION,
        secret_hash=b"x",
        created_at=at["account_links"],
        expires_at=at["account_links"],
    )
    await world.add(
        models.SignIn,
        person_id=person,
        portal=Portal.STAFF,
        refresh_hash=b"x",
        created_at=at["sign_ins"],
        expires_at=at["sign_ins"],
    )
    await email(world, at["emails"], EmailState.SENT)
    await world.add(
        models.SecurityEvent,
        kind=SecurityEventKind.SIGNED_IN,
        address="",
        count=1,
        first_at=at["security_events"],
        last_at=at["security_events"],
    )
    await world.add(
        models.MedicalRead,
        read_on=at["medical_reads"].date(),
        person_id=person,
        student_id=student,
        first_at=at["medical_reads"],
    )


async def email(world: World, at: datetime, state: EmailState, *, is_withheld: bool = False) -> None:
    await world.add(
        models.Email,
        reason=f"{state}/{at.isoformat()}",
        recipient="a@b.co",
        template="statement",
        facts={},
        state=state,
        due_at=at,
        sent_at=at if state is EmailState.SENT else None,
        created_at=at,
        is_withheld=is_withheld,
    )


@pytest.mark.emptied_database
async def test_R16_5_each_class_is_forgotten_by_its_age_in_every_organization(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forget_by_age, "PORTION", 1)
    assert TABLES.keys() == KEPT.keys()
    for place in (world, await new_world(world.owner, name="Other Gym")):
        await fill(place, {name: NOW - kept - DAY for name, kept in KEPT.items()})
        await fill(place, {name: NOW - kept + DAY for name, kept in KEPT.items()})
    context = WorkerContext(database, Announcer(), lambda: NOW)
    assert await forget(context) == 2 * len(KEPT)
    assert {name: await world.count(table) for name, table in TABLES.items()} == dict.fromkeys(KEPT, 1)
    assert await forget(context) == 0


@pytest.mark.emptied_database
async def test_R16_5_e_mail_that_may_still_be_sent_is_kept(world: World, database: Database) -> None:
    long_ago = NOW - 2 * KEPT["emails"]
    await email(world, long_ago, EmailState.QUEUED)
    await email(world, long_ago, EmailState.WITHDRAWN, is_withheld=True)
    assert await forget(WorkerContext(database, Announcer(), lambda: NOW)) == 0


def test_R16_5_the_table_of_the_documentation_says_the_same() -> None:
    rows = (Path(__file__).parents[2] / "docs/privacy.md").read_text()
    for name, kept in KEPT.items():
        assert f"| `{name}` | {kept.days} days |" in rows, name
