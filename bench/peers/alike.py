"""Compares the answers of two servers by what they mean, whatever their ids and times look like."""

from base64 import urlsafe_b64decode
from datetime import datetime, timedelta
from typing import Any

_SOON = timedelta(minutes=2)


def difference(one: Any, other: Any, at: str = "data") -> str | None:
    """Return where the answers first differ, None when they mean the same."""
    if isinstance(one, dict) and isinstance(other, dict):
        if one.keys() != other.keys():
            return f"{at} has the fields {sorted(one)} and {sorted(other)}"
        pairs = [(one[name], other[name], f"{at}.{name}") for name in one]
    elif isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return f"{at} has {len(one)} and {len(other)} items"
        pairs = [(*both, f"{at}[{index}]") for index, both in enumerate(zip(one, other, strict=True))]
    else:
        return None if _same(one, other, at.rpartition(".")[2]) else f"{at} is {one!r} and {other!r}"
    return next((found for each in pairs if (found := difference(*each))), None)


def _same(one: Any, other: Any, name: str) -> bool:
    if one is None or other is None:
        return one is other
    if name == "id":
        return _key(one) == _key(other)
    if name in ("markedAt", "changedAt"):
        # Every server writes its own mark.
        return abs(datetime.fromisoformat(one) - datetime.fromisoformat(other)) < _SOON
    if name.endswith("At"):
        return datetime.fromisoformat(one) == datetime.fromisoformat(other)
    return bool(one == other)


def _key(value: str) -> str:
    """Return the key in an id. Rollbook's are base64url of `Type:key`, the peers' are the key."""
    if "-" in value and not value.startswith(("T2", "Um", "U3", "RW")):
        return value
    return urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode().partition(":")[2]
