"""Objects of the schema whose attributes are made when they are first read.

A roll sheet has hundreds of objects, and a document selects a part of their fields.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from gql.protocol import made_later as declared
from gql.protocol.made_later import maker_of, object_of

with_later = object_of
"""Returns an object of a type with these attributes. The others are in its `made_later`."""


class Later:
    """A type of the schema with attributes that are made later.

    made_later -- for the name of each such attribute, how its value is made from the object. Compiled documents make it
        directly, without the object where they can (gql/protocol/completions.py).
    """

    made_later: ClassVar[Mapping[str, declared.Later]]

    def __getattr__(self, name: str) -> Any:
        how = type(self).made_later.get(name)
        if how is None:
            raise AttributeError(name)
        value = self.__dict__[name] = maker_of(how)(self)
        return value
