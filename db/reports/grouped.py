"""What reports by group share: a page of groups in order, and the totals of all groups (R15.1)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Row

from db.reports.details import Details, class_details, instructor_details, student_details

Counts = TypeVar("Counts")

PAGE = """
    SELECT grouped.* FROM grouped
    WHERE CAST(:after_place AS text) IS NULL
       OR (grouped.sorted_by, grouped.key) > (CAST(:after_place AS text) COLLATE "C", CAST(:after_key AS text))
    ORDER BY grouped.sorted_by, grouped.key
    LIMIT :limit
"""
"""The rows of the table `grouped` after a position, by its columns `sorted_by` and `key`."""


def totals_and_page(details: str = "") -> str:
    """Return the only row of the table `total`, once for each row of the table `page`, and once when that has none.

    details -- the join of a table `about`, with more columns about the subject of each row.
    """
    return f"""
SELECT total.*, page.*{", about.*" if details else ""}
FROM total
LEFT JOIN page ON true
{details}
ORDER BY page.sorted_by, page.key
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class ReportRow(Generic[Counts]):
    """A group with what was counted in it.

    key -- the id of the object that the group is about, or another text that identifies the group; empty when the group
    is about no object.
    place -- rows are ordered by it, and then by key.
    details -- what tells classes, students or instructors of one name apart; None for other groups.
    """

    key: str
    place: str
    name: str
    counts: Counts
    details: Details | None = None


@dataclass(frozen=True, slots=True)
class ReportPage(Generic[Counts]):
    totals: Counts
    rows: tuple[ReportRow[Counts], ...]


def position(after: tuple[str, str] | None, limit: int) -> dict[str, object]:
    """Return the parameters of PAGE. `after` is the place and the key of a row."""
    return {"after_place": after and after[0], "after_key": after and after[1], "limit": limit}


def page_of(rows: Sequence[Any], counts: Callable[[Row[Any], str], Counts]) -> ReportPage[Counts]:
    """Return what `totals_and_page` has found.

    counts -- returns the counts of a row from the columns that begin with a prefix, which is "all_" for the totals and
    "" for a group
    """
    found = tuple(
        ReportRow(row.key, row.sorted_by, row.name, counts(row, ""), _details(row))
        for row in rows
        if row.key is not None
    )
    return ReportPage(counts(rows[0], "all_"), found)


def _details(row: Row[Any]) -> Details | None:
    if hasattr(row, "meetings"):
        return class_details(row)
    if hasattr(row, "class_names"):
        return instructor_details(row)
    return student_details(row) if hasattr(row, "family_name") else None
