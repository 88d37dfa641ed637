"""What a file that is imported looks like: its columns, and the type of each cell."""

from dataclasses import dataclass
from enum import StrEnum

# "inactive" is what OneRoster 1.0 called "tobedeleted".
DELETED = frozenset({"tobedeleted", "inactive"})


class Content(StrEnum):
    """The type of a cell's value. TEXT is one line, as names are; LINES may have several."""

    TEXT = "text"
    LINES = "lines"
    DATE = "date"
    FLAG = "flag"
    LIST = "list"
    ANY = "any"
    TIME = "time"
    COUNT = "count"
    WEEKDAY = "weekday"
    AMOUNT = "amount"
    ZONE = "zone"
    EMAIL = "email"
    INSTANT = "instant"


@dataclass(frozen=True)
class Column:
    """A column. `one_of` restricts its values; with `is_open`, exporters may add values that begin with ext:.

    `refers_to` names the file whose ids the column contains. A dangling reference is an error if Rollbook needs
    the reference, and only a warning if it `is_hint`, or if the bundle may come without that file (`may_lack_file`).
    """

    name: str
    required: bool = False
    content: Content = Content.TEXT
    one_of: frozenset[str] = frozenset()
    is_open: bool = False
    refers_to: str = ""
    is_hint: bool = False
    may_lack_file: bool = False


@dataclass(frozen=True)
class FileSpecification:
    """A file with its columns. `id_column` names the one that identifies a row; "" when rows have no id.

    has_status -- a row can say that it is to be deleted, as in OneRoster
    is_escaped -- a leading apostrophe protects a cell from spreadsheet programs (see `cells.unescaped`)
    """

    name: str
    columns: tuple[Column, ...]
    id_column: str = "sourcedId"
    has_status: bool = True
    is_escaped: bool = False

    @property
    def file_name(self) -> str:
        return f"{self.name}.csv"

    @property
    def has_id(self) -> bool:
        return self.id_column != ""
