"""Makes plain spreadsheets: a small swim school as rows, changed by each test and written to a folder."""

import csv
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path

Row = dict[str, str]
Files = dict[str, list[Row]]

_SCHOOL: Files = {
    "locations": [{"id": "north", "name": "North", "time_zone": "America/Chicago"}],
    "closures": [
        {"calendar": "holidays", "calendar_name": "Holidays", "starts_on": "2026-12-24", "ends_on": "2027-01-02"},
    ],
    "programs": [{"id": "swimming", "name": "Swimming", "calendar": "holidays"}],
    "sessions": [{"id": "autumn", "name": "Autumn", "starts_on": "2026-09-01", "ends_on": "2027-06-18"}],
    "staff": [
        {
            "id": "tea",
            "first_name": "Tea",
            "last_name": "Cher",
            "email": "tea@example.com",
            "permissions": "STAFF_ATTENDANCE_FULL,SEE_REPORTS",
        }
    ],
    "classes": [
        {
            "id": "swim-1",
            "name": "Swim 1",
            "kind": "class",
            "location": "North",
            "program": "swimming",
            "sessions": "autumn",
            "instructors": "Tea Cher",
            "capacity": "8",
            "min_age_months": "60",
            "room": "Pool 1",
        },
        {"id": "camp", "name": "Camp", "kind": "CAMP", "location": "north", "program": "Swimming"},
    ],
    "timeslots": [
        {"id": "", "class": "swim-1", "weekday": "Monday", "start_time": "16:30", "minutes": "45"},
        {"id": "thu", "class": "swim-1", "weekday": "4", "start_time": "16:30", "minutes": "45", "room": "Pool 2"},
        {
            "id": "week",
            "class": "camp",
            "starts_on": "2027-07-05",
            "ends_on": "2027-07-09",
            "start_time": "9:00",
            "minutes": "180",
        },
    ],
    "families": [
        {"id": "archer", "name": "Archer", "email": "archers@example.com", "phone": "+1 512 555 0100"},
        {"id": "cole", "name": "Cole", "balance": "-15"},
    ],
    "guardians": [
        {
            "id": "mia",
            "family": "archer",
            "first_name": "Mia",
            "last_name": "Archer",
            "email": "mia@example.com",
            "phones": "+1 512 555 0101, +1 512 555 0102",
        }
    ],
    "students": [
        {"id": "ann", "family": "archer", "first_name": "Ann", "last_name": "Archer", "birth_on": "2019-05-04"},
        {"id": "ben", "family": "Archer", "first_name": "Ben", "last_name": "Archer", "medical_alert": "Asthma"},
        {"id": "cid", "family": "cole", "first_name": "Cid", "last_name": "Cole"},
    ],
    "enrollments": [
        {"student": "ann", "class": "swim-1", "starts_on": "2026-09-07"},
        {"student": "ben", "class": "swim-1", "type": "waitlist", "joined_at": "2026-10-01T12:00:00Z"},
        {"student": "Cid Cole", "class": "Swim 1", "ends_on": "2027-01-31", "timeslot": "thu"},
        {"id": "e4", "student": "cid", "class": "camp"},
    ],
}


def swim_school() -> Files:
    return deepcopy(_SCHOOL)


def write_folder(folder: Path, files: Mapping[str, list[Row] | str]) -> Path:
    """Write the files to a new folder in this one, and return it."""
    path = folder / f"sheets-{len(list(folder.iterdir()))}"
    path.mkdir()
    for name, content in files.items():
        if isinstance(content, str):
            (path / f"{name}.csv").write_text(content, encoding="utf-8", newline="")
            continue
        names = list(dict.fromkeys(name for row in content for name in row))
        with (path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, restval="")
            writer.writeheader()
            writer.writerows(content)
    return path


def row_of(files: Files, file: str, key: str) -> Row:
    return next(row for row in files[file] if row["id"] == key)
