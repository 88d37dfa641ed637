"""Fields that are added to a type after its declaration, because their result leads back to the type.

For example, a student's makeup tokens name the student. The module of Student cannot import the module that reads the
tokens, since that module shows students. Instead, that module declares the field, and gql/extended_types.py adds it to
the type.
"""

from typing import Any

from gql.protocol.strawberry_internals import append_field


def extend(extended: type[Any], **added: Any) -> None:
    """Add fields to a type of the schema, in this order after its own fields. Calling it again changes nothing.

    added -- the fields by their Python names. The first argument of a field's resolver is `self`, an object of the
        type.
    """
    for name, field in added.items():
        append_field(extended, name, field)
