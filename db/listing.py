"""Converts the arguments of a listing to parameters of its statement; None means any."""

from collections.abc import Collection
from typing import Any


def values(chosen: Collection[Any] | None) -> list[Any] | None:
    return list(chosen) if chosen else None
