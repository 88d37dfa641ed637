"""The numbers of guardians follow the source, and an import warns of numbers that reach nobody (R5.2, R13.9)."""

from typing import Any

import pytest

from tests.importing.bundles import Files, delta, row_of, school_1_1, user

pytestmark = pytest.mark.emptied_database

NUMBERS = """
SELECT p.source_id, g.number FROM guardian_phone g
JOIN person p ON p.organization_id = g.organization_id AND p.id = g.person_id ORDER BY 1, 2
"""


def two_guardians() -> Files:
    """Ann's mother has two numbers, and her father one."""
    files = school_1_1()
    for row in files["users"]:
        row["sms"] = ""
    row_of(files, "users", "mum").update(phone="(312) 555-0100", sms="312 555 0101")
    files["users"].append(user("dad", "guardian", "Dan", "Dale", agentSourcedIds="ann", phone="312 555 0102", sms=""))
    return files


async def test_R5_2_each_guardian_brings_phone_and_sms(load: Any, stored: Any) -> None:
    report = await load(two_guardians())

    assert await stored(NUMBERS) == [
        ("guardian/dad", "312 555 0102"),
        ("guardian/mum", "(312) 555-0100"),
        ("guardian/mum", "312 555 0101"),
    ]
    assert (report.problems, report.stored["numbers of guardians"].added) == ([], 3)
    assert (await load(two_guardians())).changes == 0


async def test_R5_2_numbers_follow_the_source(load: Any, stored: Any) -> None:
    await load(two_guardians())
    files = two_guardians()
    row_of(files, "users", "mum").update(phone="312 555 0109", enabledUser="false")
    files["users"] = [row for row in files["users"] if row["sourcedId"] != "dad"]
    report = await load(files)

    assert await stored(NUMBERS) == [("guardian/mum", "312 555 0101"), ("guardian/mum", "312 555 0109")]
    counts = report.stored["numbers of guardians"]
    assert (counts.added, counts.removed, counts.unchanged) == (1, 2, 1)


async def test_R5_2_a_file_without_the_columns_says_nothing_about_numbers(load: Any, stored: Any) -> None:
    await load(two_guardians())
    before = await stored(NUMBERS)
    mum = row_of(two_guardians(), "users", "mum")
    await load(
        {"users": delta([{column: mum[column] for column in mum if column not in ("phone", "sms")}])},
        mode="delta",
        organization="Riverside District",
    )

    assert await stored(NUMBERS) == before


async def test_R5_2_an_import_warns_of_a_number_that_reaches_nobody(load: Any) -> None:
    files = two_guardians()
    row_of(files, "users", "mum").update(phone="555", sms="ask the office")
    files["families"] = [{"student": "cid", "phone": "n/a"}, {"student": "ann", "phone": "+44 20 7946 0018"}]
    report = await load(files)

    assert [(p.severity, p.file, p.line, p.column, p.value) for p in sorted(report.problems)] == [
        ("warning", "families.csv", 2, "phone", "n/a"),
        ("warning", "users.csv", 5, "phone", "555"),
        ("warning", "users.csv", 5, "sms", "ask the office"),
    ]
    assert {p.reason for p in report.problems} == {
        "reaches no telephone; no family can be found by it at a kiosk. Give the whole number"
    }
    assert report.is_kept
