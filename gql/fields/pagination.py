"""Relay connections with keyset cursors.

A cursor holds the sort values of its row, so a page is found by comparison, whatever was inserted before it. Cursors
are opaque to clients. They contain nothing that the row itself does not show, so they are checked when they come back,
but not signed.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
import strawberry

from gql.protocol.errors import BadInput
from gql.protocol.storable_text import is_storable

T = TypeVar("T")
Node = TypeVar("Node")
Row = TypeVar("Row")

DEFAULT_PAGE = 50
LARGEST_PAGE = 100
_LONGEST_CURSOR = 2000


@strawberry.type(description="The position of a page within its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(
        description="Whether there are items after this page. For a page that was requested with `last`, it only says "
        "whether `before` was given."
    )
    has_previous_page: bool = strawberry.field(
        description="Whether there are items before this page. For a page that was requested without `last`, it only "
        "says whether `after` was given."
    )
    start_cursor: str | None = strawberry.field(
        description="The cursor of the first item, for use as `before`. Null when the page is empty."
    )
    end_cursor: str | None = strawberry.field(
        description="The cursor of the last item, for use as `after`. Null when the page is empty."
    )


@strawberry.type(description="An item of a list together with its cursor.")
class Edge(Generic[Node]):
    node: Node = strawberry.field(description="The item.")
    cursor: str = strawberry.field(description="The opaque cursor of the item, for use as `after` or `before`.")


@strawberry.type(description="One page of a list.")
class Connection(Generic[Node]):
    edges: list[Edge[Node]] = strawberry.field(description="The items of the page with their cursors.")
    nodes: list[Node] = strawberry.field(description="The items of the page without cursors.")
    page_info: PageInfo = strawberry.field(description="The position of the page within the list.")


@dataclass(frozen=True, slots=True)
class Cursors:
    """The cursors of one list.

    name -- makes cursors of other lists invalid here.
    types -- the types of the sort values: datetime, date, UUID, str or int.
    """

    name: str
    types: tuple[type, ...]

    def encode(self, *values: Any) -> str:
        if len(values) != len(self.types) or not all(map(isinstance, values, self.types)):
            raise TypeError(f"a cursor of {self.name} holds {self.types}")
        # orjson knows uuid.UUID, but not asyncpg's subclass of it.
        return urlsafe_b64encode(orjson.dumps([self.name, *values], default=str)).decode().rstrip("=")

    def decode(self, cursor: str, argument: str) -> tuple[Any, ...]:
        """Return the sort values. Raises BadInput for anything that is not a cursor of this list."""
        try:
            if len(cursor) > _LONGEST_CURSOR:
                raise ValueError
            name, *texts = orjson.loads(urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
            if name != self.name:
                raise ValueError
            return tuple(_read(kind, text) for kind, text in zip(self.types, texts, strict=True))
        except (ValueError, TypeError, OverflowError):
            raise BadInput(
                f'Argument "{argument}" is not a cursor of this list. Send a cursor exactly as this list returned it.'
            ) from None


@dataclass(frozen=True, slots=True)
class Page:
    """The page that a client asks for: `size` rows between two positions, counted from the end when `backwards` is
    true.
    """

    size: int
    after: tuple[Any, ...] | None
    before: tuple[Any, ...] | None
    backwards: bool


def read_page(
    cursors: Cursors,
    *,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Page:
    """Return the page that the Relay arguments ask for, by default of 50 rows. A page of 0 rows only says
    whether there are any. Raises BadInput.
    """
    if first is not None and last is not None:
        raise BadInput('Give "first" or "last", not both.')
    for name, size in (("first", first), ("last", last)):
        if size is not None and not 0 <= size <= LARGEST_PAGE:
            raise BadInput(f'Argument "{name}" is {size}; it must be from 0 to {LARGEST_PAGE}.')
    given = last if first is None else first
    return Page(
        DEFAULT_PAGE if given is None else given,
        None if after is None else cursors.decode(after, "after"),
        None if before is None else cursors.decode(before, "before"),
        backwards=last is not None,
    )


def first_page(
    found: Sequence[Row], page: Page, *, node: Callable[[Row], Node], cursor: Callable[[Row], str]
) -> Connection[Node]:
    """Return a page that is read forwards.

    found -- the rows in the list's order, of which there is one more than the page has when the list goes on.
    """
    return connection(found[: page.size], page, has_more=len(found) > page.size, node=node, cursor=cursor)


def connection(
    rows: Iterable[Row],
    page: Page,
    *,
    has_more: bool,
    node: Callable[[Row], Node],
    cursor: Callable[[Row], str],
) -> Connection[Node]:
    """Return a page in the form in which it is sent.

    rows -- the rows in the list's order.
    has_more -- whether the list continues beyond the page, in the direction in which it is read.
    """
    edges = [Edge(node=node(row), cursor=cursor(row)) for row in rows]
    return Connection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=PageInfo(
            has_next_page=page.before is not None if page.backwards else has_more,
            has_previous_page=has_more if page.backwards else page.after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
    )


def _read(kind: type, value: Any) -> Any:
    if kind is int and type(value) is int:
        return value
    if not isinstance(value, str) or kind is int:
        raise ValueError
    if kind is str:
        if not is_storable(value):
            raise ValueError
        return value
    if kind is UUID:
        return UUID(value)
    if kind is date:
        return date.fromisoformat(value)
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError
    return at.astimezone(UTC)
