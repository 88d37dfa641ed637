"""An organization's settings, from columns to values: the columns of models.Settings bear the names of the fields."""

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
    StaffPortalSettings,
)
from attendance.rules.vocabulary import EnrollmentType
from db import models
from db.unit_of_work import UnitOfWork

_SECTIONS = (ClassSettings, StaffPortalSettings, KioskSettings, AbsenceSettings, MakeupTokenSettings)
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
    """From a row that holds at least COLUMNS under their own names; null columns (no row of settings): the defaults."""
    if row["tokens_enabled"] is None:
        return OrganizationSettings()
    words = {name: vocabulary(row[name]) for name, vocabulary in _WORDS.items()}
    values = {**row, **words, "earning_types": frozenset(EnrollmentType(name) for name in row["earning_types"])}
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
    row = (await connection.execute(_READ, {"organization_id": organization_id})).mappings().one_or_none()
    return OrganizationSettings() if row is None else settings_of(row)


async def lock_settings(uow: UnitOfWork) -> OrganizationSettings:
    """Wait for the settings and hold them until the end of the transaction; an organization without any gets the
    defaults.
    """
    table = models.Settings
    statement = (
        insert(table)
        .values(organization_id=uow.organization_id)
        # DO NOTHING would neither lock nor return the row that is there.
        .on_conflict_do_update(index_elements=[table.organization_id], set_={"tokens_enabled": table.tokens_enabled})
        .returning(*COLUMNS)
    )
    return settings_of((await uow.connection.execute(statement)).mappings().one())


async def write_settings(uow: UnitOfWork, values: Mapping[str, Any]) -> None:
    """Some settings by their names; the caller holds the row."""
    table = models.Settings
    await uow.connection.execute(
        update(table).where(table.organization_id == uow.organization_id).values(**plain(values))
    )


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """As columns and JSON take them: a set is a sorted list."""
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in values.items()}
