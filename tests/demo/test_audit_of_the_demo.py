"""The audit of what the demo loads (R16.1)."""

from db.audit.run import audit_organization
from tests.demo.conftest import Demo


async def test_R16_1_nothing_in_the_demo_is_wrong(demo: Demo) -> None:
    for organization_id in (demo.business, demo.small):
        found = [each async for each in audit_organization(demo.database.engine, organization_id, now=demo.now)]
        assert not found, "\n".join(map(str, found))
