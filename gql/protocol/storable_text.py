"""Checks whether the database can store a text: PostgreSQL refuses U+0000, and UTF-8 has no lone surrogates."""

import re
from typing import Any

from gql.protocol.errors import BadInput

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_MAX_NESTING = 32


def is_storable(text: str) -> bool:
    """Return False for text with U+0000 or a lone surrogate, which PostgreSQL cannot store."""
    return _UNSTORABLE.search(text) is None


def refuse_unstorable_text(value: Any, path: str, nesting: int = 0) -> None:
    """Walk a JSON value of a request, and refuse text that PostgreSQL cannot store, and too deep nesting. Raises
    BadInput.

    path -- names the value in the message, for example `variables`
    """
    if nesting > _MAX_NESTING:
        raise BadInput(f"{path.split('.', maxsplit=1)[0]} is nested deeper than {_MAX_NESTING} levels.")
    if isinstance(value, str):
        if not is_storable(value):
            raise BadInput(f"{path} contains a character that cannot be stored (U+0000 or half a surrogate pair).")
    elif isinstance(value, dict):
        for key, item in value.items():
            refuse_unstorable_text(key, path, nesting)
            refuse_unstorable_text(item, f"{path}.{key}", nesting + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            refuse_unstorable_text(item, f"{path}.{index}", nesting + 1)
