"""Compiles what is selected of a plain value into one Python function, which makes its part of the response.

A row of a roll sheet has five objects and twenty fields. As one function, whose text follows from the selection, it
takes a third of the time that a function for each of them takes. Names of the document are only used as the keys of the
response, and the text of a key is escaped by `repr`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    GraphQLAbstractType,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLString,
    is_abstract_type,
    is_leaf_type,
)

from gql.protocol.graphql_internals import ObjectExecutor, has_arguments, name_in_schema
from gql.protocol.made_later import Of, Owner, Part, made_later_of, object_of
from gql.protocol.plain_fields import LATER, declared_at_once
from gql.protocol.strawberry_internals import class_of, enumeration_of, metadata_of, plain_attribute

# Scalars whose Python values, of exactly this class, need no conversion.
AS_THEY_ARE = {GraphQLString.name: str, GraphQLID.name: str, GraphQLBoolean.name: bool}
_AS_THEY_ARE = {
    GraphQLInt.name: "type({0}) is int and -2147483648 <= {0} <= 2147483647",
    # Neither infinite nor not a number.
    GraphQLFloat.name: "type({0}) is float and {0} - {0} == 0.0",
    **{name: f"type({{0}}) is {expected.__name__}" for name, expected in AS_THEY_ARE.items()},
}
# Objects that lie deeper have functions of their own, because Python limits how deep blocks are nested.
_DEEPEST = 6
# Compiling a field takes some 50 microseconds, for which the event loop is held. graphql-core executes larger
# selections, in turns.
_MOST_FIELDS = 250

Complete = Callable[[Any, Any], Any]
"""Turns a field's value and the operation's context into the field's part of the response. It raises any exception when
graphql-core has to decide.
"""


class Surprise(Exception):
    """A value is not exactly what the schema leads to expect."""


class _NotPlain(Exception):
    """Something that is selected needs more than reading."""


def completion_of(executor: ObjectExecutor, type_: Any, details: Any) -> Complete | None:
    """Return the completion of values of the type, or None unless everything selected from them is plain."""
    try:
        return _Function(executor).made(type_, details)
    except _NotPlain:
        return None


def coerced(type_: Any, value: Any) -> Any:
    """Return what the type makes of the value. Raises any exception when graphql-core has to decide."""
    found = type_.coerce_output_value(value)
    if found is None:
        raise Surprise
    return found


class _Function:
    """The text of one function of a value and the context, with the names that it uses."""

    def __init__(self, executor: ObjectExecutor, depth: int = 0) -> None:
        self._executor = executor
        self._first = depth
        self._lines = ["def complete(value, context):"]
        self._names: dict[str, Any] = {"Surprise": Surprise, "LATER": LATER, "coerced": coerced}
        self._variables = 0
        self._fields = 0

    def made(self, type_: Any, details: Any) -> Complete:
        """Return the function for values of the type. Raises _NotPlain."""
        self._nullable("value", type_, details, 1)
        self._write(1, "return value")
        # The text holds our own names, attributes of our own classes, and keys in quotation marks.
        exec("\n".join(self._lines), self._names)  # noqa: S102
        complete: Complete = self._names["complete"]
        return complete

    def _write(self, level: int, line: str) -> None:
        self._lines.append("    " * level + line)

    def _named(self, thing: Any) -> str:
        """Return the name by which the text calls this thing."""
        name = f"n{len(self._names)}"
        self._names[name] = thing
        return name

    def _variable(self) -> str:
        self._variables += 1
        return f"v{self._variables}"

    def _nullable(self, it: str, type_: Any, details: Any, level: int) -> None:
        """Write the lines that replace the variable's value by its part of the response."""
        if isinstance(type_, GraphQLNonNull):
            self._value(it, type_.of_type, details, level)
        else:
            self._write(level, f"if {it} is not None:")
            self._value(it, type_, details, level + 1)

    def _value(self, it: str, type_: Any, details: Any, level: int) -> None:
        if isinstance(type_, GraphQLList):
            self._list(it, type_, details, level)
        elif is_leaf_type(type_):
            self._leaf(it, type_, level)
        elif is_abstract_type(type_):
            self._abstract(it, type_, details, level)
        elif level + self._first > _DEEPEST:
            function = self._named(_Function(self._executor).made(GraphQLNonNull(type_), details))
            self._write(level, f"{it} = {function}({it}, context)")
        else:
            self._object(it, type_, details, level)

    def _list(self, it: str, type_: GraphQLList[Any], details: Any, level: int) -> None:
        item, items = self._variable(), self._variable()
        self._write(level, f"if type({it}) is not list and type({it}) is not tuple:")
        self._write(level + 1, "raise Surprise")
        self._write(level, f"{items} = []")
        self._write(level, f"for {item} in {it}:")
        self._nullable(item, type_.of_type, details, level + 1)
        self._write(level + 1, f"{items}.append({item})")
        self._write(level, f"{it} = {items}")

    def _leaf(self, it: str, type_: Any, level: int) -> None:
        otherwise = f"coerced({self._named(type_)}, {it})"
        wrapped = enumeration_of(type_) if isinstance(type_, GraphQLEnumType) else None
        if wrapped is not None:
            names = {each.value: name for name, each in type_.values.items() if each.value.__hash__ is not None}
            if all(names.get(each.value) == each.name for each in wrapped):
                # The hash of a member, which a look-up needs, takes five times as long.
                found = f"{it}._name_"
            else:
                found = f"{self._named({each: names[each.value] for each in wrapped if each.value in names})}[{it}]"
            self._write(level, f"{it} = {found} if type({it}) is {self._named(wrapped)} else {otherwise}")
        elif type_.name in _AS_THEY_ARE:
            self._write(level, f"if not ({_AS_THEY_ARE[type_.name].format(it)}):")
            self._write(level + 1, f"{it} = {otherwise}")
        else:
            self._write(level, f"{it} = {self._named(type_.coerce_output_value)}({it})")
            self._write(level, f"if {it} is None:")
            self._write(level + 1, "raise Surprise")

    def _abstract(self, it: str, type_: GraphQLAbstractType, details: Any, level: int) -> None:
        by_class: dict[type, Complete] = {}
        for each in self._executor.schema.get_possible_types(type_):
            origin = class_of(each)
            complete = None if origin is None else completion_of(self._executor, GraphQLNonNull(each), details)
            if origin is not None and complete is not None:
                by_class[origin] = complete
        if not by_class:
            raise _NotPlain
        # A KeyError for every other class.
        self._write(level, f"{it} = {self._named(by_class)}[type({it})]({it}, context)")

    def _object(self, it: str, type_: GraphQLObjectType, details: Any, level: int) -> None:
        origin = class_of(type_)
        if origin is None:
            raise _NotPlain
        self._write(level, f"if type({it}) is not {self._named(origin)}:")
        self._write(level + 1, "raise Surprise")
        owner = Owner(made_later_of(origin), it)
        if owner.made_later:
            # Some objects of the class have some of these attributes already.
            owner.known = self._variable()
            self._write(level, f"{owner.known} = {it}.__dict__")
        self._fill(it, owner, type_, self._below(type_, details), level)

    def _below(self, type_: GraphQLObjectType, details: Any) -> Mapping[str, Any]:
        """Return the fields that are selected of an object of the type."""
        fields, has_deferred = self._executor.fields_below(type_, details)
        if has_deferred:
            raise _NotPlain
        found: Mapping[str, Any] = fields
        return found

    def _fill(self, it: str, owner: Owner, type_: GraphQLObjectType, fields: Mapping[str, Any], level: int) -> None:
        """Write the lines that put the fields of the owner, an object of the type, into a variable."""
        entries = [f"{name!r}: {self._field(owner, type_, each, level)}" for name, each in fields.items()]
        self._write(level, f"{it} = {{{', '.join(entries)}}}")

    def _field(self, owner: Owner, parent: GraphQLObjectType, details: Any, level: int) -> str:
        """Write the lines that read a field, and return the expression of its part of the response."""
        self._fields += 1
        if self._fields > _MOST_FIELDS:
            raise _NotPlain
        if name_in_schema(details) == "__typename":
            return repr(parent.name)
        field = self._executor.schema.get_field(parent, name_in_schema(details))
        if field is None:
            raise _NotPlain
        found = self._variable()
        attribute = plain_attribute(field)
        if attribute is None:
            self._find(found, owner, metadata_of(field), details, level)
        elif self._part(found, owner, attribute, (field.type, details), level):
            return found
        else:
            self._write(level, f"{found} = {self._made(owner, attribute)}")
        self._nullable(found, field.type, details, level)
        return found

    def _find(self, found: str, owner: Owner, metadata: Mapping[Any, Any], details: Any, level: int) -> None:
        """Write the lines that find the value of a field that declares how it is found at once."""
        find = None if has_arguments(details) else declared_at_once(metadata)
        if find is None:
            raise _NotPlain
        names = self._named(self._executor.names_below(details))
        self._write(level, f"{found} = {self._named(find)}({owner.it}, context, {names})")
        self._write(level, f"if {found} is LATER:")
        self._write(level + 1, "raise Surprise")

    def _made(self, owner: Owner, attribute: str) -> str:
        """Return the expression of an attribute of the owner."""
        how = owner.made_later.get(attribute)
        if attribute in owner.parts or how is None:
            return owner.at(attribute)
        if isinstance(how, str):
            made = owner.at(how)
        elif isinstance(how, Of):
            made = f"{self._named(how.function)}({', '.join(map(owner.at, how.paths))})"
        elif isinstance(how, Part):
            known = ", ".join(f"{name}={owner.at(path)}" for name, path in how.paths.items())
            is_there = f"{owner.at(next(iter(how.paths.values())))} is not None"
            made = f"({self._named(object_of)}({self._named(how.class_)}, {known}) if {is_there} else None)"
        else:
            made = f"{self._named(how)}({owner.it})"
        return f"{owner.known}[{attribute!r}] if {attribute!r} in {owner.known} else {made}" if owner.known else made

    def _part(self, found: str, owner: Owner, attribute: str, asked: tuple[Any, Any], level: int) -> bool:
        """Write the lines that complete a part without making it, and return True. Nothing is written when the
        attribute is no part, or has to be made.

        asked -- the type of the field, and the field as it was collected
        """
        how, (type_, details) = owner.made_later.get(attribute), asked
        if not isinstance(how, Part):
            return False
        of_type = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if level + self._first > _DEEPEST or class_of(of_type) is not how.class_:
            return False
        fields = self._below(of_type, details)
        part = Owner(made_later_of(how.class_))
        if not all(self._needs_no_object(of_type, part, how, each) for each in fields.values()):
            return False
        if owner.known:
            complete = self._named(_Function(self._executor).made(type_, details))
            self._write(level, f"if {attribute!r} in {owner.known}:")
            self._write(level + 1, f"{found} = {complete}({owner.known}[{attribute!r}], context)")
            self._write(level, "else:")
            level += 1
        for name, path in how.paths.items():
            part.parts[name] = self._variable()
            self._write(level, f"{part.parts[name]} = {owner.at(path)}")
        first = next(iter(part.parts.values()))
        self._write(level, f"if {first} is None:")
        self._write(level + 1, "raise Surprise" if of_type is not type_ else f"{found} = None")
        self._write(level, "else:")
        self._fill(found, part, of_type, fields, level + 1)
        return True

    def _needs_no_object(self, type_: GraphQLObjectType, part: Owner, how: Part, details: Any) -> bool:
        name = name_in_schema(details)
        field = self._executor.schema.get_field(type_, name)
        attribute = None if field is None else plain_attribute(field)
        made = part.made_later.get(attribute or "")
        return name == "__typename" or attribute in how.paths or isinstance(made, str | Of | Part)
