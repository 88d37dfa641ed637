"""Objects of the schema whose attributes are made when they are first read.

A roll sheet has hundreds of objects, and a document selects a part of their fields.
"""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

T = TypeVar("T")


class Later:
    """A type of the schema with attributes that are made later.

    made_later -- for the name of each such attribute, the function that makes its value from the object. Compiled
        documents call it directly (gql/protocol/completions.py).
    """

    made_later: ClassVar[dict[str, Callable[[Any], Any]]]

    def __getattr__(self, name: str) -> Any:
        make = type(self).made_later.get(name)
        if make is None:
            raise AttributeError(name)
        value = self.__dict__[name] = make(self)
        return value


def with_later(made: type[T], **known: Any) -> T:
    """Return an object of the type with these attributes. The others are in its `made_later`."""
    shown = object.__new__(made)
    shown.__dict__ = known
    return shown
