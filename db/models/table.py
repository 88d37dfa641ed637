"""What all tables share: the tenant's key, vocabulary columns with a CHECK, and foreign keys that include the
tenant.
"""

from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Date, DateTime, Enum, ForeignKeyConstraint, MetaData, Numeric, Text, Time, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

TRACE_PARENT = text("NULLIF(current_setting('rollbook.trace_parent'::text, true), ''::text)")
"""The default of a column that keeps the span which caused the row, as a W3C `traceparent`. Null: traces were off."""


def _link(constraint: Any, _: Any) -> str:
    return "_".join(constraint.column_keys[1:]) or "organization"


NAMES: dict[Any, Any] = {
    "link": _link,
    "pk": "%(table_name)s_pk",
    "fk": "%(table_name)s_%(link)s_fk",
    "ck": "%(table_name)s_%(constraint_name)s",
}


# The mark of a column that says something about a person: names, medical text, notes, comments, addresses, numbers and
# what is made of them. Its values stand in no log, trace or figure (R16.4). A test classes every column of text.
SENSITIVE = {"sensitive": True}


class Table(DeclarativeBase):
    """A table of rows that belong to one organization. Its primary key begins with the organization's id."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads a plain dict here
        str: Text,
        datetime: DateTime(timezone=True),
        date: Date,
        time: Time,
        UUID: Uuid,
        Decimal: Numeric(12, 2),
        dict[str, Any]: JSONB,
    }

    organization_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-10)


class Entity(Table):
    """A table whose rows have an id of their own."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-9)


class OfOccurrence(Table):
    """A table about an occurrence, which is identified by its timeslot and its local date (R2.1)."""

    __abstract__ = True

    timeslot_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-8)
    held_on: Mapped[date] = mapped_column(primary_key=True, sort_order=-7)


def one_of(vocabulary: type[StrEnum], name: str | None = None) -> Enum:
    """Return a text type with a CHECK. A native enumeration could not lose a value, and costs a look-up per
    connection.

    name -- of the CHECK, for a table that has two columns of one vocabulary
    """
    if name is None:
        name = "".join(f"_{c.lower()}" if c.isupper() else c for c in vocabulary.__name__).lstrip("_")
    return Enum(vocabulary, name=name, native_enum=False, create_constraint=True, length=32)


def of(target: str, *columns: str, key: tuple[str, ...] = ("id",), deferred: bool = False) -> ForeignKeyConstraint:
    """Return a foreign key to `target` that includes the tenant, so that rows of two tenants can never be linked."""
    return ForeignKeyConstraint(
        ["organization_id", *columns],
        [f"{target}.organization_id", *(f"{target}.{column}" for column in key)],
        deferrable=deferred or None,
        initially="DEFERRED" if deferred else None,
    )


def of_organization() -> ForeignKeyConstraint:
    """Return a foreign key to the organization, for tables that no other foreign key ties to their tenant."""
    return ForeignKeyConstraint(["organization_id"], ["organization.organization_id"])
