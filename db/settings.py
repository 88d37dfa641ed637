"""An organization's settings, from columns to values: the columns of models.Settings bear the names of the fields."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import InstrumentedAttribute

from attendance.rules.settings import (
    AbsenceSettings,
    ClassSettings,
    KioskSettings,
    MakeupTokenSettings,
    OrganizationSettings,
    StaffPortalSettings,
)
from attendance.rules.vocabulary import EnrollmentType
from db import models

_SECTIONS = (ClassSettings, StaffPortalSettings, KioskSettings, AbsenceSettings, MakeupTokenSettings)
_NAMES = {section: tuple(field.name for field in fields(section)) for section in _SECTIONS}

COLUMNS: tuple[InstrumentedAttribute[Any], ...] = tuple(
    getattr(models.Settings, name) for section in _SECTIONS for name in _NAMES[section]
)


def settings_of(row: Mapping[Any, Any]) -> OrganizationSettings:
    """From a row that holds at least COLUMNS under their own names; null columns (no row of settings): the defaults."""
    if row["tokens_enabled"] is None:
        return OrganizationSettings()
    values = {**row, "earning_types": frozenset(EnrollmentType(name) for name in row["earning_types"])}
    classes, staff_portal, kiosk, absences, makeup_tokens = (
        {name: values[name] for name in _NAMES[section]} for section in _SECTIONS
    )
    return OrganizationSettings(
        ClassSettings(**classes),
        StaffPortalSettings(**staff_portal),
        KioskSettings(**kiosk),
        AbsenceSettings(**absences),
        MakeupTokenSettings(**makeup_tokens),
    )


async def read_settings(connection: AsyncConnection, organization_id: UUID) -> OrganizationSettings:
    """For those who have no viewer that brings them, such as jobs."""
    statement = select(*COLUMNS).where(models.Settings.organization_id == organization_id)
    row = (await connection.execute(statement)).mappings().one_or_none()
    return OrganizationSettings() if row is None else settings_of(row)
