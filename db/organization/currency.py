"""The currency of an organization, and how many amounts are recorded in it."""

from sqlalchemy import text

from db.unit_of_work import UnitOfWork

_LOCK = text("""
SELECT o.currency FROM organization o WHERE o.organization_id = :organization_id FOR NO KEY UPDATE
""")
# A family that has ended or was merged keeps its balance.
_OWING = text("SELECT count(*) FROM family f WHERE f.organization_id = :organization_id AND f.balance <> 0")
_CHANGE = text("UPDATE organization SET currency = :currency WHERE organization_id = :organization_id")


async def lock_currency(uow: UnitOfWork) -> str:
    """Return the currency. Nobody else changes it until the transaction ends."""
    found: str = (await uow.connection.execute(_LOCK, {"organization_id": uow.organization_id})).scalar_one()
    return found


async def count_balances(uow: UnitOfWork) -> int:
    """Return how many families have a balance that is not zero."""
    found: int = (await uow.connection.execute(_OWING, {"organization_id": uow.organization_id})).scalar_one()
    return found


async def set_currency(uow: UnitOfWork, currency: str) -> None:
    await uow.connection.execute(_CHANGE, {"organization_id": uow.organization_id, "currency": currency})
