"""Arguments that listings share."""

from enum import StrEnum
from typing import TypeVar

import strawberry

from attendance.rules.calendar.listings import MAX_DAYS
from gql.fields.pagination import DEFAULT_PAGE, LARGEST_PAGE
from gql.protocol.errors import BadInput

MOST_IDS = 100
MOST_SEARCH = 200
MOST_WORDS = 10

W = TypeVar("W", bound=StrEnum)

FIRST = strawberry.argument(
    description=f"How many from the start of the list, or after `after`: 1 to {LARGEST_PAGE}. {DEFAULT_PAGE} unless "
    "told."
)
AFTER = strawberry.argument(description="A cursor: what follows it is listed.")
LAST = strawberry.argument(
    description=f"How many from the end of the list, or before `before`: 1 to {LARGEST_PAGE}. Not together with "
    "`first`."
)
FROM = strawberry.argument(name="from", description="The first local date.")
TO = strawberry.argument(description=f"The last local date, inclusive; the range holds at most {MAX_DAYS} days.")
NOT_SCHEDULED = strawberry.argument(
    description="Whether dates are listed on which the offering is not scheduled to meet. Left out or null: they are, "
    "except in the Staff Portal."
)
BEFORE = strawberry.argument(description="A cursor: what precedes it is listed.")


def checked_search(search: str | None, argument: str) -> str | None:
    """Raises BadInput for a text that is too long to be looked for."""
    if search is not None and len(search) > MOST_SEARCH:
        raise BadInput(f'Argument "{argument}" has {len(search)} characters; at most {MOST_SEARCH} are allowed.')
    return search


def checked_words(words: list[W] | None, argument: str) -> list[W] | None:
    """Values of an enumeration. Raises BadInput for a list that is longer than any use of it."""
    if words is not None and len(words) > MOST_WORDS:
        raise BadInput(f'Argument "{argument}" has {len(words)} values; at most {MOST_WORDS} are allowed.')
    return words
