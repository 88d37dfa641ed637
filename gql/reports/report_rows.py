"""The rows of a report that counts by group, as a connection."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

import strawberry

from db.reports.grouped import ReportPage, ReportRow
from gql.fields.global_ids import encode_id
from gql.fields.pagination import Connection, Cursors, Page, first_page

Counts = TypeVar("Counts")
Node = TypeVar("Node")

ROW_CURSOR = (str, str)
"""The types of a cursor: what a row is ordered by, and its key."""


def show_rows(
    found: ReportPage[Counts], page: Page, cursors: Cursors, show: Callable[[ReportRow[Counts]], Node]
) -> Connection[Node]:
    """Return the rows of the page. `found` has one more when others follow."""
    return first_page(
        found.rows,
        page,
        node=show,
        cursor=lambda row: cursors.encode(row.place, row.key),
    )


def subject_id(type_name: str | None, row: ReportRow[Counts]) -> strawberry.ID | None:
    """Return the global id of the object that the row is about, or None when it is about no object."""
    return encode_id(type_name, UUID(row.key)) if type_name and row.key else None
