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
    return Viewer(
        caller=Caller(world.organization_id, portal, held, person_id=person_id),
        first_name="Sam",
        last_name="Staff",
        email=None,
        organization_name="Test Gym",
        currency="USD",
        settings=settings or OrganizationSettings(),
    )
