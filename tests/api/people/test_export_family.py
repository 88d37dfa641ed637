"""exportFamily: everything that is held about a family, and nothing of another one (R15.2, R16.5)."""

import json
from asyncio import to_thread
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from attendance.rules.vocabulary import Permission
from commands import privacy
from db import models
from db.models.privacy import ERASED
from db.people.family_export import NOT_EXPORTED, SECTIONS
from gql.fields.global_ids import encode_id
from tests.api.people.household import new_household, plant
from tests.support.api import Api, settings_with
from tests.support.factories import LONG_AGO, World

EXPORT = "query($id: ID!) { exportFamily(familyId: $id) { exportedAt data } }"


def test_R15_2_every_table_about_people_is_exported() -> None:
    """Tables of ERASED, and whatever refers to a student or a family. A report is about everybody: what it says about
    the family comes from tables that are exported.
    """
    about = {column.partition(".")[0] for column in ERASED}
    for table in models.metadata.sorted_tables:
        if {"student_id", "family_id"} & set(table.c.keys()):
            about.add(table.name)
    assert about - SECTIONS.keys() == {"report_part"}


def test_R15_2_what_is_left_out_exists() -> None:
    assert ERASED.keys() >= NOT_EXPORTED


async def test_R15_2_each_text_about_the_family_is_in_it_and_none_of_another(world: World, api: Api) -> None:
    lesson = await world.weekly_class()
    bakers, others = await new_household(world, lesson, "Baker"), await new_household(world, lesson, "Colton")
    mine, theirs = await plant(world, bakers, "mine"), await plant(world, others, "their")
    owner = await api.as_staff(world, Permission.OWNER)
    data = (await owner.ask(EXPORT, id=encode_id("Family", bakers.family_id)))["exportFamily"]["data"]
    told = json.dumps(data)
    assert {column for column, secret in mine.items() if secret not in told} == NOT_EXPORTED & mine.keys()
    assert [column for column, secret in theirs.items() if secret in told] == []
    assert len(data["offering"]) == 1
    await api.services.security_log.close()
    kinds = {row.kind.value for row in await world.rows(models.SecurityEvent) if row.first_at > LONG_AGO}
    assert kinds == {"FAMILY_EXPORTED"}
    assert await world.count(models.MedicalRead) == 1


async def test_R15_2_a_balance_has_its_currency_and_the_decimals_of_it(world: World, api: Api) -> None:
    family_id = await world.family(balance=Decimal(1200))
    mine = models.Organization.organization_id == world.organization_id
    await world.owner.execute(update(models.Organization).where(mine).values(currency="JPY"))
    owner = await api.as_staff(world, Permission.OWNER)
    data = (await owner.ask(EXPORT, id=encode_id("Family", family_id)))["exportFamily"]["data"]
    assert [(row["balance"], row["currency"]) for row in data["family"]] == [("1200", "JPY")]


@pytest.mark.emptied_database
async def test_R15_2_the_command_writes_the_same(
    world: World,
    api: Api,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bakers = await new_household(world, await world.weekly_class(), "Baker")
    monkeypatch.setattr(privacy, "settings_here", lambda: settings_with(database_url=database_url))
    file = tmp_path / "family.json"
    await to_thread(privacy.export, encode_id("Family", bakers.family_id), file)
    written: dict[str, Any] = json.loads(file.read_text())
    assert [row["first_name"] for row in written["student"]] == ["Baker"]
    await to_thread(privacy.erase, str(bakers.family_id), None, yes=True)
    assert "The balance is 12.00 USD." in capsys.readouterr().out
    assert (await world.rows(models.Family, id=bakers.family_id))[0].name == "Erased family"
    told = {row.kind.value for row in await world.rows(models.SecurityEvent)}
    assert told == {"FAMILY_ERASED", "FAMILY_EXPORTED"}
    owner = await api.as_staff(world, Permission.OWNER)
    assert (await owner.refused(EXPORT, id=encode_id("Family", bakers.family_id)))[0] == "NOT_FOUND"
