"""A digest of a tenant's tables: equal before and after means that nothing changed.

before = await fingerprint(world)
...
assert await fingerprint(world) == before
"""

from sqlalchemy import text

from db import models
from tests.support.factories import World

# A caller who signs in between the two leaves a row here, which is no act on the business.
_TABLES = [table.name for table in models.metadata.sorted_tables if table.name != "sign_in"]
_STATEMENT = text(
    " UNION ALL ".join(
        f"SELECT '{name}' AS name, md5(string_agg(t::text, ',' ORDER BY t::text)) AS digest"
        f" FROM {name} t WHERE t.organization_id = :own"
        for name in _TABLES
    )
)


async def fingerprint(world: World) -> dict[str, str | None]:
    """By table, the digest of the organization's rows; None where it has none."""
    found = await world.owner.execute(_STATEMENT, {"own": world.organization_id})
    return {row.name: row.digest for row in found}
