"""Writes a new business (R12.1)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, text

from attendance.rules.accounts.founding import DEFAULT_GROUPS, Founding
from attendance.rules.vocabulary import Permission, PersonKind
from db import models
from db.ids import new_id
from db.unit_of_work import UnitOfWork

# The same lock as that of an import that may create the organization (importing/oneroster/organization.py).
_LOCK_NAME = text("SELECT pg_advisory_xact_lock(7065513, hashtext(:name))")
_IS_TAKEN = text("SELECT EXISTS (SELECT FROM organization o WHERE lower(o.name) = lower(:name))")


async def lock_name(uow: UnitOfWork, name: str) -> bool:
    """Let nobody else found a business of this name until the transaction ends. Return whether the name is free.

    The connection is the owner's: row-level security would hide the others.
    """
    await uow.connection.execute(_LOCK_NAME, {"name": name})
    return not await uow.connection.scalar(_IS_TAKEN, {"name": name})


async def add_organization(uow: UnitOfWork, founding: Founding, *, now: datetime) -> UUID:
    """Add the organization with its settings, location, permission groups and owner, and return the owner's id."""
    mine, owner_id = {"organization_id": uow.organization_id}, new_id()
    await uow.connection.execute(
        insert(models.Organization).values(
            **mine, name=founding.name.strip(), currency=founding.currency, created_at=now
        )
    )
    await uow.connection.execute(insert(models.Settings).values(**mine))
    await uow.connection.execute(
        insert(models.Location).values(
            **mine, id=new_id(), name=founding.location.strip(), time_zone=founding.time_zone
        )
    )
    await uow.connection.execute(
        insert(models.PermissionGroup),
        [
            {**mine, "id": new_id(), "name": name, "permissions": [each.value for each in permissions]}
            for name, permissions in DEFAULT_GROUPS.items()
        ],
    )
    await uow.connection.execute(
        insert(models.Person).values(
            **mine,
            id=owner_id,
            kind=PersonKind.STAFF,
            first_name=founding.owner_first_name.strip(),
            last_name=founding.owner_last_name.strip(),
            email=founding.owner_email,
            permissions=[Permission.OWNER.value],
        )
    )
    return owner_id
