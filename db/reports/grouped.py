"""What reports by group share: a page of groups in order, and the totals of all groups (R15.1)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Row

Counts = TypeVar("Counts")

PAGE = """
    SELECT grouped.* FROM grouped
    WHERE CAST(:after_place AS text) IS NULL
       OR (grouped.sorted_by, grouped.key) > (CAST(:after_place AS text) COLLATE "C", CAST(:after_key AS text))
    ORDER BY grouped.sorted_by, grouped.key
    LIMIT :limit
"""
"""The rows of the table `grouped` after a position, by its columns `sorted_by` and `key`."""

TOTALS_AND_PAGE = """
SELECT total.*, page.*
FROM total
LEFT JOIN page ON true
ORDER BY page.sorted_by, page.key
"""
"""The only row of the table `total`, once for each row of the table `page`, and once when that has none."""


@dataclass(frozen=True, slots=True)
class ReportRow(Generic[Counts]):
    """A group with what was counted in it.

    key -- the id of the object that the group is about, or another text that identifies the group; empty when the group
    is about no object.
    place -- rows are ordered by it, and then by key.
    """

    key: str
    place: str
    name: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class ReportPage(Generic[Counts]):
    totals: Counts
    rows: tuple[ReportRow[Counts], ...]


def position(after: tuple[str, str] | None, limit: int) -> dict[str, object]:
    """Return the parameters of PAGE. `after` is the place and the key of a row."""
    return {"after_place": after and after[0], "after_key": after and after[1], "limit": limit}


def page_of(rows: Sequence[Any], counts: Callable[[Row[Any], str], Counts]) -> ReportPage[Counts]:
    """Return what TOTALS_AND_PAGE has found.

    counts -- returns the counts of a row from the columns that begin with a prefix, which is "all_" for the totals and
    "" for a group
    """
    found = tuple(ReportRow(row.key, row.sorted_by, row.name, counts(row, "")) for row in rows if row.key is not None)
    return ReportPage(counts(rows[0], "all_"), found)
