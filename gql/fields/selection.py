"""Which fields an operation selects below a field, so that its resolver can read everything at once."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence

from graphql import FieldNode, FragmentDefinitionNode

from gql.fields.context import Info
from gql.protocol.plain_fields import names_selected, nodes_below
from gql.protocol.strawberry_internals import resolve_info

_REMEMBERED = 256
# Characters of a document. Together with the number of entries, this limits the memory.
_LONGEST_REMEMBERED = 16_000
# By the identity of a field's node, which is kept with its names, so that no other object can get the same identity,
# and by the fields below it. All requests with the same document share its nodes.
_known: OrderedDict[tuple[int, tuple[str, ...]], tuple[FieldNode, frozenset[str]]] = OrderedDict()


def names_below(info: Info, *fields: str) -> frozenset[str]:
    """Return the names of all fields that are selected anywhere below this one, including those in fragments.

    fields -- the fields of this one below which names are wanted. None given: all, and their own names
    """
    raw = resolve_info(info)
    nodes = raw.field_nodes
    if len(nodes) > 1:
        return _names_of(nodes, raw.fragments, fields)
    (node,) = nodes
    known = _known.get((id(node), fields))
    if known is not None:
        _known.move_to_end((id(node), fields))
        return known[1]
    names = _names_of(nodes, raw.fragments, fields)
    if node.loc is not None and len(node.loc.source.body) <= _LONGEST_REMEMBERED:
        _known[id(node), fields] = node, names
        if len(_known) > _REMEMBERED:
            _known.popitem(last=False)
    return names


def _names_of(
    nodes: Sequence[FieldNode], fragments: Mapping[str, FragmentDefinitionNode], fields: tuple[str, ...]
) -> frozenset[str]:
    return names_selected(nodes_below(nodes, fragments, fields) if fields else nodes, fragments)
