"""What a file of plain columns looks like: its fields, and the table that holds them (R13.8)."""

from dataclasses import dataclass, field
from typing import Any

from importing.columns import Column, Content, FileSpecification


@dataclass(frozen=True)
class Field:
    """A column of a file and the column of the table that holds it.

    column -- of the table; "" when it is kept elsewhere, such as the sessions of a class
    about -- what it means, for templates and documentation
    example -- a cell of the template
    empty -- what an empty cell stands for in a new row
    refers_to -- the sheet whose rows the cell names, by id or by name
    is_once -- it is written only to new rows
    """

    name: str
    column: str
    about: str
    example: str = ""
    content: Content = Content.TEXT
    required: bool = False
    one_of: frozenset[str] = frozenset()
    refers_to: str = ""
    empty: Any = None
    is_once: bool = False

    @property
    def is_list(self) -> bool:
        return self.content is Content.LIST

    @property
    def is_kept(self) -> bool:
        """Whether the database holds the field, in the table or elsewhere. Other fields only help to read the file."""
        return bool(self.column) or self.is_list or self.name == "active"

    @property
    def specified(self) -> Column:
        return Column(self.name, self.required, self.content, self.one_of)


@dataclass(frozen=True)
class Sheet:
    """A file, the table of its rows, and how reports call them.

    title -- the fields that name a row to people, and by which other files may refer to it
    ends -- the column that is set when a row ends; "" when rows are deleted instead
    id_is_optional -- a row without an id is recognized by the fields of `made_of`
    matches -- a new line with an equal value of this field is about the row that the office made
    fixed -- columns with the same value in each row of the table
    """

    file: str
    table: str
    thing: str
    fields: tuple[Field, ...]
    title: tuple[str, ...] = ("name",)
    ends: str = "deleted_at"
    id_is_optional: bool = False
    made_of: tuple[str, ...] = ()
    matches: str = ""
    fixed: dict[str, Any] = field(default_factory=dict)

    @property
    def id_about(self) -> str:
        if self.id_is_optional:
            return f"your own key; without it a row is recognized by {', '.join(self.made_of)}"
        return "your own key, which other files name"

    @property
    def specification(self) -> FileSpecification:
        columns = (Column("id", required=not self.id_is_optional), *(one.specified for one in self.fields))
        return FileSpecification(self.file, columns, id_column="id", has_status=False, is_escaped=True)

    @property
    def stored(self) -> tuple[Field, ...]:
        return tuple(one for one in self.fields if one.column)

    def named(self, name: str) -> Field:
        return next(one for one in self.fields if one.name == name)


def text_field(name: str, about: str, example: str = "", *, required: bool = False, column: str | None = None) -> Field:
    """Return a field of text. Its column has the same name unless another one is given."""
    return Field(name, name if column is None else column, about, example, required=required)


def date_field(name: str, about: str, example: str = "", *, required: bool = False, column: str | None = None) -> Field:
    """Return a field of a civil date. Its column has the same name unless another one is given."""
    return Field(name, name if column is None else column, about, example, Content.DATE, required)
