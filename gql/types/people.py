"""Those who act: staff, guardians and kiosks."""

from typing import Annotated

import strawberry

from attendance.rules.occurrences import PersonFacts
from attendance.rules.roster_rows import KioskFacts
from attendance.rules.vocabulary import PersonKind
from gql.global_ids import encode_id
from gql.types.node import Node


@strawberry.type(description="Somebody who works for the organization.")
class StaffMember(Node):
    first_name: str = strawberry.field(description="Given name.")
    last_name: str = strawberry.field(description="Family name.")


@strawberry.type(description="Somebody who acts for a family: a parent, mostly.")
class Guardian(Node):
    first_name: str = strawberry.field(description="Given name.")
    last_name: str = strawberry.field(description="Family name.")


@strawberry.type(description="A check-in device at a location's door.")
class Kiosk(Node):
    name: str = strawberry.field(description="The name that staff gave the device.")


Actor = Annotated[
    StaffMember | Guardian | Kiosk,
    strawberry.union("Actor", description="Who did something. Where it is null, the system did."),
]


def show_staff_member(facts: PersonFacts) -> StaffMember:
    return StaffMember(id=encode_id("StaffMember", facts.id), first_name=facts.first_name, last_name=facts.last_name)


def show_guardian(facts: PersonFacts) -> Guardian:
    return Guardian(id=encode_id("Guardian", facts.id), first_name=facts.first_name, last_name=facts.last_name)


def show_kiosk(facts: KioskFacts) -> Kiosk:
    return Kiosk(id=encode_id("Kiosk", facts.id), name=facts.name)


def show_actor(actor: tuple[PersonKind, PersonFacts] | KioskFacts | None) -> StaffMember | Guardian | Kiosk | None:
    """None: the system."""
    if actor is None:
        return None
    if isinstance(actor, KioskFacts):
        return show_kiosk(actor)
    kind, person = actor
    return show_staff_member(person) if kind is PersonKind.STAFF else show_guardian(person)
