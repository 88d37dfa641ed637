"""Checks whether the database can store a text: PostgreSQL refuses U+0000, and UTF-8 has no lone surrogates."""

import re
from typing import Any

from gql.protocol.errors import BadInput

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_MAX_NESTING = 32


def is_storable(text: str) -> bool:
    """Return False for text with U+0000 or a lone surrogate, which PostgreSQL cannot store."""
    return _UNSTORABLE.search(text) is None


def refuse_deep_nesting(value: Any, name: str, nesting: int = 0) -> None:
    """Refuse a JSON value of a request that is nested too deep to be walked through. Raises BadInput."""
    if nesting > _MAX_NESTING:
        raise BadInput(f"{name} is nested deeper than {_MAX_NESTING} levels.")
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            refuse_deep_nesting(item, name, nesting + 1)


def refuse_unstorable_text(value: Any, path: str) -> None:
    """Walk a JSON value, which is not nested deep, and refuse text that PostgreSQL cannot store. Raises BadInput.

    path -- names the value in the message, for example `variables.input`
    """
    if isinstance(value, str):
        if not is_storable(value):
            raise BadInput(f"{path} contains a character that cannot be stored (U+0000 or half a surrogate pair).")
    elif isinstance(value, dict):
        for key, item in value.items():
            refuse_unstorable_text(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            refuse_unstorable_text(item, f"{path}.{index}")
