"""Makes the enumerations of the business rules enumerations of the schema, with a description of each value."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

import strawberry

from gql.protocol.strawberry_internals import describe_values

V = TypeVar("V", bound=StrEnum)


def described(vocabulary: type[V], description: str, values: Mapping[V, str]) -> type[V]:
    """Make the vocabulary an enumeration of the schema. The vocabulary itself knows nothing of schemas, so its values
    are described here.

    Raises KeyError when the description of a value is missing.
    """
    enumeration = strawberry.enum(vocabulary, description=description)
    describe_values(enumeration, lambda name: values[vocabulary[name]])
    return enumeration
