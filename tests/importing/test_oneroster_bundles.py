"""Bundles as a whole: what is tolerated, what is refused with a sentence, and that all or nothing is kept."""

import asyncio
import zipfile
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from importing import archives
from importing.oneroster import load as load_module
from importing.oneroster import run as run_module
from importing.report import ImportRefused, write_report_file
from importing.transaction import LOCK_CLASS
from tests.importing.bundles import csv_text, row_of, school_1_1, write_bundle

pytestmark = pytest.mark.emptied_database

EVERYTHING = "SELECT (SELECT count(*) FROM organization), (SELECT count(*) FROM student)"


async def test_a_dry_run_counts_and_keeps_nothing(load: Any, stored: Any) -> None:
    report = await load(school_1_1(), dry_run=True)

    assert (report.is_kept, report.is_sound, report.stored["students"].added) == (False, True, 3)
    assert await stored(EVERYTHING) == [(0, 0)]


async def test_an_import_that_dies_on_the_way_leaves_nothing(
    load: Any, stored: Any, monkeypatch: pytest.MonkeyPatch
) -> None:

    async def dies(*arguments: Any) -> None:
        await load_module.carry_out(*arguments)
        raise ConnectionError("gone")

    monkeypatch.setattr(run_module, "carry_out", dies)
    with pytest.raises(ConnectionError):
        await load(school_1_1())
    assert await stored(EVERYTHING) == [(0, 0)]


async def test_a_second_import_at_the_same_time_is_refused(load: Any, stored: Any, database_url: str) -> None:
    await load(school_1_1())
    [(organization_id,)] = await stored("SELECT organization_id FROM organization")
    other = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    try:
        async with other.transaction():
            key = int.from_bytes(organization_id.bytes[-4:], "big", signed=True)
            await other.execute("SELECT pg_advisory_xact_lock($1, $2)", LOCK_CLASS, key)
            with pytest.raises(ImportRefused, match="Another import into 'Riverside District' is running"):
                await load(school_1_1())
    finally:
        await other.close()


async def test_four_first_imports_at_once_make_one_organization(load: Any, stored: Any) -> None:
    outcomes = await asyncio.gather(*(load(school_1_1()) for _ in range(4)), return_exceptions=True)

    kept = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, ImportRefused)]
    assert len(kept) + len(refused) == 4
    assert sum(report.changes > 0 for report in kept) == 1
    assert await stored(EVERYTHING) == [(1, 3)]


async def test_into_which_organization(load: Any, stored: Any, world: Any) -> None:
    with pytest.raises(ImportRefused, match=r"There is no organization 'Nowhere'\. There are: Test Gym\."):
        await load(school_1_1(), organization="Nowhere")
    assert (await load(school_1_1(), organization=str(world.organization_id))).organization == "Test Gym"
    assert await stored("SELECT DISTINCT organization_id FROM student") == [(world.organization_id,)]
    files = school_1_1()
    files["orgs"] = files["orgs"][1:]
    with pytest.raises(ImportRefused, match="The bundle has no districts"):
        await load(files)


async def test_two_organizations_import_the_same_bundle_and_share_nothing(load: Any, stored: Any, world: Any) -> None:
    await load(school_1_1())
    await load(school_1_1(), organization="Test Gym")

    assert await stored("SELECT count(*), count(DISTINCT id), count(DISTINCT organization_id) FROM student") == [
        (6, 6, 2)
    ]


async def test_zones_that_are_wrong_or_missing(load: Any, stored: Any) -> None:
    with pytest.raises(ImportRefused, match="'Central Time' is not a time zone"):
        await load(school_1_1(), time_zone="Central Time")
    with pytest.raises(ImportRefused, match="The time zone of the location 'North School' is not known"):
        await load(school_1_1(), time_zone=None)
    assert await stored(EVERYTHING) == [(0, 0)]


