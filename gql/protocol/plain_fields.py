"""Fields whose values follow at once from their object, and what an operation selects below a field.

A field that only reads an attribute is completed without calling its resolver (see executor.py). A resolver that needs
nothing but its object, the context and the names that are selected below it declares the same with `at_once`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, SelectionSetNode

_KEY = "executor.at_once"


class _Later:
    """The type of LATER."""


LATER: Final = _Later()
"""What a function of `at_once` returns when the value needs something that is not there, such as the database."""

AtOnce = Callable[[Any, Any, frozenset[str]], Any]
"""Takes the object, the context of the operation and the names that are selected below the field."""


def at_once(find: AtOnce) -> Mapping[str, AtOnce]:
    """Declare in a field's metadata how its value is found without its resolver, which must return the same.

    find -- used when the operation gives the field no arguments. The resolver is called instead when it returns LATER,
        and also after it has raised an exception.
    """
    return {_KEY: find}


def declared_at_once(metadata: Mapping[Any, Any]) -> AtOnce | None:
    """Return the function that a field's metadata declare, if any."""
    return metadata.get(_KEY)


def names_selected(nodes: Iterable[FieldNode], fragments: Mapping[str, FragmentDefinitionNode]) -> frozenset[str]:
    """Return the names of all fields that are selected anywhere below the nodes, including those in fragments.

    Conditions (@skip, @include, types of fragments) are not evaluated. Fields that they exclude count as selected,
    which costs a reading and nothing else.
    """
    names: set[str] = set()
    followed: set[str] = set()
    ahead: list[SelectionSetNode] = [node.selection_set for node in nodes if node.selection_set]
    while ahead:
        for selection in ahead.pop().selections:
            if isinstance(selection, FragmentSpreadNode):
                if selection.name.value not in followed:
                    followed.add(selection.name.value)
                    ahead.append(fragments[selection.name.value].selection_set)
                continue
            if isinstance(selection, FieldNode):
                names.add(selection.name.value)
            below = getattr(selection, "selection_set", None)
            if below is not None:
                ahead.append(below)
    return frozenset(names)


def nodes_below(
    nodes: Iterable[FieldNode], fragments: Mapping[str, FragmentDefinitionNode], names: Collection[str]
) -> list[FieldNode]:
    """Return the nodes of the fields with these names that are selected directly in the nodes, or in fragments there.
    Conditions are not evaluated.
    """
    found: list[FieldNode] = []
    ahead: list[SelectionSetNode] = [node.selection_set for node in nodes if node.selection_set]
    while ahead:
        for selection in ahead.pop().selections:
            if isinstance(selection, FieldNode):
                found += [selection] if selection.name.value in names else []
            elif isinstance(selection, FragmentSpreadNode):
                ahead.append(fragments[selection.name.value].selection_set)
            else:
                ahead.append(selection.selection_set)  # type: ignore[attr-defined]
    return found
