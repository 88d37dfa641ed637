"""Makes the enumerations of the business rules enumerations of the schema, with a description of each value."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar, cast

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

V = TypeVar("V", bound=StrEnum)


def described(vocabulary: type[V], description: str, values: Mapping[V, str]) -> type[V]:
    """Make the vocabulary an enumeration of the schema. The vocabulary itself knows nothing of schemas, so its values
    are described here.

    Raises KeyError when the description of a value is missing.
    """
    enumeration = strawberry.enum(vocabulary, description=description)
    definition = cast("StrawberryEnumDefinition", vars(enumeration)["__strawberry_definition__"])
    for value in definition.values:
        value.description = values[vocabulary[value.name]]
    return enumeration
