"""Pages of staff members, by name."""

from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from db.accounts.staff import StaffRow
from gql.fields.pagination import Connection, Cursors, Page, first_page

Node = TypeVar("Node")

STAFF_CURSORS = Cursors("staff by name", (str, UUID))


def staff_page(found: Sequence[StaffRow], page: Page, node: Callable[[StaffRow], Node]) -> Connection[Node]:
    """Return the page in the form in which it is sent.

    found -- the rows of the page, and one more when the list goes on
    """
    return first_page(found, page, node=node, cursor=lambda row: STAFF_CURSORS.encode(row.sort_key, row.id))
