"""updateOrganization: the currency changes while no amount is recorded in it."""

from decimal import Decimal

from sqlalchemy import text

from attendance.rules.vocabulary import Permission
from db import models
from db.people.erasing import IMPORT_LOCK_CLASS, import_lock_key
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import World
from tests.support.fingerprint import fingerprint

CURRENCY = "{ viewer { ... on StaffViewer { organization { currency } } } }"
CHANGES = "{ settings { changes { nodes { changedBy { firstName } settings { setting before after } } } } }"
SHOWN = "organization { name currency }"


async def test_the_currency_changes_while_no_family_has_a_balance(world: World, api: Api) -> None:
    owner = await api.as_staff(world, person_id=await world.staff(Permission.OWNER, first_name="Olga"))
    manager = await api.as_staff(world, Permission.MANAGE_SETTINGS, Permission.OFFICE_ATTENDANCE_VIEW)
    family = await world.family()
    changed = await owner.act("updateOrganization", SHOWN, currency="EUR", idempotencyKey="1")
    assert changed["organization"]["currency"] == "EUR"
    assert await owner.ask(CURRENCY) == {"viewer": {"organization": {"currency": "EUR"}}}
    assert (await manager.act("updateOrganization", SHOWN, currency="USD"))["__typename"] == "PermissionDenied"
    # What the standard does not list, in lower case, a metal, the code for tests, and the code for no currency.
    for wrong in ("euro", "ZZZ", "eur", "XAU", "XTS", "XXX", ""):
        code, message = await owner.refused(mutation("updateOrganization"), input={"currency": wrong})
        expected = f"input.currency is {wrong!r}. It must be an ISO 4217 code such as USD."
        assert (code, message) == ("BAD_USER_INPUT", expected)

    # A family that has ended has its balance still, and a credit is an amount too.
    await world.change(models.Family, family, balance=Decimal("-0.01"), deleted_at=owner.clock.now)
    before = await fingerprint(world)
    refused = await owner.act("updateOrganization", currency="USD")
    assert (refused["__typename"], refused["currency"], refused["familyCount"]) == ("AmountsRecorded", "EUR", 1)
    assert refused["message"].startswith("1 family has a balance in EUR.")
    assert await fingerprint(world) == before
    assert (await owner.act("updateOrganization", SHOWN, currency="EUR"))["__typename"] == "UpdateOrganizationSuccess"
    await world.change(models.Family, family, balance=Decimal(0))
    assert (await owner.act("updateOrganization", SHOWN, currency="USD"))["organization"]["currency"] == "USD"
    # Each change has left its trace, and what changed nothing has left none.
    assert (await manager.ask(CHANGES))["settings"]["changes"]["nodes"] == [
        {"changedBy": {"firstName": "Olga"}, "settings": [{"setting": "currency", "before": before, "after": after}]}
        for before, after in (("EUR", "USD"), ("USD", "EUR"))
    ]


async def test_the_currency_stays_while_an_import_may_write_balances(world: World, api: Api) -> None:
    owner = await api.as_staff(world, Permission.OWNER)
    lock = text("SELECT pg_advisory_lock(:lock_class, :key)")
    given = {"lock_class": IMPORT_LOCK_CLASS, "key": import_lock_key(world.organization_id)}
    await world.owner.execute(lock, given)
    try:
        assert (await owner.act("updateOrganization", currency="EUR"))["__typename"] == "ImportIsRunning"
    finally:
        await world.owner.execute(text("SELECT pg_advisory_unlock(:lock_class, :key)"), given)
