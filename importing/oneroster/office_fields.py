"""Keeps what the office edited of students and guardians, whatever the source says (R13.9)."""

from collections.abc import Sequence
from typing import Any

from importing.csv_rows import Record
from importing.oneroster.known import KnownPerson, KnownStudent
from importing.report import Report

TITLES = {
    "first_name": ("givenName", "given name"),
    "last_name": ("familyName", "family name"),
    "email": ("email", "e-mail address"),
    "birth_on": ("birthDate", "birth date"),
    "gender": ("sex", "sex"),
    "ended_at": ("enabledUser", "access"),
}


def keep_edited(
    there: KnownStudent | KnownPerson | None,
    columns: Sequence[str],
    said: Sequence[Any],
    place: tuple[str, Record],
    report: Report,
) -> tuple[Any, ...]:
    """Return what is written to the columns: what the source says, and where the office edited, what there is. Each
    difference is told by name.

    place -- the file and the row that says it
    """
    if there is None or not there.office_fields:
        return tuple(said)
    written = []
    for column, new in zip(columns, said, strict=True):
        value = getattr(there, column)
        if column not in there.office_fields or _is_same(value, new):
            written.append(new if column not in there.office_fields else value)
            continue
        written.append(value)
        cell, title = TITLES[column]
        reason = f"{there.name}: the source has another {title} than the office, whose stays"
        report.warn(place[0], place[1].line, cell, "" if new is None else str(new), reason)
    return tuple(written)


def _is_same(value: Any, new: Any) -> bool:
    is_moment = hasattr(value, "hour") or hasattr(new, "hour")
    return (value is None) == (new is None) if is_moment else value == new
