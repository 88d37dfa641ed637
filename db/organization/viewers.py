"""Checks a credential's claims against the database, and reads everything that a request needs to know of its viewer.

There is one statement for each kind of credential, and a request executes no other statement for its viewer.
"""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.organization.permissions import (
    Caller,
    Claims,
    MayNotEnter,
    Place,
    Viewer,
    effective,
    kind_for,
    may_enter,
)
from attendance.rules.vocabulary import PersonKind, Portal
from db.driver import Beside, HotStatement, beside, snapshot
from db.organization.settings import SELECTED, settings_of

_ORGANIZATION = f"""
o.name AS organization_name, o.currency, coalesce(a.epoch, 0) AS access, {SELECTED}
"""
_PEOPLE = f"""
SELECT p.id, p.kind, p.first_name, p.last_name, p.email, p.family_id, p.permissions, p.ends_at,
       ARRAY(SELECT unnest(r.permissions)
             FROM group_member m
             JOIN permission_group r ON r.organization_id = m.organization_id AND r.id = m.group_id
             WHERE m.organization_id = p.organization_id AND m.person_id = p.id) AS group_permissions,
       {_ORGANIZATION}
FROM person p
JOIN organization o ON o.organization_id = p.organization_id
LEFT JOIN settings g ON g.organization_id = p.organization_id
LEFT JOIN access_epoch a ON a.organization_id = p.organization_id
WHERE p.organization_id = :organization_id AND p.ended_at IS NULL
  AND (p.ends_at IS NULL OR p.ends_at > CAST(:now AS timestamptz))
"""  # noqa: S608 - constants
_BY_ID = text(_PEOPLE + "  AND p.id = :person_id")
_BY_SIGN_IN = text(
    _PEOPLE
    + """
  AND p.id = :person_id
  AND EXISTS (SELECT FROM sign_in s WHERE s.organization_id = p.organization_id AND s.id = :sign_in_id
              AND s.person_id = p.id AND s.portal = :portal AND s.ended_at IS NULL)
"""
)
_BY_EMAIL = text(_PEOPLE + "  AND lower(p.email) = lower(CAST(:email AS text)) AND p.kind = :kind")
_BY_SIGN_INS = text(f"""
SELECT s.id AS sign_in_id, s.portal, viewer.*
FROM sign_in s
CROSS JOIN LATERAL ({_PEOPLE} AND p.id = s.person_id) viewer
WHERE s.organization_id = :organization_id AND s.id = ANY (CAST(:sign_in_ids AS uuid[])) AND s.ended_at IS NULL
""")  # noqa: S608 - constants
# What may change while the number of the last change of access stays.
_NAMES = """
SELECT coalesce(a.epoch, 0) AS viewer_access, p.first_name AS viewer_first_name, p.last_name AS viewer_last_name,
       o.name AS viewer_organization_name, o.currency AS viewer_currency
FROM organization o
LEFT JOIN access_epoch a ON a.organization_id = o.organization_id
LEFT JOIN person p ON p.organization_id = o.organization_id AND p.id = CAST(:person_id AS uuid)
WHERE o.organization_id = :organization_id
"""
_NAMED, _OWN_COLUMNS = HotStatement(_NAMES), 5
_KIOSK = text(f"""
SELECT k.id, k.name, k.location_id, l.name AS location_name, l.time_zone, {_ORGANIZATION}
FROM kiosk k
JOIN organization o ON o.organization_id = k.organization_id
JOIN location l ON l.organization_id = k.organization_id AND l.id = k.location_id
LEFT JOIN settings g ON g.organization_id = k.organization_id
LEFT JOIN access_epoch a ON a.organization_id = k.organization_id
WHERE k.organization_id = :organization_id AND k.id = :kiosk_id AND k.revoked_at IS NULL AND k.expires_at > :now
""")  # noqa: S608 - constants


async def find_viewer(connection: AsyncConnection, claims: Claims, now: datetime) -> Viewer | None:
    """Return the viewer of the claims, or None when the person has left, the sign-in has ended, or the kiosk was
    revoked. Raises MayNotEnter when the sign-in goes on, but the person may no longer use the portal.

    The transaction's tenant must be the organization of the claims.
    """
    if claims.kiosk_id is not None:
        row = await _one(connection, _KIOSK, claims, kiosk_id=claims.kiosk_id, now=now)
        return None if row is None else _kiosk(row, claims)
    if claims.email is not None:
        kind = kind_for(claims.portal)
        found = await _one(connection, _BY_EMAIL, claims, email=claims.email, kind=kind and kind.value, now=now)
    elif claims.sign_in_id is not None:
        given = {
            "person_id": claims.person_id,
            "sign_in_id": claims.sign_in_id,
            "portal": claims.portal.value,
            "now": now,
        }
        found = await _one(connection, _BY_SIGN_IN, claims, **given)
    else:
        return None
    if found is None:
        return None
    viewer = _person(found, claims.organization_id, claims.portal, claims.sign_in_id)
    if viewer is None:
        raise MayNotEnter(claims.portal)
    return viewer


