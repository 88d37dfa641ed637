"""The types of the caller, as the caller sees itself."""

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


@strawberry.type(description="A business account. Nothing of an organization is ever visible to another organization.")
class Organization(Node):
    name: str = strawberry.field(description="The name of the organization.")
    currency: str = strawberry.field(
        description="The currency of all amounts of the organization, as an ISO 4217 code such as USD."
    )


@strawberry.type(description="A staff member who is signed in to the Office Portal or the Staff Portal.")
class StaffViewer:
    name: str = strawberry.field(description="The first and last name, for a greeting.")
    email: str | None = strawberry.field(description="The e-mail address of the account. Null when it is not known.")
    portal: Portal = strawberry.field(description="The portal: OFFICE or STAFF.")
    permissions: list[Permission] = strawberry.field(
        description="The permissions of the viewer in this portal, ordered alphabetically. They come from groups and "
        "from the person, and include all permissions that another permission implies."
    )
    staff_member: StaffMember = strawberry.field(description="The viewer as other people see the person.")
    organization: Organization = strawberry.field(description="The organization in which the viewer works.")


@strawberry.type(
    description="A guardian who is signed in to the Customer Portal. A guardian can reach only the students of the "
    "own family."
)
class GuardianViewer:
    name: str = strawberry.field(description="The first and last name, for a greeting.")
    email: str | None = strawberry.field(description="The e-mail address of the account. Null when it is not known.")
    portal: Portal = strawberry.field(description="The portal, which is always CUSTOMER.")
    guardian: Guardian = strawberry.field(description="The viewer as other people see the person.")
    organization: Organization = strawberry.field(description="The organization whose customer the family is.")
    books_makeups: bool = strawberry.field(
        description="Whether the family books makeups itself, with `redeemMakeupToken`. If not, it requests them with "
        "`requestMakeup`. This is the setting autoApproveMakeups."
    )
    gives_back_makeups: bool = strawberry.field(
        description="Whether the family can give back makeups that are booked, with `giveBackMakeup`. This is the "
        "setting familiesMayGiveBackMakeups."
    )

    requests_absences: bool = strawberry.field(
        description="Whether the family can announce absences, with `requestExpectedAbsence`. This is the setting "
        "guardiansMayRequestAbsences."
    )

    @strawberry.field(
        description=f"The students of the family, ordered by last name, then by first name; at most {MOST_STUDENTS}.",
        metadata=signed_in(Portal.CUSTOMER),
    )
    async def students(self, info: Info) -> list[Student]:
        async with reading(info) as (connection, viewer):
            caller = viewer.caller
            found = await list_students(
                connection, caller.organization_id, visibility_of(caller), None, after=None, limit=MOST_STUDENTS
            )
            return [show_student(each, sight_of(viewer), viewer.currency) for each in found]


@strawberry.type(description="A check-in device. It can reach only the current day of its location.")
class KioskViewer:
    name: str = strawberry.field(description="The name that staff gave the device.")
    portal: Portal = strawberry.field(description="The portal, which is always KIOSK.")
    kiosk: Kiosk = strawberry.field(description="The device as other people see it.")
    location_name: str = strawberry.field(description="The name of the location where the device stands.")
    time_zone: str = strawberry.field(
        description="The IANA name of the location's time zone, for example America/Chicago."
    )
    organization: Organization = strawberry.field(description="The organization to which the device belongs.")


Viewer = Annotated[
    StaffViewer | GuardianViewer | KioskViewer,
    strawberry.union("Viewer", description="The caller, as identified by the credential."),
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
            gives_back_makeups=facts.settings.makeup_tokens.families_may_give_back_makeups,
            requests_absences=facts.settings.absences.guardians_may_request_absences,
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
