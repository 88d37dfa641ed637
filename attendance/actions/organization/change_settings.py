"""Change some of an organization's settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from attendance.rules.organization.permissions import Viewer
from attendance.rules.organization.settings_changes import settings_difference
from db.organization.settings import lock_settings, plain, write_settings
from db.organization.settings_changes import record_settings_change
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """What was changed, before and after, as JSON stores it. Empty when everything had the wanted value already."""

    before: dict[str, Any]
    after: dict[str, Any]


async def change_settings(
    uow: UnitOfWork, viewer: Viewer, wanted: Mapping[str, Any], *, now: datetime
) -> SettingsChanged:
    """Set the named settings, leave the others, and record the changes in the audit. Without a change there is no
    entry.

    The row of settings is locked, so two people who change different settings at once lose nothing, and the audit has
    the true earlier values. An organization without a row gets one. All later acts use the new settings.

    Raises SettingOutOfRange.
    """
    current = await lock_settings(uow)
    difference = settings_difference(current, wanted)
    changed = SettingsChanged(plain(difference.before), plain(difference.after))
    if difference.after:
        await write_settings(uow, difference.after)
        await record_settings_change(uow, changed.before, changed.after, viewer.caller.person_id, now=now)
    return changed
