"""Writes rows as CSV (RFC 4180) for spreadsheets."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, time
from io import StringIO
from typing import TypeAlias

Cell: TypeAlias = str | int | float | bool | date | time | None

BYTE_ORDER_MARK = "\ufeff"
"""The first character of a file, by which spreadsheets recognize UTF-8."""

# A spreadsheet executes a cell that begins with one of these as a formula, and names come from outside.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_text(rows: Iterable[Sequence[Cell]]) -> str:
    """Return the rows as lines. A text that a spreadsheet would execute gets an apostrophe in front."""
    written = StringIO()
    csv.writer(written).writerows([_shown(cell) for cell in row] for row in rows)
    return written.getvalue()


def _shown(cell: Cell) -> str:
    match cell:
        case None:
            shown = ""
        case bool():
            shown = "yes" if cell else "no"
        case float():
            shown = f"{cell:.4f}"
        case time():
            shown = f"{cell:%H:%M}"
        case str() if cell.startswith(_FORMULA):
            shown = f"'{cell}"
        case _:
            shown = str(cell)
    return shown
