"""Facts that are made by the thousand, for each row of each roll sheet."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def quickly_made(made: type[T]) -> type[T]:
    """Make a dataclass that nobody may change. Type checkers enforce it, and the running program does not: making an
    object would take four times as long.
    """
    return dataclass(slots=True, unsafe_hash=True)(made)
