"""Attributes of objects that are made when they are first read, and objects that a compiled document need not make."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Of:
    """An attribute that a function makes of values which are found at these paths from the object.

    A path is the names of attributes, separated by points, such as "row.student.id".
    """

    function: Callable[..., Any]
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """An attribute that is an object of another class, which follows from a few private attributes of its own.

    A compiled document does not make the object where it can read everything from the paths.

    class_ -- the class, whose other attributes are in its `made_later`
    paths -- where its private attributes are found. The object is null where the first of them is None
    """

    class_: type
    paths: Mapping[str, str]


Later = str | Of | Part | Callable[[Any], Any]
"""How an attribute of an object is made when it is first read: by the path at which it is found, or by a function of
the object.
"""


def made_later_of(class_: type) -> Mapping[str, Later]:
    """Return how attributes of the class's objects are made when they are first read, by their names."""
    made_later: Mapping[str, Later] = getattr(class_, "made_later", {})
    return made_later


def object_of(class_: type[T], **known: Any) -> T:
    """Return an object of the class with these attributes and no others."""
    made = object.__new__(class_)
    made.__dict__ = known
    return made


@cache
def maker_of(how: Later) -> Callable[[Any], Any]:
    """Return the function of an object that makes an attribute in this way."""
    if isinstance(how, str):
        return attrgetter(how)
    if isinstance(how, Of):
        return _maker(how)
    if isinstance(how, Part):
        return _part_maker(how)
    return how


def _maker(how: Of) -> Callable[[Any], Any]:
    read, function = attrgetter(*how.paths), how.function
    if len(how.paths) == 1:
        return lambda object_: function(read(object_))
    return lambda object_: function(*read(object_))


def _part_maker(how: Part) -> Callable[[Any], Any]:
    reads = {name: attrgetter(path) for name, path in how.paths.items()}
    first = next(iter(reads))

    def make(object_: Any) -> Any:
        known = {name: read(object_) for name, read in reads.items()}
        return None if known[first] is None else object_of(how.class_, **known)

    return make


class Owner:
    """The object that has the fields, in the text of a function.

    it -- the variable with the object; None when it is not made
    known -- the variable with the attributes that the object has already; None when it has all of them
    parts -- the variables with the attributes from which everything follows, if the object is not made
    """

    def __init__(self, made_later: Mapping[str, Later], it: str | None = None) -> None:
        self.made_later = made_later
        self.it = it
        self.known: str | None = None
        self.parts: dict[str, str] = {}

    def at(self, path: str) -> str:
        """Return the expression of what is found at a path from the object."""
        if self.it is not None:
            return f"{self.it}.{path}"
        first, _, rest = path.partition(".")
        return f"{self.parts[first]}.{rest}" if rest else self.parts[first]
