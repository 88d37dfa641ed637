"""securityEvents and the lines of the log: who did what from where, never a secret, in bounded rows (R12.7)."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from attendance.rules.vocabulary import Permission, Portal, SecurityEventKind
from db import models
from db.ids import new_id
from db.organization import security_events
from db.organization.security_events import Happening
from tests.api.kiosk.kiosk_door import launch
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import World, new_world

EVENTS = """
query($kinds: [SecurityEventKind!], $first: Int, $after: String) {
  securityEvents(kinds: $kinds, first: $first, after: $after) {
    nodes { kind portal address detail count firstAt lastAt actor { __typename ... on StaffMember { firstName } } }
    pageInfo { endCursor hasNextPage }
  }
}
"""
SIGN_IN = mutation("signIn", "accessToken refreshToken")
PASSWORD = "correct horse battery staple"
EMAIL = "sam@gym.example"


@dataclass
class Desk:
    api: Api
    owner: Api
    world: World

    async def events(self, *kinds: str, **more: Any) -> list[dict[str, Any]]:
        await self.api.services.security_log.close()
        found = await self.owner.ask(EVENTS, kinds=list(kinds) or None, **more)
        return found["securityEvents"]["nodes"]  # type: ignore[no-any-return]

    async def sign_in(self, password: str = PASSWORD, email: str = EMAIL) -> dict[str, Any]:
        given = {"email": email, "password": password, "portal": "STAFF"}
        return (await self.api.ask(SIGN_IN, input=given))["signIn"]  # type: ignore[no-any-return]


@pytest.fixture
async def desk(world: World, api: Api) -> Desk:
    await world.staff(
        Permission.STAFF_ATTENDANCE_VIEW, email=EMAIL, password_hash=await api.services.passwords.hash(PASSWORD)
    )
    olga = await world.staff(Permission.OWNER, first_name="Olga")
    owner = await api.signed_in(world, olga, Portal.OFFICE, lasting=timedelta(days=1))
    return Desk(api, owner, world)


@pytest.mark.emptied_database
async def test_R12_7_signing_in_is_an_event_good_or_bad(desk: Desk) -> None:
    assert (await desk.sign_in())["__typename"] == "SignInSuccess"
    for _ in range(3):
        assert (await desk.sign_in("wrong"))["__typename"] == "SignInRefused"
    await desk.sign_in("wrong", "nobody@gym.example")
    signed_in, refused = sorted(await desk.events(), key=lambda event: str(event["kind"]))
    sam = {"__typename": "StaffMember", "firstName": "Sam"}
    assert (signed_in["kind"], signed_in["actor"], signed_in["portal"]) == ("SIGNED_IN", sam, "STAFF")
    assert (refused["kind"], refused["actor"], refused["count"]) == ("SIGN_IN_REFUSED", sam, 3)
    assert refused["detail"] == "WRONG_EMAIL_OR_PASSWORD"
    assert refused["address"] == signed_in["address"] is not None


@pytest.mark.emptied_database
async def test_R12_7_too_many_attempts_are_an_event(desk: Desk) -> None:
    for _ in range(12):
        await desk.api.send(SIGN_IN, input={"email": EMAIL, "password": "wrong", "portal": "STAFF"})
    counts = {event["kind"]: event["count"] for event in await desk.events()}
    assert counts == {"SIGN_IN_REFUSED": 10, "SIGN_IN_LIMITED": 2}


@pytest.mark.emptied_database
async def test_R12_7_a_stolen_refresh_token_and_the_end_of_a_session_are_events(desk: Desk) -> None:
    session = await desk.sign_in()
    refresh = mutation("refreshSession", "accessToken")
    await desk.api.ask(refresh, input={"refreshToken": session["refreshToken"]})
    desk.api.clock.forward(minutes=5)
    await desk.api.ask(refresh, input={"refreshToken": session["refreshToken"]})
    other = await desk.sign_in()
    signed_in = Api(desk.api.http, desk.api.services, desk.api.clock, other["accessToken"])
    await signed_in.ask(mutation("signOut", "endedSessions"), input={})
    kinds = [event["kind"] for event in await desk.events("REFRESH_REUSED", "SESSION_ENDED")]
    assert sorted(kinds) == ["REFRESH_REUSED", "SESSION_ENDED"]


def test_R12_7_the_documentation_has_the_name_of_each_line() -> None:
    documented = (Path(__file__).parents[3] / "docs/operations.md").read_text()
    assert [kind for kind in SecurityEventKind if f"`security.{kind.lower()}`" not in documented] == []


async def test_R12_7_a_made_up_refresh_token_is_no_event_of_anybody(desk: Desk) -> None:
    await desk.api.ask(mutation("refreshSession"), input={"refreshToken": "made up"})
    assert await desk.events() == []


async def test_R12_7_refusals_for_permission_are_counted_by_field_and_hour(desk: Desk) -> None:
    tom = await desk.api.signed_in(desk.world, await desk.world.staff(), Portal.STAFF, lasting=timedelta(days=1))
    for _ in range(2):
        assert (await tom.refused("{ kiosks { nodes { id } } }"))[0] == "FORBIDDEN"
    answer = await tom.act("updateClassSettings", birthdayWindowDays=4)
    assert answer["__typename"] == "PermissionDenied"
    desk.api.clock.forward(hours=1)
    await tom.refused("{ kiosks { nodes { id } } }")
    found = await desk.events("PERMISSION_DENIED")
    assert sorted((event["detail"], event["count"]) for event in found) == [
        ("kiosks", 1),
        ("kiosks", 2),
        ("updateClassSettings", 1),
    ]


async def test_R12_7_a_portal_that_is_closed_to_somebody_is_a_refusal(desk: Desk) -> None:
    person = await desk.world.staff(Permission.OFFICE_ATTENDANCE_VIEW, first_name="Tom")
    tom = await desk.api.signed_in(desk.world, person, Portal.OFFICE)
    await desk.world.change(models.Person, person, permissions=[])
    assert (await tom.refused("{ viewer { __typename } }"))[0] == "FORBIDDEN"
    (event,) = await desk.events("PERMISSION_DENIED")
    assert (event["actor"]["firstName"], event["portal"], event["detail"]) == ("Tom", "OFFICE", "viewer")


async def test_R12_7_kiosks_are_events(desk: Desk) -> None:
    kiosk = await launch(desk.owner, desk.world.location_id)
    for _ in range(31):
        await kiosk.send('{ kioskFamily(phone: "+1 512 555 0100") { students { firstName } } }')
    counts = {event["kind"]: event["actor"]["__typename"] for event in await desk.events()}
    assert counts == {"KIOSK_LAUNCHED": "StaffMember", "KIOSK_LIMITED": "Kiosk"}


@pytest.mark.emptied_database
async def test_R12_7_the_log_has_stable_names_and_no_secret(desk: Desk) -> None:
    with capture_logs() as lines:
        await desk.sign_in("a wrong password")
    names = [line["event"] for line in lines]
    assert "security.sign_in_refused" in names
    assert not [line for line in lines if "a wrong password" in str(line) or EMAIL in str(line)]


async def test_R12_7_a_flood_does_not_fill_the_table(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security_events, "MOST_IN_AN_HOUR", 20)
    log = desk.api.services.security_log
    for number in range(50):
        happening = Happening(SecurityEventKind.PERMISSION_DENIED, address=f"192.0.2.{number}")
        log.tell(desk.world.organization_id, happening)
        if number % 10 == 9:
            await log.close()
    assert await desk.world.count(models.SecurityEvent) == 20


async def test_R12_7_events_are_pages_and_those_of_others_are_not_seen(desk: Desk) -> None:
    log = desk.api.services.security_log
    for number in range(5):
        desk.api.clock.now += timedelta(minutes=1)
        log.tell(desk.world.organization_id, Happening(SecurityEventKind.SIGNED_IN, address=f"192.0.2.{number}"))
    elsewhere = await new_world(desk.world.owner, name="Other")
    log.tell(elsewhere.organization_id, Happening(SecurityEventKind.SIGNED_IN, address="198.51.100.1"))
    await log.close()
    seen: list[str] = []
    after = None
    for _ in range(3):
        page = (await desk.owner.ask(EVENTS, first=2, after=after))["securityEvents"]
        seen += [event["address"] for event in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert seen == [f"192.0.2.{number}" for number in (4, 3, 2, 1, 0)]


async def test_R12_7_an_event_that_can_never_be_written_does_not_stop_the_others(desk: Desk) -> None:
    log = desk.api.services.security_log
    log.tell(new_id(), Happening(SecurityEventKind.SIGNED_IN))
    log.tell(desk.world.organization_id, Happening(SecurityEventKind.SIGNED_IN))
    assert [event["kind"] for event in await desk.events()] == ["SIGNED_IN"]
