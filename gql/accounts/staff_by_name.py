"""Pages of staff members, by name."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar
from uuid import UUID

from db.accounts.staff import StaffRow
from db.names import search_key, sort_key
from gql.fields.pagination import Connection, Cursors, Page, first_page

Node = TypeVar("Node")

STAFF_CURSORS = Cursors("staff by name", (str, UUID))


def is_found(row: StaffRow, wanted: str | None, *others: str) -> bool:
    """Return whether the name, first or last name first, or one of the other texts contains what is searched.

    wanted -- as `searched` returns it; None finds everybody
    """
    names = (f"{row.first_name} {row.last_name}", f"{row.last_name}, {row.first_name}")
    return wanted is None or wanted in search_key(*names, *others)


def from_page_on(rows: Iterable[StaffRow], page: Page) -> list[StaffRow]:
    """Return the rows of the page, by last name, then by first name, and one more when the list goes on."""
    # A business has some hundred staff members in all of its years, so they are sorted here.
    found = sorted((row for row in rows if page.after is None or _key(row) > page.after), key=_key)
    return found[: page.size + 1]


def staff_page(found: Sequence[StaffRow], page: Page, node: Callable[[StaffRow], Node]) -> Connection[Node]:
    """Return the page in the form in which it is sent.

    found -- what `from_page_on` returned
    """
    return first_page(found, page, node=node, cursor=lambda row: STAFF_CURSORS.encode(*_key(row)))


def _key(row: StaffRow) -> tuple[str, UUID]:
    return sort_key(row.last_name, row.first_name), row.id
