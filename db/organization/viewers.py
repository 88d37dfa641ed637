"""Who is calling: a credential's claims, checked against the database, with all that a request needs to know of them.

One statement for each kind of credential: a request spends no other on its viewer.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, Text, Uuid, and_, any_, bindparam, exists, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.organization.permissions import Caller, Claims, Place, Viewer, effective, kind_for, may_enter
from attendance.rules.vocabulary import Portal
from db import models
from db.organization.settings import COLUMNS as SETTINGS_COLUMNS
from db.organization.settings import settings_of

_ORGANIZATION = (
    models.Organization.name.label("organization_name"),
    models.Organization.currency,
    func.coalesce(models.AccessEpoch.epoch, 0).label("access"),
    *SETTINGS_COLUMNS,
)
_OF_GROUPS = func.array(
    select(func.unnest(models.PermissionGroup.permissions))
    .join(
        models.GroupMember,
        and_(
            models.GroupMember.organization_id == models.PermissionGroup.organization_id,
            models.GroupMember.group_id == models.PermissionGroup.id,
        ),
    )
    .where(
        models.GroupMember.organization_id == models.Person.organization_id,
        models.GroupMember.person_id == models.Person.id,
    )
    .correlate(models.Person)
    .scalar_subquery(),
    type_=ARRAY(Text),
)
_SIGNED_IN = exists().where(
    models.SignIn.organization_id == models.Person.organization_id,
    models.SignIn.id == bindparam("sign_in_id"),
    models.SignIn.person_id == models.Person.id,
    models.SignIn.portal == bindparam("portal"),
    models.SignIn.ended_at.is_(None),
)


def _people(*conditions: ColumnElement[bool]) -> Select[Any]:
    person = models.Person
    return (
        select(
            person.id,
            person.kind,
            person.first_name,
            person.last_name,
            person.email,
            person.family_id,
            person.permissions,
            _OF_GROUPS.label("group_permissions"),
            *_ORGANIZATION,
        )
        .join(models.Organization, models.Organization.organization_id == person.organization_id)
        .outerjoin(models.Settings, models.Settings.organization_id == person.organization_id)
        .outerjoin(models.AccessEpoch, models.AccessEpoch.organization_id == person.organization_id)
        .where(person.organization_id == bindparam("organization_id"), person.ended_at.is_(None), *conditions)
    )


_BY_ID = _people(models.Person.id == bindparam("person_id"))
_BY_SIGN_IN = _people(models.Person.id == bindparam("person_id"), _SIGNED_IN)
_BY_SIGN_INS = (
    _people(models.SignIn.id == any_(bindparam("sign_in_ids", type_=ARRAY(Uuid))), models.SignIn.ended_at.is_(None))
    .join(
        models.SignIn,
        and_(
            models.SignIn.organization_id == models.Person.organization_id,
            models.SignIn.person_id == models.Person.id,
        ),
    )
    .add_columns(models.SignIn.id.label("sign_in_id"), models.SignIn.portal)
)
_BY_EMAIL = _people(
    func.lower(models.Person.email) == func.lower(bindparam("email", type_=Text)),
    models.Person.kind == bindparam("kind"),
)
_KIOSK = (
    select(
        models.Kiosk.id,
        models.Kiosk.name,
        models.Kiosk.location_id,
        models.Location.name.label("location_name"),
        models.Location.time_zone,
        *_ORGANIZATION,
    )
    .join(models.Organization, models.Organization.organization_id == models.Kiosk.organization_id)
    .join(
        models.Location,
        and_(
            models.Location.organization_id == models.Kiosk.organization_id,
            models.Location.id == models.Kiosk.location_id,
        ),
    )
    .outerjoin(models.Settings, models.Settings.organization_id == models.Kiosk.organization_id)
    .outerjoin(models.AccessEpoch, models.AccessEpoch.organization_id == models.Kiosk.organization_id)
    .where(
        models.Kiosk.organization_id == bindparam("organization_id"),
        models.Kiosk.id == bindparam("kiosk_id"),
        models.Kiosk.revoked_at.is_(None),
        models.Kiosk.expires_at > bindparam("now"),
    )
)


async def find_viewer(connection: AsyncConnection, claims: Claims, now: datetime) -> Viewer | None:
    """The viewer behind the claims; None: the person has left, the sign-in has ended, the portal is closed to the
    person by now, or the kiosk was revoked. The transaction's tenant must be the claims' organization.
    """
    if claims.kiosk_id is not None:
        row = await _one(connection, _KIOSK, claims, kiosk_id=claims.kiosk_id, now=now)
        return None if row is None else _kiosk(row, claims)
    if claims.email is not None:
        found = await _one(connection, _BY_EMAIL, claims, email=claims.email, kind=kind_for(claims.portal))
    elif claims.sign_in_id is not None:
        given = {"person_id": claims.person_id, "sign_in_id": claims.sign_in_id, "portal": claims.portal}
        found = await _one(connection, _BY_SIGN_IN, claims, **given)
    else:
        return None
    return None if found is None else _person(found, claims.organization_id, claims.portal, claims.sign_in_id)


async def find_viewers(connection: AsyncConnection, claims: Collection[Claims], now: datetime) -> dict[Claims, Viewer]:
    """Of credentials of one organization those that still have a viewer; one statement for all that were signed in
    here, and one for each of the others.
    """
    sign_ins = {each.sign_in_id: each.organization_id for each in claims if each.sign_in_id is not None}
    people = {}
    if sign_ins:
        given = {"organization_id": next(iter(sign_ins.values())), "sign_in_ids": list(sign_ins)}
        rows = (await connection.execute(_BY_SIGN_INS, given)).mappings()
        people = {(row["sign_in_id"], row["id"], row["portal"]): row for row in rows}
    found: dict[Claims, Viewer] = {}
    for each in claims:
        if each.sign_in_id is None:
            viewer = await find_viewer(connection, each, now)
        else:
            row = people.get((each.sign_in_id, each.person_id, each.portal))
            viewer = None if row is None else _person(row, each.organization_id, each.portal, each.sign_in_id)
        if viewer is not None:
            found[each] = viewer
    return found


async def find_person(
    connection: AsyncConnection, organization_id: UUID, portal: Portal, person_id: UUID
) -> Viewer | None:
    """The viewer that the person would be in the portal; None: the person has left, or may not enter. For signing in:
    everybody else has a credential to check.
    """
    given = {"organization_id": organization_id, "person_id": person_id}
    row = (await connection.execute(_BY_ID, given)).mappings().one_or_none()
    return None if row is None else _person(row, organization_id, portal, None)


async def _one(
    connection: AsyncConnection, statement: Select[Any], claims: Claims, **given: object
) -> RowMapping | None:
    values = {"organization_id": claims.organization_id, **given}
    row: RowMapping | None = (await connection.execute(statement, values)).mappings().one_or_none()
    return row


def _person(row: RowMapping, organization_id: UUID, portal: Portal, sign_in_id: UUID | None) -> Viewer | None:
    permissions = effective(portal, row["permissions"], row["group_permissions"])
    if not may_enter(portal, row["kind"], permissions):
        return None
    caller = Caller(organization_id, portal, permissions, person_id=row["id"], family_id=row["family_id"])
    return Viewer(
        caller=caller,
        first_name=row["first_name"],
        last_name=row["last_name"],
        email=row["email"],
        organization_name=row["organization_name"],
        currency=row["currency"],
        settings=settings_of(row),
        sign_in_id=sign_in_id,
        access=row["access"],
    )


def _kiosk(row: RowMapping, claims: Claims) -> Viewer:
    caller = Caller(claims.organization_id, Portal.KIOSK, kiosk_id=row["id"], location_id=row["location_id"])
    return Viewer(
        caller=caller,
        first_name=row["name"],
        last_name="",
        email=None,
        organization_name=row["organization_name"],
        currency=row["currency"],
        settings=settings_of(row),
        place=Place(row["location_name"], row["time_zone"]),
        access=row["access"],
    )
