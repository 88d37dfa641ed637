"""The demo's accounts, one for each role. They are the same on every machine, so never load them where others have
access.
"""

from dataclasses import dataclass

from attendance.rules.vocabulary import Portal

PASSWORD = "rollbook-demo"  # noqa: S105 - published on purpose
BUSINESS = "Copper Lake Swim & Gymnastics"
SMALL_BUSINESS = "Thameside Tumblers"

OWNER = "owner@copperlake.example"
OFFICE_MANAGER = "office@copperlake.example"
FRONT_DESK = "desk@copperlake.example"
HEAD_COACH = "coach@copperlake.example"
INSTRUCTOR = "instructor@copperlake.example"
GUARDIAN = "guardian@example.com"
SMALL_OWNER = "owner@thameside.example"
IN_BOTH = "sam.quintero@example.com"


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    """One account. `note` says who it is and what to try with it."""

    portal: Portal
    email: str
    password: str
    organization: str
    note: str


SIGN_INS = (
    DemoSignIn(Portal.OFFICE, OWNER, PASSWORD, BUSINESS, "owner: may see and do everything"),
    DemoSignIn(
        Portal.OFFICE, FRONT_DESK, PASSWORD, BUSINESS, "front desk: sees roll sheets, may not record attendance"
    ),
    DemoSignIn(Portal.STAFF, INSTRUCTOR, PASSWORD, BUSINESS, "instructor: sees own classes only"),
    DemoSignIn(Portal.STAFF, HEAD_COACH, PASSWORD, BUSINESS, "head coach: sees all classes"),
    DemoSignIn(Portal.CUSTOMER, GUARDIAN, PASSWORD, BUSINESS, "guardian of a family with tokens"),
    DemoSignIn(Portal.OFFICE, SMALL_OWNER, PASSWORD, SMALL_BUSINESS, "owner of another business"),
    DemoSignIn(Portal.STAFF, IN_BOTH, PASSWORD, BUSINESS, "works in both businesses: must name one when signing in"),
)
