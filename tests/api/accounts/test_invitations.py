"""R12.2: staff and guardians are invited by e-mail, and administrators start resets."""

from datetime import timedelta
from typing import Any

from attendance.rules.accounts.account_links import LinkTerms
from attendance.rules.vocabulary import Permission, Portal
from db import models
from gql.fields.global_ids import encode_id
from mail.links import with_link
from mail.render import render
from tests.api.organization.sign_in_client import PASSWORD_HASH
from tests.support.api import Api
from tests.support.factories import World

PASSWORD = "nine tall herons"
INVITATIONS = """{ invitations { nodes { id email expiresAt createdBy { firstName }
  person { __typename ... on StaffMember { firstName } ... on Guardian { firstName } } } } }"""

CHECK = """query($purpose: AccountLinkPurpose!, $token: String!) {
  checkAccountLink(purpose: $purpose, token: $token) { isValid linkReason message } }"""


async def tokens(api: Api, world: World) -> dict[str, list[str]]:
    """The tokens in the messages to each recipient, the latest last."""
    terms: LinkTerms = api.services.link_terms
    found: dict[str, list[str]] = {}
    for row in sorted(await world.rows(models.Email), key=lambda row: row.created_at):
        facts = with_link(world.organization_id, row.facts, terms)
        if "link" in facts:
            letter = render(row.template, facts, organization="Test Gym")
            assert facts["link"] in letter.text
            assert facts["link"] in letter.html
            found.setdefault(row.recipient, []).append(facts["link"].partition("#")[2])
    return found


async def shown(api: Api) -> list[dict[str, Any]]:
    return (await api.ask(INVITATIONS))["invitations"]["nodes"]  # type: ignore[no-any-return]


ACCOUNTS = "{ staff(ended: null, first: 100) { nodes { staffMember { firstName } invitation { id } } } }"
ACCOUNT = "query($id: ID!) { staffAccount(id: $id) { invitation { id email createdBy { firstName } } } }"


async def test_R12_6_an_account_shows_the_invitation_that_can_be_accepted(world: World, api: Api) -> None:
    olga = await api.as_staff(world, person_id=await world.staff(Permission.OWNER, first_name="Olga"))

    async def invitations() -> dict[str, Any]:
        found = (await olga.ask(ACCOUNTS))["staff"]["nodes"]
        return {each["staffMember"]["firstName"]: each["invitation"] for each in found}

    new = {"firstName": "Nia", "lastName": "New", "email": "nia@gym.example"}
    first = (await olga.act("inviteStaff", "invitation { id person { ... on StaffMember { id } } }", newStaff=new))[
        "invitation"
    ]
    person = {"staffMemberId": first["person"]["id"]}
    # However many guardians are invited, and a link for another password is something else.
    family_id = await world.family()
    for number in range(3):
        guardian_id = await world.guardian(family_id, email=f"{number}@home.example")
        await olga.act("inviteGuardian", guardianId=encode_id("Guardian", guardian_id))
    assert await invitations() == {"Olga": None, "Nia": {"id": first["id"]}}
    second = (await olga.act("inviteStaff", "invitation { id }", **person))["invitation"]
    assert (await olga.ask(ACCOUNT, id=person["staffMemberId"]))["staffAccount"]["invitation"] == {
        "id": second["id"],
        "email": "nia@gym.example",
        "createdBy": {"firstName": "Olga"},
    }
    ended = await olga.act("endStaff", "staff { invitation { id } }", **person)
    assert ended["staff"]["invitation"] is None
    assert await invitations() == {"Olga": None, "Nia": None}
    restored = await olga.act("restoreStaff", "staff { invitation { id } }", **person)
    assert restored["staff"]["invitation"] is None
    third = (await olga.act("inviteStaff", "invitation { id }", **person))["invitation"]
    changed = await olga.act("updateStaff", "staff { invitation { id } }", lastName="Newer", **person)
    assert changed["staff"]["invitation"] == {"id": third["id"]}
    await olga.act("revokeInvitation", invitationId=third["id"])
    assert await invitations() == {"Olga": None, "Nia": None}
    await olga.act("inviteStaff", **person)
    api.clock.forward(hours=73)
    olga = await api.as_staff(world, Permission.MANAGE_STAFF, Permission.OFFICE_SEE_ALL)
    assert (await invitations())["Nia"] is None


