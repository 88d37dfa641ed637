"""`rollbook.py audit` (R16.1)."""

import asyncio
import json

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from commands.audit import audit_database
from commands.fault import Fault
from db.audit.run import CHECKS
from tests.audit.sound_school import School, sound_school
from tests.support.factories import MONDAY, new_world
from tests.support.fingerprint import fingerprint

pytestmark = pytest.mark.emptied_database


@pytest.fixture
async def school(owner: AsyncConnection, database_url: str, monkeypatch: pytest.MonkeyPatch) -> School:
    """Beside another organization."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.delenv("REDIS_URL", raising=False)
    await new_world(owner, name="Another Gym")
    return await sound_school(owner)


async def test_R16_1_a_sound_database_is_told_so_and_left_alone(
    school: School, capsys: pytest.CaptureFixture[str]
) -> None:
    before = await fingerprint(school.world)
    await asyncio.to_thread(audit_database, organization=None, as_json=False)
    told = capsys.readouterr()
    assert told.out.startswith(f"Nothing is wrong. {len(CHECKS)} checks of 2 organizations took ")
    assert "Checking organization 2 of 2" in told.err
    await asyncio.to_thread(audit_database, organization=None, as_json=True)
    summary = json.loads(capsys.readouterr().out)
    assert summary.pop("seconds") >= 0
    assert summary == {"organizations": 2, "checks": len(CHECKS), "wrong": 0}
    assert await fingerprint(school.world) == before


async def test_R16_1_wrong_rows_are_named_and_the_command_fails(
    school: School, capsys: pytest.CaptureFixture[str]
) -> None:
    own = school.world.organization_id
    await school.world.owner.execute(
        text("UPDATE occurrence SET revision = 4 WHERE organization_id = :own AND held_on = :on"),
        {"own": own, "on": MONDAY},
    )
    wrong, right = (
        "revision 4, with 3 changes up to 3",
        "a revision that is the number of its changes and the highest of them",
    )
    id = f"{school.monday.timeslot_id}/{MONDAY}"
    with pytest.raises(Fault, match=r"^1 row is wrong\."):
        await asyncio.to_thread(audit_database, organization=None, as_json=False)
    assert capsys.readouterr().out == (
        f"revisions: occurrence {id} of organization {own}: {wrong}; right would be: {right}\n"
    )
    with pytest.raises(Fault, match=r"^1 row is wrong\."):
        await asyncio.to_thread(audit_database, organization="Test Gym", as_json=True)
    finding, summary = map(json.loads, capsys.readouterr().out.splitlines())
    assert finding == {
        "check": "revisions", "table": "occurrence", "id": id, "organization_id": str(own), "wrong": wrong,
        "right": right,
    }  # fmt: skip
    assert (summary["organizations"], summary["wrong"]) == (1, 1)
    await asyncio.to_thread(audit_database, organization="Another Gym", as_json=False)
    assert capsys.readouterr().out.startswith("Nothing is wrong.")


async def test_R16_1_an_unknown_organization_is_told(school: School) -> None:
    await new_world(school.world.owner, name="Another Gym")
    with pytest.raises(Fault, match="No organization is called 'Nowhere'"):
        await asyncio.to_thread(audit_database, organization="Nowhere", as_json=False)
    with pytest.raises(Fault, match="Several organizations are called 'Another Gym'"):
        await asyncio.to_thread(audit_database, organization="Another Gym", as_json=False)
    await asyncio.to_thread(audit_database, organization=str(school.world.organization_id), as_json=False)
