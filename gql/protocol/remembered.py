"""Values that many operations show alike, which are completed once for each selection (decision 92)."""

from collections.abc import Callable, Hashable
from typing import Any

import orjson

# Of selections. Clients have few documents that show the same values.
_MOST = 4


class Remembered:
    """A value that a function of `at_once` returns for many operations.

    It is completed without the context of an operation, except that what it discloses is noted, and disclosed to each
    operation. Whatever else a function asks the context raises an exception, so that graphql-core executes the field.
    """

    __slots__ = ("_made", "_value")

    def __init__(self, value: Any) -> None:
        self._value = value
        self._made: dict[Callable[[Any, Any], Any], tuple[orjson.Fragment, list[Hashable]]] = {}

    def completed(self, complete: Callable[[Any, Any], Any], context: Any) -> orjson.Fragment:
        """Return the completed value as JSON. Raises what `complete` raises.

        complete -- completes the value for a selection
        """
        found = self._made.get(complete)
        if found is None:
            noting = _Noting()
            found = orjson.Fragment(orjson.dumps(complete(self._value, noting))), noting.disclosed
            if len(self._made) >= _MOST:
                self._made.clear()
            self._made[complete] = found
        for each in found[1]:
            context.disclose(each)
        return found[0]


class _Noting:
    """Stands for the context."""

    __slots__ = ("disclosed",)

    def __init__(self) -> None:
        self.disclosed: list[Hashable] = []

    def disclose(self, each: Hashable) -> None:
        self.disclosed.append(each)
