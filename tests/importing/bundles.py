"""Makes OneRoster bundles: a small school as rows, changed by each test, zipped with its manifest."""

import csv
import io
import zipfile
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from importing.report import Report

Row = dict[str, str]
Files = dict[str, list[Row]]

COMMON: Files = {
    "orgs": [
        {"sourcedId": "d1", "name": "Riverside District", "type": "district"},
        {"sourcedId": "s1", "name": "North School", "type": "school", "parentSourcedId": "d1"},
    ],
    "academicSessions": [
        {
            "sourcedId": "t1",
            "title": "Autumn",
            "type": "term",
            "startDate": "2026-09-01",
            "endDate": "2026-12-18",
            "schoolYear": "2027",
        },
        {
            "sourcedId": "t2",
            "title": "Spring",
            "type": "term",
            "startDate": "2027-01-11",
            "endDate": "2027-06-04",
            "schoolYear": "2027",
        },
    ],
    "courses": [{"sourcedId": "c1", "title": "Swim", "orgSourcedId": "s1"}],
    "classes": [
        {
            "sourcedId": "k1",
            "title": "Swim A",
            "courseSourcedId": "c1",
            "classType": "scheduled",
            "location": "Pool 1",
            "schoolSourcedId": "s1",
            "termSourcedIds": "t1,t2",
        },
        {
            "sourcedId": "k2",
            "title": "Swim B",
            "courseSourcedId": "c1",
            "classType": "scheduled",
            "location": "",
            "schoolSourcedId": "s1",
            "termSourcedIds": "t1",
        },
    ],
    "enrollments": [
        {"sourcedId": "e1", "userSourcedId": "ann", "role": "student", "beginDate": "2026-09-07", "endDate": ""},
        {"sourcedId": "e2", "userSourcedId": "ben", "role": "student", "beginDate": "", "endDate": "2026-11-30"},
        {"sourcedId": "e3", "userSourcedId": "tea", "role": "teacher", "beginDate": "", "endDate": ""},
    ],
    "demographics": [{"sourcedId": "ann", "birthDate": "2015-02-28", "sex": "female"}],
}
for _enrollment in COMMON["enrollments"]:
    _enrollment.update(classSourcedId="k1", schoolSourcedId="s1")


def user(source_id: str, role: str, given: str, family: str, **cells: str) -> Row:
    row = {
        "sourcedId": source_id,
        "enabledUser": "true",
        "orgSourcedIds": "s1",
        "role": role,
        "username": source_id,
        "givenName": given,
        "familyName": family,
        "email": "",
        "phone": "",
        "agentSourcedIds": "",
    }
    return row | cells


USERS = [
    user("ann", "student", "Ann", "Archer", agentSourcedIds="mum"),
    user("ben", "student", "Ben", "Archer", agentSourcedIds="mum"),
    user("cid", "student", "Cid", "Cole"),
    user("mum", "parent", "Mia", "Archer", email="mia@example.com", phone="+1 555 0100"),
    user("tea", "teacher", "Tea", "Cher", email="tea@example.com"),
    user("adm", "administrator", "Ada", "Min", email="ada@example.com"),
]


def school_1_1() -> Files:
    return deepcopy(COMMON | {"users": USERS})


def school_1_2() -> Files:
    """The same school; roles in a file of their own, and a profile, which is not read into the database."""
    files = deepcopy(COMMON | {"users": USERS})
    files["roles"] = []
    for row in files["users"]:
        role = {"administrator": "siteAdministrator"}.get(row["role"], row["role"])
        cells = {"userSourcedId": row["sourcedId"], "roleType": "primary", "role": role, "orgSourcedId": "s1"}
        files["roles"].append({"sourcedId": f"r-{row['sourcedId']}", **cells, "beginDate": "", "endDate": ""})
        del row["role"], row["orgSourcedIds"]
    profile = {"userSourcedId": "ann", "profileType": "app", "vendorId": "v", "credentialType": "password"}
    files["userProfiles"] = [{"sourcedId": "p1", **profile, "username": "ann", "password": "secret"}]
    return files


def row_of(files: Files, file: str, source_id: str) -> Row:
    return next(row for row in files[file] if row["sourcedId"] == source_id)


def delta(rows: list[Row], status: str = "active") -> list[Row]:
    stamped = {"status": status, "dateLastModified": "2026-11-16T10:00:00.000Z"}
    return [row | {key: row.get(key) or value for key, value in stamped.items()} for row in rows]


def csv_text(rows: list[Row]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def manifest(version: str, modes: Mapping[str, str]) -> str:
    lines = ["propertyName,value", "manifest.version,1.0", f"oneroster.version,{version}"]
    return "\r\n".join([*lines, *(f"file.{name},{mode}" for name, mode in modes.items()), "source.systemName,Test"])


def write_bundle(
    folder: Path,
    files: Mapping[str, list[Row] | str | bytes],
    *,
    version: str = "1.1",
    mode: str = "bulk",
    **change: Any,
) -> Path:
    """A zip in the folder. `change`: modes (by file), prefix (a folder in the zip), raw (entries by full name)."""
    ours = ("schedule", "families")
    modes = {name: mode for name in files if name not in ours} | change.get("modes", {})
    path = folder / f"bundle-{len(list(folder.iterdir()))}.zip"
    prefix = change.get("prefix", "")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{prefix}manifest.csv", manifest(version, modes))
        for name, content in files.items():
            archive.writestr(f"{prefix}{name}.csv", csv_text(content) if isinstance(content, list) else content)
        for name, content in change.get("raw", {}).items():
            archive.writestr(name, content)
    return path


def places(report: Report) -> list[tuple[str, int, str, str, str]]:
    """Where the errors are: file, line, column, value, reason."""
    return [(p.file, p.line, p.column, p.value, p.reason) for p in report.errors]
