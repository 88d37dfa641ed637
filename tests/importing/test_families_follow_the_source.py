"""R13.9: the fields of a family follow the source until the office edits them."""

from typing import Any

import pytest

from importing.report import Report
from tests.importing.bundles import Files, delta, row_of, school_1_1, user

pytestmark = pytest.mark.emptied_database

FAMILY = "SELECT name, phone, email, balance::int FROM family WHERE source_id = 'student/ann'"


def school(**mum: str) -> Files:
    files = school_1_1()
    row_of(files, "users", "mum").update(mum)
    return files


def facts(**cells: str) -> Files:
    return school_1_1() | {"families": [{"student": "ann"} | cells]}


def warnings(report: Report) -> list[tuple[str, str]]:
    return [(problem.column, problem.value) for problem in report.problems if problem.is_warning]


async def test_R13_9_a_guardians_new_address_and_number_become_the_familys(load: Any, stored: Any) -> None:
    await load(school_1_1())
    report = await load(school(email="new@example.com", phone="+1 555 0999"))
    assert await stored(FAMILY) == [("Archer", "+1 555 0999", "new@example.com", 0)]
    assert report.stored["facts of families"].changed == 1
    assert (await load(school(email="new@example.com", phone="+1 555 0999"))).changes == 0


async def test_R13_9_what_the_office_edited_stays_and_the_rest_follows(load: Any, stored: Any, owner: Any) -> None:
    await load(school_1_1())
    await owner.exec_driver_sql("UPDATE family SET email = 'office@example.com' WHERE source_id = 'student/ann'")
    assert warnings(await load(school_1_1())) == []
    report = await load(school(email="new@example.com", phone="+1 555 0999"))
    assert await stored(FAMILY) == [("Archer", "+1 555 0999", "office@example.com", 0)]
    assert warnings(report) == [("email", "new@example.com")]
    assert "The family Archer" in report.problems[0].reason


async def test_R13_9_a_field_that_the_office_cleared_stays_empty(load: Any, stored: Any, owner: Any) -> None:
    await load(school_1_1())
    await owner.exec_driver_sql("UPDATE family SET email = NULL, phone = NULL WHERE source_id = 'student/ann'")
    await load(school_1_1())
    assert await stored(FAMILY) == [("Archer", None, None, 0)]


async def test_R13_9_a_field_follows_again_once_both_say_the_same(load: Any, stored: Any, owner: Any) -> None:
    await load(school_1_1())
    await owner.exec_driver_sql("UPDATE family SET email = 'b@example.com' WHERE source_id = 'student/ann'")
    assert warnings(await load(school(email="b@example.com"))) == []
    await load(school(email="c@example.com"))
    assert (await stored(FAMILY))[0][2] == "c@example.com"


async def test_R13_9_families_csv_follows_the_same_rule(load: Any, stored: Any, owner: Any) -> None:
    await load(facts(balance="12", name="The Archers", email="home@example.com"))
    assert await stored(FAMILY) == [("The Archers", "+1 555 0100", "home@example.com", 12)]
    await owner.exec_driver_sql("UPDATE family SET balance = 0, name = 'A.' WHERE source_id = 'student/ann'")
    assert (await load(facts(balance="12", name="The Archers", email="home@example.com"))).changes == 0
    report = await load(facts(balance="20", name="The Archers", email="other@example.com"))
    assert await stored(FAMILY) == [("A.", "+1 555 0100", "other@example.com", 0)]
    assert warnings(report) == [("balance", "20")]


async def test_R13_9_a_source_that_falls_silent_leaves_the_field(load: Any, stored: Any) -> None:
    await load(school_1_1())
    assert (await load(school(email="", phone=""))).stored["families"].changed == 0
    assert (await stored(FAMILY))[0][1:3] == ("+1 555 0100", "mia@example.com")


async def test_R13_9_a_delta_about_the_second_guardian_does_not_replace_the_first(load: Any, stored: Any) -> None:
    files = school_1_1()
    files["users"].append(user("pop", "parent", "Pop", "Archer", agentSourcedIds="ann", email="pop@example.com"))
    await load(files)
    again = delta([user("pop", "parent", "Pop", "Archer", agentSourcedIds="ann", email="pop2@example.com")])
    await load({"users": again}, mode="delta", organization="Riverside District")
    assert (await stored(FAMILY))[0][2] == "mia@example.com"


async def test_R13_9_a_family_of_before_this_record_keeps_what_it_has_and_is_named_once(
    load: Any, stored: Any, owner: Any
) -> None:
    await load(school_1_1())
    await owner.exec_driver_sql("DELETE FROM imported_family")
    first = await load(school(email="new@example.com"))
    assert (warnings(first), (await stored(FAMILY))[0][2]) == ([("email", "new@example.com")], "mia@example.com")
    assert warnings(await load(school(email="new@example.com"))) == []
