"""Which fields an operation selects below a field, so that its resolver can read everything at once."""

from gql.fields.context import Info
from gql.protocol.plain_fields import names_selected, nodes_below
from gql.protocol.strawberry_internals import resolve_info


def names_below(info: Info, *fields: str) -> frozenset[str]:
    """Return the names of all fields that are selected anywhere below this one, including those in fragments.

    fields -- the fields of this one below which names are wanted. None given: all, and their own names
    """
    raw = resolve_info(info)
    nodes = raw.field_nodes
    return names_selected(nodes_below(nodes, raw.fragments, fields) if fields else nodes, raw.fragments)
