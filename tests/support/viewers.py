"""Viewers as the actions are given them, for tests that do not come through the API."""

from datetime import UTC, datetime
from uuid import UUID

from attendance.rules.organization.permissions import Caller, Viewer, effective
from attendance.rules.organization.settings import OrganizationSettings
from attendance.rules.vocabulary import Permission, Portal
from tests.support.factories import World

DURING_CLASS = datetime(2026, 11, 16, 23, 10, tzinfo=UTC)
"""Monday 17:10 in Chicago: ten minutes into the class of World.weekly_class()."""


def staff_viewer(
    world: World,
    person_id: UUID,
    *permissions: Permission,
    portal: Portal = Portal.OFFICE,
    settings: OrganizationSettings | None = None,
) -> Viewer:
    """Somebody of the staff in a portal, as owner unless permissions are given."""
    held = effective(portal, permissions or (Permission.OWNER,))
    return _viewer(Caller(world.organization_id, portal, held, person_id=person_id), "Sam", "Staff", settings)


def guardian_viewer(
    world: World, family_id: UUID, person_id: UUID, *, settings: OrganizationSettings | None = None
) -> Viewer:
    caller = Caller(world.organization_id, Portal.CUSTOMER, person_id=person_id, family_id=family_id)
    return _viewer(caller, "Gail", "Baker", settings)


def kiosk_viewer(
    world: World, kiosk_id: UUID, *, location_id: UUID | None = None, settings: OrganizationSettings | None = None
) -> Viewer:
    """At the world's location unless another is given."""
    where = location_id or world.location_id
    caller = Caller(world.organization_id, Portal.KIOSK, kiosk_id=kiosk_id, location_id=where)
    return _viewer(caller, "Front desk", "", settings)


def _viewer(caller: Caller, first_name: str, last_name: str, settings: OrganizationSettings | None) -> Viewer:
    return Viewer(caller, first_name, last_name, None, "Test Gym", "USD", settings or OrganizationSettings())