async def find_again(connection: AsyncConnection, known: Viewer, also: Beside | None = None) -> Viewer | None:
    """Return a person who was found before, with the present names, in one small statement. None when somebody's access
    in the organization has changed, so that everything has to be read anew.

    While the number of the last change of access is the same, everything but the names and the currency is unchanged.

    also -- a query of the same tenant that is executed in the same statement
    """
    caller = known.caller
    given = {"organization_id": caller.organization_id, "person_id": caller.person_id}
    if also is None:
        found = await _NAMED.rows(connection, given)
    else:
        found = await beside(_NAMES, also.query).rows(connection, {**also.given, **given})
        also.rows = [row for row in found if row[_OWN_COLUMNS] is not None]
    return _as_named(known, found[0]) if found else None


async def find_again_at_once(connection: AsyncConnection, known: Viewer, also: Beside) -> Viewer | None:
    """Return what `find_again` returns, in a transaction that consists of the statement.

    connection -- one of `Database.between_transactions`
    """
    caller = known.caller
    given = {"organization_id": caller.organization_id, "person_id": caller.person_id}
    statement = snapshot(names_beside(also.query))
    found = await statement.records(connection, caller.organization_id, {**also.given, **given})
    # Each row is the viewer or one of the query, and null in the other columns.
    viewer = next((row for row in found if row[1] is not None), None)
    if viewer is None:
        return None
    also.columns, also.rows, also.skipped = tuple(viewer.keys()), found, 1 + _OWN_COLUMNS
    return _as_named(known, viewer[1:])


@cache
def names_beside(query: str) -> str:
    """Return a query for the row of a viewer and for the rows of a query, in the order of these."""
    return f"SELECT 1 AS is_row, one.*, beside.* FROM ({_NAMES}) one FULL JOIN ({query}) beside ON false"  # noqa: S608


def _as_named(known: Viewer, found: Any) -> Viewer | None:
    """Return the viewer with the names of a row of _NAMES, or None when somebody's access has changed."""
    access, *others = found[:_OWN_COLUMNS]
    if access != known.access:
        return None
    names = first_name, last_name, organization_name, currency = tuple(others)
    if names == (known.first_name, known.last_name, known.organization_name, known.currency):
        return known
    return replace(
        known, first_name=first_name, last_name=last_name, organization_name=organization_name, currency=currency
    )


async def find_viewers(connection: AsyncConnection, claims: Collection[Claims], now: datetime) -> dict[Claims, Viewer]:
    """Return the credentials of one organization that still have a viewer.

    This executes one statement for all that were signed in here, and one for each of the others.
    """
    sign_ins = {each.sign_in_id: each.organization_id for each in claims if each.sign_in_id is not None}
    people = {}
    if sign_ins:
        given = {"organization_id": next(iter(sign_ins.values())), "sign_in_ids": list(sign_ins), "now": now}
        rows = (await connection.execute(_BY_SIGN_INS, given)).mappings()
        people = {(row["sign_in_id"], row["id"], Portal(row["portal"])): row for row in rows}
    found: dict[Claims, Viewer] = {}
    for each in claims:
        if each.sign_in_id is None:
            viewer = await _find_who_may_enter(connection, each, now)
        else:
            row = people.get((each.sign_in_id, each.person_id, each.portal))
            viewer = None if row is None else _person(row, each.organization_id, each.portal, each.sign_in_id)
        if viewer is not None:
            found[each] = viewer
    return found


async def _find_who_may_enter(connection: AsyncConnection, claims: Claims, now: datetime) -> Viewer | None:
    with suppress(MayNotEnter):
        return await find_viewer(connection, claims, now)
    return None


async def find_person(
    connection: AsyncConnection, organization_id: UUID, portal: Portal, person_id: UUID, now: datetime
) -> Viewer | None:
    """Return the viewer that the person would be in the portal, or None when the person has left or may not use it.

    This is for signing in. Everybody else has a credential to check.
    """
    given = {"organization_id": organization_id, "person_id": person_id, "now": now}
    row = (await connection.execute(_BY_ID, given)).mappings().one_or_none()
    return None if row is None else _person(row, organization_id, portal, None)


async def _one(
    connection: AsyncConnection, statement: TextClause, claims: Claims, **given: object
) -> RowMapping | None:
    values = {"organization_id": claims.organization_id, **given}
    row: RowMapping | None = (await connection.execute(statement, values)).mappings().one_or_none()
    return row


def _person(row: RowMapping, organization_id: UUID, portal: Portal, sign_in_id: UUID | None) -> Viewer | None:
    permissions = effective(portal, row["permissions"], row["group_permissions"])
    if not may_enter(portal, PersonKind(row["kind"]), permissions):
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
        ends_at=row["ends_at"],
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
