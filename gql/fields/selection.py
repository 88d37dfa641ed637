"""Which fields an operation selects below a field, so that its resolver can read everything at once."""

from gql.fields.context import Info
from gql.protocol.plain_fields import names_selected
from gql.protocol.strawberry_internals import resolve_info


def names_below(info: Info) -> frozenset[str]:
    """Return the names of all fields that are selected anywhere below this one, including those in fragments."""
    raw = resolve_info(info)
    return names_selected(raw.field_nodes, raw.fragments)