async def test_R12_2_a_new_staff_member_is_invited_and_comes_in(world: World, api: Api) -> None:
    olga = await api.as_staff(world, person_id=await world.staff(Permission.OWNER, first_name="Olga"))
    new = {"firstName": "Nia", "lastName": "New", "email": "nia@gym.example", "permissions": ["OFFICE_SEE_ALL"]}
    made = await olga.act("inviteStaff", "invitation { id email }", newStaff=new, idempotencyKey="1")
    assert made["invitation"]["email"] == "nia@gym.example"
    assert await olga.act("inviteStaff", "invitation { id email }", newStaff=new, idempotencyKey="1") == made
    (invitation,) = await shown(olga)
    assert invitation == {
        "id": made["invitation"]["id"],
        "email": "nia@gym.example",
        "expiresAt": (api.clock.now + timedelta(hours=72)).isoformat().replace("+00:00", "Z"),
        "createdBy": {"firstName": "Olga"},
        "person": {"__typename": "StaffMember", "firstName": "Nia"},
    }
    (first,) = (await tokens(api, world))["nia@gym.example"]
    nia = (await world.rows(models.Person, email="nia@gym.example"))[0].id
    api.clock.forward(hours=71)
    olga = await api.as_staff(world, Permission.OWNER)
    await olga.act("inviteStaff", staffMemberId=encode_id("StaffMember", nia))
    _, second = (await tokens(api, world))["nia@gym.example"]
    assert (await api.act("acceptInvitation", token=first, password=PASSWORD))["linkReason"] == "REVOKED"
    api.clock.forward(hours=71, minutes=59)
    personal = await api.act("acceptInvitation", token=second, password="nia@gym.EXAMPLE")
    assert personal["passwordReason"] == "PERSONAL"
    assert (await api.act("acceptInvitation", token=second, password=PASSWORD))[
        "__typename"
    ] == "AcceptInvitationSuccess"
    olga = await api.as_staff(world, Permission.OWNER)
    assert await shown(olga) == []
    again = await olga.act("inviteStaff", staffMemberId=encode_id("StaffMember", nia))
    assert (again["__typename"], again["notInvitableReason"]) == ("NotInvitable", "HAS_PASSWORD")


async def test_R12_2_an_invitation_expires_and_is_revoked(world: World, api: Api) -> None:
    desk = await api.as_staff(world, Permission.MANAGE_ENROLLMENTS, portal=Portal.STAFF)
    family = await world.family()
    gail = encode_id("Guardian", await world.guardian(family, email="gail@home.example"))
    await desk.act("inviteGuardian", guardianId=gail)
    (invitation,) = await shown(desk)
    assert invitation["person"] == {"__typename": "Guardian", "firstName": "Gail"}
    (email,) = await world.rows(models.Email)
    assert (email.family_id, email.facts["for_family"]) == (family, True)
    # Who manages staff alone neither sees nor ends it.
    manager = await api.as_staff(world, Permission.MANAGE_STAFF, portal=Portal.STAFF)
    assert await shown(manager) == []
    code, _ = await manager.refused(
        "mutation($id: ID!) { revokeInvitation(input: {invitationId: $id}) { __typename } }", id=invitation["id"]
    )
    assert code == "NOT_FOUND"
    for _ in range(2):
        ended = await desk.act("revokeInvitation", invitationId=invitation["id"])
        assert ended["__typename"] == "RevokeInvitationSuccess"
    assert await shown(desk) == []
    (first,) = (await tokens(api, world))["gail@home.example"]
    assert (await api.act("acceptInvitation", token=first, password=PASSWORD))["linkReason"] == "REVOKED"
    await desk.act("inviteGuardian", guardianId=gail)
    _, second = (await tokens(api, world))["gail@home.example"]
    api.clock.forward(hours=72)
    assert (await api.act("acceptInvitation", token=second, password=PASSWORD))["linkReason"] == "EXPIRED"
    assert (await world.rows(models.Person, email="gail@home.example"))[0].password_hash is None


async def test_R12_2_who_cannot_be_invited(world: World, api: Api) -> None:
    owner = await api.as_staff(world, Permission.OWNER)
    family = await world.family()
    for reason, facts in (
        ("NO_EMAIL", {}),
        ("NO_EMAIL", {"email": "müller@home.example"}),
        ("HAS_LEFT", {"email": "left@home.example", "ended_at": api.clock.now}),
        ("HAS_PASSWORD", {"email": "gail@home.example", "password_hash": "x"}),
    ):
        guardian = await world.guardian(family, **facts)
        refused = await owner.act("inviteGuardian", guardianId=encode_id("Guardian", guardian))
        assert (refused["__typename"], refused["notInvitableReason"]) == ("NotInvitable", reason)
    assert await world.count(models.Email) == await world.count(models.AccountLink) == 0


