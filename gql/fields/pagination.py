"""Relay connections over keyset cursors.

A cursor holds the sort values of its row, so a page is found by comparison whatever was inserted before
it. Cursors are opaque to clients and carry nothing that the row itself does not show; they are checked
when they come back, not signed.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
import strawberry
from strawberry import UNSET

from gql.protocol.errors import BadInput
from gql.protocol.storable_text import is_storable

T = TypeVar("T")
Node = TypeVar("Node")
Row = TypeVar("Row")

DEFAULT_PAGE = 50
LARGEST_PAGE = 100
_LONGEST_CURSOR = 2000


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether the list goes on after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there is something before this page.")
    start_cursor: str | None = strawberry.field(
        description="The cursor of the first edge, for `before`. Null when the page is empty."
    )
    end_cursor: str | None = strawberry.field(
        description="The cursor of the last edge, for `after`. Null when the page is empty."
    )


@strawberry.type(description="One place in a list.")
class Edge(Generic[Node]):
    node: Node = strawberry.field(description="What is at this place.")
    cursor: str = strawberry.field(description="Marks this place, for `after` and `before`. Opaque.")


@strawberry.type(description="One page of a list.")
class Connection(Generic[Node]):
    edges: list[Edge[Node]] = strawberry.field(description="The page with a cursor for each place.")
    nodes: list[Node] = strawberry.field(description="The page without cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page lies in the list.")


@dataclass(frozen=True, slots=True)
class Cursors:
    """The cursors of one list. `name` keeps those of other lists out; `types` are its sort values'.

    A type may be datetime, date, UUID, str or int.
    """

    name: str
    types: tuple[type, ...]

    def encode(self, *values: Any) -> str:
        if len(values) != len(self.types) or not all(map(isinstance, values, self.types)):
            raise TypeError(f"a cursor of {self.name} holds {self.types}")
        # orjson knows uuid.UUID, not asyncpg's own kind of it.
        return urlsafe_b64encode(orjson.dumps([self.name, *values], default=str)).decode().rstrip("=")

    def decode(self, cursor: str, argument: str) -> tuple[Any, ...]:
        """The sort values. Raises BadInput for anything but a cursor of this list."""
        try:
            if len(cursor) > _LONGEST_CURSOR:
                raise ValueError
            name, *texts = orjson.loads(urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
            if name != self.name:
                raise ValueError
            return tuple(_read(kind, text) for kind, text in zip(self.types, texts, strict=True))
        except (ValueError, TypeError, OverflowError):
            sentence = f'Argument "{argument}" is not a cursor of this list: send a cursor as it was given by it.'
            raise BadInput(sentence) from None


@dataclass(frozen=True, slots=True)
class Page:
    """What a client asks of a list: `size` rows after and before two positions, from the end if `backwards`."""

    size: int
    after: tuple[Any, ...] | None
    before: tuple[Any, ...] | None
    backwards: bool


def read_page(
    cursors: Cursors,
    *,
    first: int | None = UNSET,
    after: str | None = UNSET,
    last: int | None = UNSET,
    before: str | None = UNSET,
) -> Page:
    """The page that the Relay arguments ask for; 50 rows unless they say. Raises BadInput.

    Arguments that default to UNSET, so that the schema prints no `= null`, count as null.
    """
    first, last = (None if it is UNSET else it for it in (first, last))
    after, before = (None if it is UNSET else it for it in (after, before))
    if first is not None and last is not None:
        raise BadInput('Give "first" or "last", not both.')
    for name, size in (("first", first), ("last", last)):
        if size is not None and not 1 <= size <= LARGEST_PAGE:
            raise BadInput(f'Argument "{name}" is {size}; it must be from 1 to {LARGEST_PAGE}.')
    return Page(
        first or last or DEFAULT_PAGE,
        None if after is None else cursors.decode(after, "after"),
        None if before is None else cursors.decode(before, "before"),
        backwards=last is not None,
    )


def connection(
    rows: Iterable[Row],
    page: Page,
    *,
    has_more: bool,
    node: Callable[[Row], Node],
    cursor: Callable[[Row], str],
) -> Connection[Node]:
    """A page as it is answered. `rows` are in the list's order; `has_more`: others lie beyond the far end."""
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
