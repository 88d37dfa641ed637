"""Compares the GraphQL schema with that of the last release: what clients rely on may not go away."""

import re
from datetime import date

from graphql import (
    DocumentNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    InputValueDefinitionNode,
    NamedTypeNode,
    Node,
    StringValueNode,
    TypeDefinitionNode,
    build_ast_schema,
    build_schema,
    parse,
    print_ast,
    visit,
)
from graphql.language import REMOVE, Visitor, VisitorAction
from graphql.utilities import DangerousChangeType, find_breaking_changes, find_dangerous_changes

_HEAD = (
    "# The schema of release {}, without descriptions. `rollbook.py schema --release` writes it (docs/releasing.md).\n"
)
# A client that leaves the argument out would get something else, without any error.
_ALSO_BREAKING = {
    DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE,
    DangerousChangeType.INPUT_FIELD_DEFAULT_VALUE_CHANGE,
}
_REMOVED_AFTER = re.compile(r"\bRemoved after (\d{4}-\d{2}-\d{2})\.$")
_Deprecable = FieldDefinitionNode | InputValueDefinitionNode | EnumValueDefinitionNode


def released_document(sdl: str, version: str) -> str:
    """Return the text of the file that keeps the schema `sdl` as that of the release `version`."""
    return _HEAD.format(version) + print_ast(visit(parse(sdl, no_location=True), _WithoutDescriptions())) + "\n"


def released_version(document: str) -> str:
    """Return the version of the release whose schema `document` is."""
    return document.split(",", 1)[0].rpartition(" ")[2]


def breaking_changes(released: str, current: str, today: date) -> list[str]:
    """Return a sentence for each change that breaks clients of the schema `released`; empty when there is none.

    The removal of a deprecated element is not reported when the date that its reason names is before `today`, nor is
    the removal of a type to which only such elements led.
    """
    before, after = build_ast_schema(_without_expired(parse(released), today)), build_schema(current)
    breaking = find_breaking_changes(before, after)
    dangerous = find_dangerous_changes(before, after)
    return [it.description for it in breaking] + [it.description for it in dangerous if it.type in _ALSO_BREAKING]


def undated_deprecations(sdl: str) -> list[str]:
    """Return the names of the deprecated elements whose reason does not end with `Removed after YYYY-MM-DD.`"""
    undated = _Undated()
    visit(parse(sdl), undated)
    return undated.found


class _WithoutDescriptions(Visitor):
    def leave(self, node: Node, *_: object) -> Node | None:
        if getattr(node, "description", None) is None:
            return None
        return type(node)(**{key: getattr(node, key) for key in node.keys if key != "description"})


class _WithoutExpired(Visitor):
    """Removes each element whose deprecation ended before `today`."""

    def __init__(self, today: date) -> None:
        super().__init__()
        self.today = today

    def enter(self, node: Node, *_: object) -> VisitorAction:
        until = _removable_after(node) if isinstance(node, _Deprecable) else None
        return REMOVE if until is not None and until < self.today else None


class _Names(Visitor):
    """Collects the names of all types that any definition refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_named_type(self, node: NamedTypeNode, *_: object) -> None:
        self.found.add(node.name.value)


class _Undated(Visitor):
    """Collects the names of the deprecated elements whose reason names no date."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def enter(self, node: Node, *_: object) -> None:
        if isinstance(node, _Deprecable) and _reason(node) is not None and _removable_after(node) is None:
            self.found.append(node.name.value)


def _without_expired(document: DocumentNode, today: date) -> DocumentNode:
    """Return the schema without expired elements, and without the types to which nothing refers any more."""
    referred = _referred(document)
    pruned: DocumentNode = visit(document, _WithoutExpired(today))
    while lost := referred - _referred(pruned):
        referred = _referred(pruned)
        kept = [it for it in pruned.definitions if not (isinstance(it, TypeDefinitionNode) and it.name.value in lost)]
        pruned = DocumentNode(definitions=tuple(kept))
    return pruned


def _referred(document: DocumentNode) -> set[str]:
    names = _Names()
    visit(document, names)
    return names.found


def _reason(node: _Deprecable) -> str | None:
    """Return why the element is deprecated; None if it is not. `@deprecated` without a reason gives an empty string."""
    for directive in node.directives or ():
        if directive.name.value == "deprecated":
            given = [it.value.value for it in directive.arguments or () if isinstance(it.value, StringValueNode)]
            return given[0] if given else ""
    return None


def _removable_after(node: _Deprecable) -> date | None:
    """Return the last day on which the deprecated element must be there; None if it names no such day."""
    found = _REMOVED_AFTER.search(_reason(node) or "")
    return date.fromisoformat(found[1]) if found else None