async def test_R12_2_an_administrator_starts_a_reset_and_sees_no_password(world: World, api: Api) -> None:
    manager = await api.as_staff(world, Permission.MANAGE_STAFF, portal=Portal.STAFF)
    sam = await world.staff(Permission.OWNER, email="sam@gym.example", password_hash=PASSWORD_HASH)
    given = {"personId": encode_id("StaffMember", sam)}
    for _ in range(3):
        assert await manager.act("sendPasswordReset", "personId", **given) == {
            "__typename": "SendPasswordResetSuccess",
            **given,
        }
        api.clock.forward(minutes=1)
    assert (await manager.act("sendPasswordReset", **given))["notInvitableReason"] == "TOO_MANY"
    *old, token = (await tokens(api, world))["sam@gym.example"]
    assert (await api.act("resetPassword", token=old[1], password=PASSWORD))["linkReason"] == "REVOKED"
    assert (await api.act("resetPassword", token=token, password=PASSWORD))["__typename"] == "ResetPasswordSuccess"
    new = await world.staff(email="new@gym.example")
    refused = await manager.act("sendPasswordReset", personId=encode_id("StaffMember", new))
    assert refused["notInvitableReason"] == "HAS_NO_PASSWORD"


async def test_R12_2_links_to_an_old_address_end_with_it(world: World, api: Api) -> None:
    olga = await api.as_staff(world, Permission.OWNER)
    nia = encode_id("StaffMember", await world.staff(email="old@gym.example"))
    await olga.act("inviteStaff", staffMemberId=nia)
    await olga.act("updateStaff", staffMemberId=nia, email="new@gym.example")
    (token,) = (await tokens(api, world))["old@gym.example"]
    assert (await api.act("acceptInvitation", token=token, password=PASSWORD))["linkReason"] == "REVOKED"
    gail = await world.guardian(await world.family(), email="old@home.example")
    await olga.act("inviteGuardian", guardianId=encode_id("Guardian", gail))
    # Whoever changes the address: people at the desk, an import, or another family that takes it.
    await world.change(models.Person, gail, first_name="Gaby")
    assert len(await shown(olga)) == 1
    await world.change(models.Person, gail, email="new@home.example")
    assert await shown(olga) == []
    (token,) = (await tokens(api, world))["old@home.example"]
    assert (await api.act("acceptInvitation", token=token, password=PASSWORD))["linkReason"] == "REVOKED"


async def test_R12_2_a_link_is_checked_before_a_password_is_chosen(world: World, api: Api) -> None:
    async def check(token: str, purpose: str = "INVITATION") -> str | None:
        found = (await api.ask(CHECK, token=token, purpose=purpose))["checkAccountLink"]
        assert found["isValid"] is (found["linkReason"] is None) is (found["message"] is None)
        return found["linkReason"]  # type: ignore[no-any-return]

    olga = await api.as_staff(world, Permission.OWNER)
    nia = encode_id("StaffMember", await world.staff(email="nia@gym.example"))
    for _ in range(2):
        await olga.act("inviteStaff", staffMemberId=nia)
        api.clock.forward(minutes=1)
    revoked, token = (await tokens(api, world))["nia@gym.example"]
    organization, link, secret = token.split(".")
    # A right link can be checked as often as somebody likes. Whoever has no secret learns nothing.
    assert [await check(token) for _ in range(12)] == [None] * 12
    assert await check(revoked) == "REVOKED"
    for other in ("", "unknown", f"{organization}.{link}.{secret[::-1]}", f"{link}.{organization}.{secret}"):
        assert await check(other) == "UNKNOWN"
    assert await check(token, "PASSWORD_RESET") == "UNKNOWN"
    # Checks take nothing from the attempts to choose a password.
    done = await api.act("acceptInvitation", token=token, password=PASSWORD)
    assert done["__typename"] == "AcceptInvitationSuccess"
    # Two of the ten checks of this link that may fail were made above.
    assert [await check(token) for _ in range(8)] == ["USED"] * 8
    code, _ = await api.refused(CHECK, token=token, purpose="INVITATION")
    assert code == "RATE_LIMITED"
