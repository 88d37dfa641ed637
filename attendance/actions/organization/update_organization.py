"""Change what an organization is: its currency."""

from dataclasses import dataclass
from datetime import datetime

from attendance.rules.organization.organization_refusals import AmountsRecorded
from attendance.rules.organization.permissions import Viewer
from attendance.rules.people.erasure_refusals import ImportIsRunning
from db.organization.currency import count_balances, lock_currency, set_currency
from db.organization.settings_changes import record_settings_change
from db.people.erasing import keep_imports_out
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class OrganizationChanged:
    """The organization after the change."""

    currency: str


async def update_organization(uow: UnitOfWork, viewer: Viewer, currency: str, *, now: datetime) -> OrganizationChanged:
    """Change the currency while no family has a balance, and record the change in the audit of the settings. Imports
    alone write balances, so they are kept out.

    Raises ImportIsRunning and AmountsRecorded.
    """
    if not await keep_imports_out(uow):
        raise ImportIsRunning
    present = await lock_currency(uow)
    if currency != present:
        if families := await count_balances(uow):
            raise AmountsRecorded(present, families)
        await set_currency(uow, currency)
        before, after = {"currency": present}, {"currency": currency}
        await record_settings_change(uow, before, after, viewer.caller.person_id, now=now)
    return OrganizationChanged(currency)
