"""Which fields an operation selects below a field, so that its resolver can read everything at once."""

from graphql import FieldNode, FragmentSpreadNode, SelectionSetNode

from gql.fields.context import Info
from gql.protocol.strawberry_internals import resolve_info


def names_below(info: Info) -> frozenset[str]:
    """Return the names of all fields that are selected anywhere below this one, including those in fragments.

    Conditions (@skip, @include, types of fragments) are not evaluated. Fields that they exclude count as selected,
    which costs a reading and nothing else.
    """
    raw = resolve_info(info)
    names: set[str] = set()
    followed: set[str] = set()
    ahead: list[SelectionSetNode] = [node.selection_set for node in raw.field_nodes if node.selection_set]
    while ahead:
        for selection in ahead.pop().selections:
            if isinstance(selection, FragmentSpreadNode):
                if selection.name.value not in followed:
                    followed.add(selection.name.value)
                    ahead.append(raw.fragments[selection.name.value].selection_set)
                continue
            if isinstance(selection, FieldNode):
                names.add(selection.name.value)
            below = getattr(selection, "selection_set", None)
            if below is not None:
                ahead.append(below)
    return frozenset(names)
