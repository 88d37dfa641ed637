"""The vocabularies of the business as enumerations of the schema, each value described."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar, cast

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

V = TypeVar("V", bound=StrEnum)


def described(vocabulary: type[V], description: str, values: Mapping[V, str]) -> type[V]:
    """Make the vocabulary an enumeration of the schema. The vocabulary itself knows nothing of schemas, so its values
    are described here; raises KeyError if one is left out.
    """
    enumeration = strawberry.enum(vocabulary, description=description)
    definition = cast("StrawberryEnumDefinition", vars(enumeration)["__strawberry_definition__"])
    for value in definition.values:
        value.description = values[vocabulary[value.name]]
    return enumeration
