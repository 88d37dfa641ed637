"""Act 1. Olga founds a business, and invites those who will work for it."""

from typing import Any

from tests.year.business import FRONT_DESK, OFFICE, OWNER, PASSWORD, Business, link_in

TEACHERS = ("Tara", "Tom", "Tess", "Theo", "Tia", "Timo", "Toni", "Tuva", "Till", "Thea", "Tore", "Tilda")


async def found(business: Business) -> None:
    """The command line founds it; a second link replaces the first; the owner chooses a password and signs in."""
    told = await business.command(
        "found", "Dock Street Gym", "--owner", OWNER, "--time-zone", "America/Chicago", "--currency", "USD",
        "--location", "Dock Street", "--owner-name", "Olga van Dyke",
    )  # fmt: skip
    assert "Dock Street Gym is founded" in told
    late = link_in(told, "accept-invitation")
    token = link_in(await business.command("link", OWNER), "accept-invitation")
    refused = await business.outside.act("acceptInvitation", token=late, password=PASSWORD)
    assert (refused["__typename"], refused["linkReason"]) == ("LinkNotValid", "REVOKED")
    accepted = await business.outside.act("acceptInvitation", token=token, password=PASSWORD)
    assert accepted["__typename"] == "AcceptInvitationSuccess", accepted


async def invite_staff(business: Business, teachers: int) -> list[str]:
    """Olga invites the office, the front desk and the instructors. Returns the instructors' addresses."""
    groups = (await business.owner.ask("{ permissionGroups { id name } }"))["permissionGroups"]
    business.ids |= {each["name"]: each["id"] for each in groups}
    await invite(business, "Otto", OFFICE, "Office", permissions=["SEE_REPORTS"])
    await invite(business, "Fay", FRONT_DESK, "Front desk", permissions=["MANAGE_ENROLLMENTS", "MANAGE_PEOPLE"])
    addresses = [f"{name.lower()}@dock.example" for name in TEACHERS[:teachers]]
    for name, address in zip(TEACHERS, addresses, strict=False):
        await invite(business, name, address, "Instructors")
    return addresses


async def invite(business: Business, name: str, address: str, group: str, **more: Any) -> None:
    """The person reads the mail, chooses a password by its link, and signs in."""
    new = {"firstName": name, "lastName": "Docker", "email": address, "permissionGroupIds": [business.ids[group]]}
    shown = "invitation { person { ... on StaffMember { id } } }"
    made = await business.owner.act("inviteStaff", shown, newStaff=new | more)
    business.ids[address] = made["invitation"]["person"]["id"]
    token = await business.letter(address, "accept-invitation")
    accepted = await business.outside.act("acceptInvitation", token=token, password=PASSWORD)
    assert accepted["__typename"] == "AcceptInvitationSuccess", accepted
    portal = "STAFF" if group == "Instructors" else "OFFICE"
    viewer = await business.desk(address, portal).ask("{ viewer { ... on StaffViewer { email portal } } }")
    assert viewer["viewer"] == {"email": address, "portal": portal}
