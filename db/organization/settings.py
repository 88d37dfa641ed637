"""An organization's settings. The columns of models.Settings have the names of the fields."""

from collections.abc import Mapping
from dataclasses import fields
from enum import Enum as PlainEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Enum, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import InstrumentedAttribute

from attendance.rules.organization.settings import (
    AbsenceSettings,
    ClassSettings,
    KioskSettings,
    MakeupTokenSettings,
    OrganizationSettings,
    SecuritySettings,
    StaffPortalSettings,
)
from attendance.rules.vocabulary import EnrollmentType
from db import models
from db.unit_of_work import UnitOfWork

_SECTIONS = (ClassSettings, StaffPortalSettings, KioskSettings, AbsenceSettings, MakeupTokenSettings, SecuritySettings)
_NAMES = {section: tuple(field.name for field in fields(section)) for section in _SECTIONS}

COLUMNS: tuple[InstrumentedAttribute[Any], ...] = tuple(
    getattr(models.Settings, name) for section in _SECTIONS for name in _NAMES[section]
)
SELECTED = ", ".join(f"g.{column.key}" for column in COLUMNS)
"""The columns of settings g, for a SELECT."""
_WORDS: dict[str, type[PlainEnum]] = {
    column.key: vocabulary
    for column in COLUMNS
    if isinstance(column.type, Enum) and (vocabulary := column.type.enum_class) is not None
}
_READ = text(f"SELECT {SELECTED} FROM settings g WHERE g.organization_id = :organization_id")  # noqa: S608 - constants


def settings_of(row: Mapping[Any, Any]) -> OrganizationSettings:
    """Return the settings from a row that has at least COLUMNS. Null columns, when there is no row of settings, mean
    the defaults.
    """
    if row["tokens_enabled"] is None:
        return OrganizationSettings()
    words = {name: vocabulary(row[name]) for name, vocabulary in _WORDS.items()}
    values = {**row, **words, "earning_types": frozenset(EnrollmentType(name) for name in row["earning_types"])}
    classes, staff_portal, kiosk, absences, makeup_tokens, security = (
        {name: values[name] for name in _NAMES[section]} for section in _SECTIONS
    )
    return OrganizationSettings(
        ClassSettings(**classes),
        StaffPortalSettings(**staff_portal),
        KioskSettings(**kiosk),
        AbsenceSettings(**absences),
        MakeupTokenSettings(**makeup_tokens),
        SecuritySettings(**security),
    )


async def read_settings(connection: AsyncConnection, organization_id: UUID) -> OrganizationSettings:
    """Return the settings, for callers without a viewer, such as jobs."""
    row = (await connection.execute(_READ, {"organization_id": organization_id})).mappings().one_or_none()
    return OrganizationSettings() if row is None else settings_of(row)


async def lock_settings(uow: UnitOfWork) -> OrganizationSettings:
    """Lock the settings until the end of the transaction and return them. An organization without settings gets the
    defaults.
    """
    table = models.Settings
    statement = (
        insert(table)
        .values(organization_id=uow.organization_id)
        # DO NOTHING would neither lock nor return the existing row.
        .on_conflict_do_update(index_elements=[table.organization_id], set_={"tokens_enabled": table.tokens_enabled})
        .returning(*COLUMNS)
    )
    return settings_of((await uow.connection.execute(statement)).mappings().one())


async def write_settings(uow: UnitOfWork, values: Mapping[str, Any]) -> None:
    """Set some settings by their names. The caller has locked the row."""
    table = models.Settings
    await uow.connection.execute(
        update(table).where(table.organization_id == uow.organization_id).values(**plain(values))
    )


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value for columns and JSON: a set becomes a sorted list."""
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in values.items()}
