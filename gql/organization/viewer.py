"""Who is calling, as the caller sees it."""

from typing import Annotated

import strawberry

from attendance.rules.organization.permissions import Viewer as ViewerFacts
from attendance.rules.roster.sight import sight_of
from db.people.students import list_students, visibility_of
from gql.fields.access import signed_in
from gql.fields.context import Info, reading
from gql.fields.global_ids import encode_id
from gql.fields.node import Node
from gql.fields.vocabulary import Permission, Portal
from gql.people.people import Guardian, Kiosk, StaffMember
from gql.people.student import Student, show_student

MOST_STUDENTS = 100


@strawberry.type(description="One business account. Nothing of one organization is ever visible to another.")
class Organization(Node):
    name: str = strawberry.field(description="Its name.")
    currency: str = strawberry.field(description="ISO 4217 code of the currency of all its amounts, such as USD.")


@strawberry.type(description="A staff member, signed in to the Office Portal or to the Staff Portal.")
class StaffViewer:
    name: str = strawberry.field(description="First and last name, to greet with.")
    email: str | None = strawberry.field(description="The address that signs in; null: none is known.")
    portal: Portal = strawberry.field(description="OFFICE or STAFF.")
    permissions: list[Permission] = strawberry.field(
        description="What the viewer may do in this portal: from groups and from the person, added up, with all that "
        "each includes. In alphabetical order."
    )
    staff_member: StaffMember = strawberry.field(description="The viewer as others see it.")
    organization: Organization = strawberry.field(description="Where the viewer works.")


@strawberry.type(description="A guardian, signed in to the Customer Portal. Reaches the students of one family alone.")
class GuardianViewer:
    name: str = strawberry.field(description="First and last name, to greet with.")
    email: str | None = strawberry.field(description="The address that signs in; null: none is known.")
    portal: Portal = strawberry.field(description="CUSTOMER.")
    guardian: Guardian = strawberry.field(description="The viewer as others see it.")
    organization: Organization = strawberry.field(description="The organization that the family is with.")
    books_makeups: bool = strawberry.field(
        description="Whether the family books makeups by itself, with `redeemMakeupToken`; if not, it asks for them "
        "with `requestMakeup`. The setting autoApproveMakeups."
    )

    @strawberry.field(
        description=f"The students of the family, by last name, then first name; at most {MOST_STUDENTS}.",
        metadata=signed_in(Portal.CUSTOMER),
    )
    async def students(self, info: Info) -> list[Student]:
        async with reading(info) as (connection, viewer):
            caller = viewer.caller
            found = await list_students(
                connection, caller.organization_id, visibility_of(caller), None, after=None, limit=MOST_STUDENTS
            )
            return [show_student(each.student, sight_of(viewer), viewer.currency) for each in found]


@strawberry.type(description="A check-in device. Reaches the day of its location alone.")
class KioskViewer:
    name: str = strawberry.field(description="The name that staff gave the device.")
    portal: Portal = strawberry.field(description="KIOSK.")
    kiosk: Kiosk = strawberry.field(description="The device as others see it.")
    location_name: str = strawberry.field(description="The name of the location where the device stands.")
    time_zone: str = strawberry.field(description="IANA name of the location's zone, such as America/Chicago.")
    organization: Organization = strawberry.field(description="Whose device it is.")


Viewer = Annotated[
    StaffViewer | GuardianViewer | KioskViewer,
    strawberry.union("Viewer", description="Who is calling, as told by the credential."),
]


def show_viewer(facts: ViewerFacts) -> StaffViewer | GuardianViewer | KioskViewer:
    caller = facts.caller
    organization = Organization(
        id=encode_id("Organization", caller.organization_id), name=facts.organization_name, currency=facts.currency
    )
    if facts.place is not None:
        return KioskViewer(
            name=facts.first_name,
            portal=caller.portal,
            kiosk=Kiosk(id=encode_id("Kiosk", caller.id), name=facts.first_name),
            location_name=facts.place.name,
            time_zone=facts.place.time_zone,
            organization=organization,
        )
    name = f"{facts.first_name} {facts.last_name}".strip()
    if caller.portal is Portal.CUSTOMER:
        return GuardianViewer(
            name=name,
            email=facts.email,
            portal=caller.portal,
            guardian=Guardian(
                id=encode_id("Guardian", caller.id), first_name=facts.first_name, last_name=facts.last_name
            ),
            organization=organization,
            books_makeups=facts.settings.makeup_tokens.auto_approve_makeups,
        )
    return StaffViewer(
        name=name,
        email=facts.email,
        portal=caller.portal,
        permissions=sorted(caller.permissions),
        staff_member=StaffMember(
            id=encode_id("StaffMember", caller.id), first_name=facts.first_name, last_name=facts.last_name
        ),
        organization=organization,
    )
