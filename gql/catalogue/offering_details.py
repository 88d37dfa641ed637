"""The fields `Offering.sessions`, `Offering.instructors` and `Timeslot.room`."""

from uuid import UUID

import strawberry

from db.catalogue.offering_details import read_instructors_of, read_rooms, read_sessions_of
from gql.calendar.offering import Offering, Timeslot
from gql.catalogue.session import Session, show_session
from gql.fields.access import signed_in
from gql.fields.context import Info, Reading
from gql.fields.global_ids import decode_id
from gql.fields.loaders import load
from gql.fields.vocabulary import Portal
from gql.people.people import StaffMember, show_staff_member


async def resolve_sessions(self: Offering, info: Info) -> list[Session]:
    return await load(info, self.key, _read_sessions)


async def resolve_instructors(self: Offering, info: Info) -> list[StaffMember]:
    return await load(info, self.key, _read_instructors)


async def resolve_room(self: Timeslot, info: Info) -> str | None:
    return await load(info, decode_id(self.id, "Timeslot", "id"), _read_rooms)


async def _read_sessions(source: Reading, keys: list[UUID]) -> list[list[Session]]:
    found = await read_sessions_of(source.connection, source.viewer.caller.organization_id, keys)
    return [[show_session(each) for each in found.get(key, ())] for key in keys]


async def _read_instructors(source: Reading, keys: list[UUID]) -> list[list[StaffMember]]:
    found = await read_instructors_of(source.connection, source.viewer.caller.organization_id, keys)
    return [[show_staff_member(each) for each in found.get(key, ())] for key in keys]


async def _read_rooms(source: Reading, keys: list[UUID]) -> list[str | None]:
    found = await read_rooms(source.connection, source.viewer.caller.organization_id, keys)
    return [found.get(key) for key in keys]


sessions = strawberry.field(
    resolver=resolve_sessions,
    description="The sessions to which it is attached, ordered by their first date. When there are none, it meets on "
    "all dates of its own. For staff and guardians.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
instructors = strawberry.field(
    resolver=resolve_instructors,
    description="The staff members who teach it now or are to teach it from a later date on, ordered by name. "
    "`Occurrence.instructors` says who teaches on a date. For staff and guardians.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
room = strawberry.field(
    resolver=resolve_room,
    description="The room. After a change it is the room of the last version, as the other fields are. Null when none "
    "is set. For staff and guardians.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
