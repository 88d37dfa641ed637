"""Templates of the files: their headers, a small example that can be loaded, and what each column means (R13.8)."""

import csv
import io
from collections.abc import Iterable, Mapping

from importing.spreadsheets.fields import Sheet
from importing.spreadsheets.sheets import FILES

_IDS = {
    "locations": "north",
    "closures": "",
    "programs": "swimming",
    "sessions": "autumn",
    "staff": "tea",
    "classes": "swim-1",
    "timeslots": "",
    "families": "archer",
    "guardians": "mia",
    "students": "ann",
    "enrollments": "",
}
_EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "staff": {"first_name": "Tea", "last_name": "Cher", "email": "tea@example.com"},
    "guardians": {"first_name": "Mia", "email": "mia@example.com"},
}
_INTRODUCTION = """\
# Plain spreadsheets for Rollbook

Fill in the files of this folder, and load it:

    python rollbook.py import csv FOLDER --organization NAME --dry-run
    python rollbook.py import csv FOLDER --organization NAME

Files and columns that you do not need can be left out. The folder `example` holds a small business that can be loaded.
Dates are written 2026-09-01 and times 16:30. A cell that names another row holds its id, or its name if that is plain.
"""


def templates() -> dict[str, str]:
    """Return the contents of the templates by path: empty files, an example of each, and an explanation."""
    found = {"README.md": _explained()}
    for file, sheet in FILES.items():
        header = ["id", *(one.name for one in sheet.fields)]
        example = [_IDS[file], *(_EXAMPLES.get(file, {}).get(one.name, one.example) for one in sheet.fields)]
        found[f"{file}.csv"] = _csv([header])
        found[f"example/{file}.csv"] = _csv([header, example])
    return found


def _csv(rows: Iterable[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _explained() -> str:
    return "\n".join([_INTRODUCTION, *(_table(sheet) for sheet in FILES.values())])


def _table(sheet: Sheet) -> str:
    lines = [
        f"## {sheet.file}.csv\n",
        "| column | required | content |",
        "| --- | --- | --- |",
        f"| `id` | {'' if sheet.id_is_optional else 'yes'} | {sheet.id_about} |",
        *(f"| `{one.name}` | {'yes' if one.required else ''} | {one.about} |" for one in sheet.fields),
    ]
    return "\n".join(lines) + "\n"