async def test_a_byte_order_mark_line_ends_and_one_folder_are_tolerated(load: Any) -> None:
    files = {name: b"\xef\xbb\xbf" + csv_text(rows).encode() for name, rows in school_1_1().items()}
    assert (await load(files, prefix="export/", raw={"__MACOSX/export/._users.csv": "x"})).is_kept
    unix = {name: csv_text(rows).replace("\r\n", "\n") for name, rows in school_1_1().items()}
    assert (await load(unix)).changes == 0


REFUSED = [
    ({"raw": {"../users.csv": "x"}}, "contains the path '../users.csv', which points outside of it"),
    ({"raw": {"again/users.csv": "x"}}, r"contains users\.csv twice"),
    ({"version": "1.0"}, r"oneroster\.version is '1\.0'; Rollbook reads 1\.1 and 1\.2"),
    ({"modes": {"users": "full"}}, r"manifest\.csv, line \d+: file\.users is 'full'; it must be bulk, delta or absent"),
    ({"modes": {"roles": "bulk", "lineItems": "bulk"}, "version": "1.2"}, r"declares roles\.csv \(bulk\)"),
]


@pytest.mark.parametrize(("change", "sentence"), REFUSED)
async def test_bundles_that_are_refused(load_in_vain: Any, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ImportRefused, match=sentence):
        await load_in_vain(school_1_1(), **change)


async def test_files_that_are_no_bundle(load: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.zip"
    path.write_text("no zip")
    with pytest.raises(ImportRefused, match=r"x\.zip cannot be read as a zip file"):
        await load(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("users.csv", "x")
    with pytest.raises(ImportRefused, match=r"has no manifest\.csv"):
        await load(path)
    latin = write_bundle(tmp_path, {"orgs": "sourcedId,name,type\r\ns1,Ren\xe9,school\r\n".encode("latin-1")})
    with pytest.raises(ImportRefused, match=r"orgs\.csv is not UTF-8: line 2 has the byte 0xE9"):
        await load(latin)
    whole = write_bundle(tmp_path, school_1_1())
    content = bytearray(whole.read_bytes())
    content[60] ^= 0xFF
    whole.write_bytes(content)
    with pytest.raises(ImportRefused, match="cannot be read as a zip file"):
        await load(whole)
    monkeypatch.setattr(archives, "FILE_BYTES_AT_MOST", 1000)
    bomb = write_bundle(tmp_path, {"orgs": "x" * 1001})
    with pytest.raises(ImportRefused, match=r"orgs\.csv unpacks to 1,001 bytes; the limit is 1,000"):
        await load(bomb)


@pytest.mark.parametrize(("separator", "name"), [(";", "semicolons"), ("\t", "tabs")])
async def test_R13_11_a_manifest_without_commas_is_refused_for_that(
    load_in_vain: Any, tmp_path: Path, separator: str, name: str
) -> None:
    path = tmp_path / "separated.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.csv", f"propertyName{separator}value\r\noneroster.version{separator}1.1\r\n")
    with pytest.raises(
        ImportRefused, match=rf"manifest\.csv, line 1: has {name} between its cells; save it with commas"
    ):
        await load_in_vain(path)


async def test_a_file_that_the_manifest_declares_absent_is_not_read(load: Any) -> None:
    report = await load(school_1_1(), modes={"demographics": "absent"})

    assert [(p.file, p.reason) for p in report.problems if p.is_warning] == [
        ("demographics.csv", "not read: the manifest declares it absent")
    ]
    assert report.is_kept


async def test_the_report_file_has_every_problem_and_no_formula(load: Any, tmp_path: Path) -> None:
    files = school_1_1()
    row_of(files, "users", "cid")["enabledUser"] = "=HYPERLINK()"
    report = await load(files)
    write_report_file(tmp_path / "report.csv", report.problems)

    assert (tmp_path / "report.csv").read_text().splitlines() == [
        "severity,file,line,column,value,reason",
        "error,users.csv,4,enabledUser,'=HYPERLINK(),is neither true nor false",
    ]
