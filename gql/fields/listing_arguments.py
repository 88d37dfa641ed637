"""Arguments that several lists share."""

from enum import StrEnum
from typing import TypeVar

import strawberry

from attendance.rules.calendar.listings import MAX_DAYS
from gql.fields.pagination import DEFAULT_PAGE, LARGEST_PAGE
from gql.protocol.errors import BadInput
from gql.protocol.storable_text import is_storable

MOST_IDS = 100
MOST_SEARCH = 200
MOST_WORDS = 10

LETTERS_ALIKE = (
    "Upper and lower case, accents, and the kinds of spaces, apostrophes and hyphens make no difference, in any script."
)

W = TypeVar("W", bound=StrEnum)

FIRST = strawberry.argument(
    description=f"The maximum number of items from the start of the list, or after `after`: from 0 to {LARGEST_PAGE}. "
    f"{DEFAULT_PAGE} when neither `first` nor `last` is given."
)
AFTER = strawberry.argument(description="A cursor of this list. Only items after it are listed.")
LAST = strawberry.argument(
    description=f"The maximum number of items from the end of the list, or before `before`: from 0 to {LARGEST_PAGE}. "
    "It cannot be combined with `first`."
)
FROM = strawberry.argument(name="from", description="The first date of the range, in the location's time zone.")
TO = strawberry.argument(
    description="The last date of the range, inclusive, in the location's time zone. The range can have at most "
    f"{MAX_DAYS} days."
)
NOT_SCHEDULED = strawberry.argument(
    description="Whether to include dates that match the timeslot but on which the offering is not scheduled to meet. "
    "When left out or null, they are included, except in the Staff Portal."
)
BEFORE = strawberry.argument(description="A cursor of this list. Only items before it are listed.")


def checked_search(search: str | None, argument: str) -> str | None:
    """Return the search text, without characters that no stored text has. Raises BadInput when it is too long."""
    if search is not None and len(search) > MOST_SEARCH:
        raise BadInput(f'Argument "{argument}" has {len(search)} characters; at most {MOST_SEARCH} are allowed.')
    return None if search is None else "".join(filter(is_storable, search))


def checked_words(words: list[W] | None, argument: str) -> list[W] | None:
    """Return the values of an enumeration. Raises BadInput when the list is too long."""
    if words is not None and len(words) > MOST_WORDS:
        raise BadInput(f'Argument "{argument}" has {len(words)} values; at most {MOST_WORDS} are allowed.')
    return words
