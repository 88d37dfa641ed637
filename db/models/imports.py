"""What imported spreadsheets contained for each row."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models.table import Table, of_organization


class ImportedRow(Table):
    """A row of a spreadsheet, by its file and the key of its source, and the row of the database that it is about.

    row_id -- the id in the table of that file
    said -- a digest of each cell when an import last applied it. It shows whether the source or the office has changed
    a value since (R13.9)
    is_ours -- an import made the row, so that it ends when the source no longer has it
    """

    __tablename__ = "imported_row"
    __table_args__ = (of_organization(), Index("imported_row_row_ix", "organization_id", "row_id"))

    file: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    row_id: Mapped[UUID]
    said: Mapped[dict[str, Any]]
    is_ours: Mapped[bool]
