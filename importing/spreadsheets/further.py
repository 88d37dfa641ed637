"""What an export writes besides the files that an import reads: marks, tokens, the ledger, notes and more (R15.2)."""

from collections.abc import Mapping
from dataclasses import dataclass

from db import models
from importing.spreadsheets.sheets import SHEETS

NOTICE = """\
# A business of Rollbook as spreadsheets

The files in this folder are read back by

    python rollbook.py import csv FOLDER --organization NAME

Into the same organization, that changes nothing. Into an organization that was newly founded, it makes an equal
business: the catalogue, the people and the enrollments as they are now.

The files in the folder `further` are for other programs, and no import reads them. They hold what has happened, such as
marks, makeup tokens with their ledger, notes, absences and cancellations, and what held before a change
(`former_...`), and also settings and permission groups. Passwords, sign-ins, codes and other secrets are in no file.

A cell that a spreadsheet program could run as a formula, such as one that begins with =, has an apostrophe before it.
The import takes it off again.
"""
PEOPLE = "people"

OF_SHEETS: Mapping[str, str] = {
    **{sheet.table: sheet.file for sheet in SHEETS if sheet.table != "person"},
    "offering_session": "classes",
    "offering_instructor": "classes",
    "guardian_phone": "guardians",
}
"""Tables whose rows are in the files that an import reads."""

NOT_EXPORTED: Mapping[str, str] = {
    "access_epoch": "a counter",
    "account_link": "secrets",
    "background_task": "work of the server",
    "background_task_exception": "work of the server",
    "background_task_item": "work of the server",
    "background_task_lease": "work of the server",
    "carried_enrollment": "work of the server",
    "carried_offering": "work of the server",
    "email": "messages, which may hold links that let somebody in",
    "feed": "a counter",
    "feed_item": "a stream of what other tables hold",
    "feed_position": "a counter",
    "idempotency_key": "work of the server",
    "imported_enrollment": "what another source said",
    "imported_family": "what another source said",
    "imported_row": "what these files said",
    "person": "staff.csv and guardians.csv hold it",
    "recovery_code": "secrets",
    "second_factor": "secrets",
    "security_event": "the log of the operator",
    "sign_in": "secrets",
    "token_run": "work of the server",
}
"""Tables that are not exported, each with the reason."""

_SECRETS = {"check_in_code_number", "trace_parent", "organization_id"}


@dataclass(frozen=True)
class Further:
    """A table in a file of its own.

    columns -- each with the sheet whose rows it names, or with an empty text
    order -- the columns by which the rows are sorted
    """

    file: str
    columns: tuple[tuple[str, str], ...]
    order: tuple[str, ...]


def _further(name: str) -> Further:
    table = models.metadata.tables[name]
    targets = {
        key.parent.name: key.column.table.name
        for key in table.foreign_keys
        if key.parent.name != "organization_id" and key.column.name == "id"
    }
    columns = [column.name for column in table.columns if column.name not in _SECRETS]
    files = {**OF_SHEETS, "person": PEOPLE}
    named = tuple((column, files.get(targets.get(column, ""), "")) for column in columns)
    order = tuple(column.name for column in table.primary_key.columns if column.name != "organization_id")
    return Further(name, named, order)


FURTHER = tuple(
    _further(name) for name in sorted(models.metadata.tables) if name not in OF_SHEETS and name not in NOT_EXPORTED
)


def select_further(further: Further) -> str:
    """Return the statement that reads the table's rows of organization $1."""
    columns = ", ".join(f't."{column}"' for column, _ in further.columns)
    order = f" ORDER BY {', '.join(f't.{column}' for column in further.order)}" if further.order else ""
    return f"SELECT {columns} FROM {further.file} t WHERE t.organization_id = $1{order}"  # noqa: S608 - names of models
