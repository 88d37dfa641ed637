"""Which fields an operation selects below a field, so that its resolver can read everything at once."""

from collections import OrderedDict
from collections.abc import Mapping

from graphql import FieldNode, FragmentDefinitionNode

from gql.fields.context import Info
from gql.protocol.plain_fields import names_selected, nodes_below
from gql.protocol.strawberry_internals import resolve_info

_REMEMBERED = 256
# Characters of a document. Together with the number of entries, this limits the memory.
_LONGEST_REMEMBERED = 16_000
# By the identity of a field's node, which is kept with its names, so that no other object can get the same identity.
# All requests with the same document share its nodes.
_known: OrderedDict[int, tuple[FieldNode, frozenset[str]]] = OrderedDict()


def names_below(info: Info, *fields: str) -> frozenset[str]:
    """Return the names of all fields that are selected anywhere below this one, including those in fragments.

    fields -- the fields of this one below which names are wanted. None given: all, and their own names
    """
    raw = resolve_info(info)
    nodes = raw.field_nodes
    if not fields and len(nodes) == 1:
        return _names_of(nodes[0], raw.fragments)
    return names_selected(nodes_below(nodes, raw.fragments, fields) if fields else nodes, raw.fragments)


def _names_of(node: FieldNode, fragments: Mapping[str, FragmentDefinitionNode]) -> frozenset[str]:
    known = _known.get(id(node))
    if known is not None:
        _known.move_to_end(id(node))
        return known[1]
    names = names_selected([node], fragments)
    if node.loc is not None and len(node.loc.source.body) <= _LONGEST_REMEMBERED:
        _known[id(node)] = node, names
        if len(_known) > _REMEMBERED:
            _known.popitem(last=False)
    return names
