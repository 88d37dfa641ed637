"""The types of those who act: staff members, guardians and kiosks."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.kiosk.kiosk import LaunchedKiosk
from attendance.rules.organization.permissions import may_see_attendance, sees_all_occurrences
from attendance.rules.roster.roster_rows import KioskFacts
from attendance.rules.vocabulary import PersonKind
from db.kiosk.kiosks import read_launched_kiosks
from db.people.guardians import GuardianFacts, read_guardians
from db.people.students import read_family_members, visibility_of
from gql.calendar.offering import Location, show_location
from gql.fields.access import requires, signed_in
from gql.fields.context import Info, Reading
from gql.fields.global_ids import decode_id, encode_id
from gql.fields.loaders import load
from gql.fields.node import Node
from gql.fields.vocabulary import Permission, Portal
from gql.kiosk.vocabulary import KioskState


@strawberry.type(description="A person who works for the organization.")
class StaffMember(Node):
    first_name: str = strawberry.field(description="The given name.")
    last_name: str = strawberry.field(description="The family name.")


_OF_FAMILY = signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER)


@strawberry.type(
    description="A person who acts for a family, usually a parent. All fields but the id and the names are for "
    "guardians of the family and for staff who may see the family; others find them empty."
)
class Guardian(Node):
    first_name: str = strawberry.field(description="The given name.")
    last_name: str = strawberry.field(description="The family name.")

    @strawberry.field(
        description="The e-mail address, with which the guardian signs in. Null when it is not known.",
        metadata=_OF_FAMILY,
    )
    async def email(self, info: Info) -> str | None:
        facts = await self._facts(info)
        return None if facts is None else facts.email

    @strawberry.field(
        description="The guardian's telephone numbers, by which the family identifies itself at a kiosk.",
        metadata=_OF_FAMILY,
    )
    async def phones(self, info: Info) -> list[str]:
        facts = await self._facts(info)
        return [] if facts is None else list(facts.phones)

    @strawberry.field(description="When the guardian's access ended. Null when it has not ended.", metadata=_OF_FAMILY)
    async def ended_at(self, info: Info) -> datetime | None:
        facts = await self._facts(info)
        return None if facts is None else facts.ended_at

    async def _facts(self, info: Info) -> GuardianFacts | None:
        return await load(info, decode_id(self.id, "Guardian", "id"), _read_guardians)


async def _read_guardians(source: Reading, ids: list[UUID]) -> list[GuardianFacts | None]:
    """Return the guardians, and None for those whose family the viewer may not see."""
    caller = source.viewer.caller
    organization_id = caller.organization_id
    found = await read_guardians(source.connection, organization_id, set(ids))
    families = {each.family_id for each in found.values()}
    if caller.portal is Portal.CUSTOMER:
        families &= {caller.family_id} if caller.family_id else set()
    elif not may_see_attendance(caller):
        families = set()
    elif not sees_all_occurrences(caller):
        members = await read_family_members(source.connection, organization_id, families, visibility_of(caller))
        families = {each.family.id for each in members}
    return [found[each] if each in found and found[each].family_id in families else None for each in ids]


_OF_LAUNCHERS = requires([Permission.LAUNCH_KIOSK])


@strawberry.type(
    description="A check-in device at a location's entrance. All fields but its id and name need LAUNCH_KIOSK."
)
class Kiosk(Node):
    name: str = strawberry.field(description="The name that staff gave the device.")
    facts: strawberry.Private[LaunchedKiosk | None] = None

    @strawberry.field(description="The location where the device stands. Needs LAUNCH_KIOSK.", metadata=_OF_LAUNCHERS)
    async def location(self, info: Info) -> Location:
        return show_location((await self._facts(info)).location)

    @strawberry.field(description="Whether the device can be used. Needs LAUNCH_KIOSK.", metadata=_OF_LAUNCHERS)
    async def state(self, info: Info) -> KioskState:
        return (await self._facts(info)).state(info.context.clock())

    @strawberry.field(description="When the device was launched. Needs LAUNCH_KIOSK.", metadata=_OF_LAUNCHERS)
    async def launched_at(self, info: Info) -> datetime:
        return (await self._facts(info)).launched_at

    @strawberry.field(
        description="The staff member who launched the device. Needs LAUNCH_KIOSK.", metadata=_OF_LAUNCHERS
    )
    async def launched_by(self, info: Info) -> StaffMember:
        return show_staff_member((await self._facts(info)).launched_by)

    @strawberry.field(description="When the device's access token expires. Needs LAUNCH_KIOSK.", metadata=_OF_LAUNCHERS)
    async def expires_at(self, info: Info) -> datetime:
        return (await self._facts(info)).expires_at

    @strawberry.field(
        description="When the device was revoked. Null when it was not revoked. Needs LAUNCH_KIOSK.",
        metadata=_OF_LAUNCHERS,
    )
    async def revoked_at(self, info: Info) -> datetime | None:
        return (await self._facts(info)).revoked_at

    @strawberry.field(
        description="The staff member who revoked the device. Null when it was not revoked, or when it is not known "
        "who did. Needs LAUNCH_KIOSK.",
        metadata=_OF_LAUNCHERS,
    )
    async def revoked_by(self, info: Info) -> StaffMember | None:
        by = (await self._facts(info)).revoked_by
        return None if by is None else show_staff_member(by)

    async def _facts(self, info: Info) -> LaunchedKiosk:
        if self.facts is not None:
            return self.facts
        return await load(info, decode_id(self.id, "Kiosk", "id"), _read_launched)


async def _read_launched(source: Reading, ids: list[UUID]) -> list[LaunchedKiosk]:
    found = await read_launched_kiosks(source.connection, source.viewer.caller.organization_id, set(ids))
    return [found[each] for each in ids]


Actor = Annotated[
    StaffMember | Guardian | Kiosk,
    strawberry.union(
        "Actor",
        description="The person or device that did something. A field of this type is null when the system did it, "
        "unless its own description says otherwise.",
    ),
]


def show_staff_member(facts: PersonFacts) -> StaffMember:
    return StaffMember(id=encode_id("StaffMember", facts.id), first_name=facts.first_name, last_name=facts.last_name)


def show_guardian(facts: PersonFacts) -> Guardian:
    return Guardian(id=encode_id("Guardian", facts.id), first_name=facts.first_name, last_name=facts.last_name)


def show_kiosk(facts: KioskFacts) -> Kiosk:
    return Kiosk(id=encode_id("Kiosk", facts.id), name=facts.name)


def show_launched_kiosk(facts: LaunchedKiosk) -> Kiosk:
    return Kiosk(id=encode_id("Kiosk", facts.id), name=facts.name, facts=facts)


def show_actor(actor: tuple[PersonKind, PersonFacts] | KioskFacts | None) -> StaffMember | Guardian | Kiosk | None:
    """Return the person or device in the form in which it is shown, or None when the system acted."""
    if actor is None:
        return None
    if isinstance(actor, KioskFacts):
        return show_kiosk(actor)
    kind, person = actor
    return show_staff_member(person) if kind is PersonKind.STAFF else show_guardian(person)
