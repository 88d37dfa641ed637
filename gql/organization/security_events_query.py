"""The query securityEvents: who signed in, who was refused, and from where (R12.7)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.roster.roster_rows import KioskFacts
from db.organization.security_events import StoredEvent, list_security_events
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.global_ids import decode_id
from gql.fields.listing_arguments import AFTER, FIRST
from gql.fields.pagination import Connection, Cursors, first_page, read_page
from gql.fields.vocabulary import Permission, Portal, SecurityEventKind
from gql.people.people import Actor, show_actor

_CURSORS = Cursors("securityEvents", (datetime, UUID))


@strawberry.type(
    description="Something that matters to the safety of accounts. The same thing by the same person or kiosk from the "
    "same address within one hour is one event with a count."
)
class SecurityEvent:
    kind: SecurityEventKind = strawberry.field(description="What happened.")
    actor: Actor | None = strawberry.field(
        description="The person or kiosk who did it, or whose account it was tried with. Null when it is not known."
    )
    portal: Portal | None = strawberry.field(description="The portal that was used. Null when it is not known.")
    address: str | None = strawberry.field(description="The network address. Null when it is not known.")
    detail: str | None = strawberry.field(
        description="What was refused, ended or changed: the name of a field, a reason or an id. Null when the kind "
        "says everything. It never has a secret or a name."
    )
    count: int = strawberry.field(description="How often it happened within the hour, 1 or more.")
    first_at: datetime = strawberry.field(description="When it happened first.")
    last_at: datetime = strawberry.field(description="When it happened last.")


async def resolve(
    info: Info,
    kinds: Annotated[
        list[SecurityEventKind] | None,
        strawberry.argument(
            description="Only events of these kinds. When left out or null, those of all kinds are listed."
        ),
    ] = None,
    staff_member_id: Annotated[
        strawberry.ID | None,
        strawberry.argument(
            description="Only events of this staff member. When left out or null, those of everybody are listed."
        ),
    ] = None,
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[SecurityEvent]:
    page = read_page(_CURSORS, first=first, after=after)
    person_id = None if staff_member_id is None else decode_id(staff_member_id, "StaffMember", "staffMemberId")
    async with reading(info) as (source, viewer):
        found = await list_security_events(
            source,
            viewer.caller.organization_id,
            kinds=kinds,
            person_id=person_id,
            after=page.after,
            limit=page.size + 1,
        )
    return first_page(
        found,
        page,
        node=_show,
        cursor=lambda event: _CURSORS.encode(event.first_at, event.id),
    )


def _show(event: StoredEvent) -> SecurityEvent:
    actor = event.person if event.kiosk is None else KioskFacts(*event.kiosk)
    return SecurityEvent(
        kind=event.kind,
        actor=show_actor(actor),
        portal=event.portal,
        address=event.address or None,
        detail=event.detail,
        count=event.count,
        first_at=event.first_at,
        last_at=event.last_at,
    )


field = strawberry.field(
    resolver=resolve,
    description="The security events of the organization, those that began latest first. They are kept for a year. An "
    "event is listed within a second. Needs OWNER.",
    metadata=requires([Permission.OWNER]),
)
