"""R8.1, R8.2, R9.8: families hear of makeup tokens that they were given, once, and not before they can see them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import text

from commands.mail import list_mail, show_mail
from db.engine import Database
from gql.fields.global_ids import encode_id
from tests.api.tokens.hand_desk import MONDAY_EVENING, HandDesk, new_hand_desk
from tests.jobs.outbox_desk import Outbox
from tests.support.api import Api
from tests.support.factories import World
from tests.support.mail_server import MailServer, mail_server

pytestmark = pytest.mark.emptied_database

LATER = MONDAY_EVENING + timedelta(days=60)
EIGHT_ON_FRIDAY = datetime(2026, 11, 20, 14, tzinfo=UTC)
"""In Chicago."""


@dataclass
class Post(HandDesk):
    outbox: Outbox
    server: MailServer

    async def send(self, at: datetime = MONDAY_EVENING) -> list[EmailMessage]:
        """What the workers send at that time."""
        sent = len(self.server.taken)
        await self.outbox.send(at)
        return self.server.taken[sent:]

    async def states(self) -> list[str]:
        return [row.state for row in await self.world.emails()]


@pytest.fixture
async def post(world: World, api: Api, database: Database) -> AsyncIterator[Post]:
    desk = await new_hand_desk(world, api)
    async with mail_server() as server:
        outbox = Outbox(world, database, server.settings())
        yield Post(desk.api, world, desk.owner_id, desk.ann, outbox, server)


def plain(message: EmailMessage) -> list[str]:
    body = message.get_body(("plain",))
    assert body is not None
    lines: list[str] = body.get_content().splitlines()
    return lines


def html(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    assert body is not None
    content: str = body.get_content()
    return content


async def test_R8_1_one_e_mail_for_each_token_that_asks_for_it(post: Post) -> None:
    swim = encode_id("Program", await post.world.program(name="Swim & Dive"))
    street = encode_id("Location", post.world.location_id)
    done = await post.create(
        {"sendEmail": True}, {}, {"sendEmail": True, "neverExpires": True, "programId": swim, "locationId": street}
    )
    assert (done["emailCount"], done["emailsWithoutAddress"]) == (2, 0)
    # They leave side by side, in any order.
    first, second = sorted(await post.send(), key=lambda each: "Main Street" in plain(each)[4])
    assert (first["To"], first["Subject"]) == ("baker@example.org", "A makeup token for Ann")
    assert plain(first) == [
        "Hello,",
        "",
        "Ann has a new makeup token. It can be used to make up one class.",
        "",
        "- Location: any location",
        "- Program: any program",
        "- Valid from: Monday, November 16, 2026",
        "- Valid through: Sunday, February 14, 2027",
        "",
        "Test Gym",
    ]
    assert plain(second)[4:8] == [
        "- Location: Main Street",
        "- Program: Swim & Dive",
        "- Valid from: Monday, November 16, 2026",
        "- Expires: never",
    ]
    assert "<li>Program: Swim &amp; Dive</li>" in html(second)
    assert await post.send(LATER) == []
    assert first["Message-ID"] != second["Message-ID"]


@pytest.mark.parametrize("address", [None, " "])
async def test_R8_1_a_family_without_an_address_gets_tokens_and_no_e_mail(post: Post, address: str | None) -> None:
    await post.world.owner.execute(text("UPDATE family SET email = :it"), {"it": address})
    done = await post.create({"sendEmail": True}, {})
    assert (done["tokenCount"], done["emailCount"], done["emailsWithoutAddress"]) == (2, 0, 1)
    assert await post.world.emails() == []


async def test_R8_2_a_token_that_is_not_issued_yet_is_told_on_its_issue_date(post: Post) -> None:
    await post.one(issueOn="2026-11-20", sendEmail=True)
    assert await post.send(EIGHT_ON_FRIDAY - timedelta(seconds=1)) == []
    (message,) = await post.send(EIGHT_ON_FRIDAY)
    assert plain(message)[6] == "- Valid from: Friday, November 20, 2026"


@pytest.mark.parametrize(("shown", "told"), [(True, True), (False, False)])
async def test_R8_2_comments_are_told_where_families_see_them(post: Post, shown: bool, told: bool) -> None:
    await post.world.change_settings(families_see_comments=shown)
    await post.one(comment="<b>Sorry</b>\nfor the flood", sendEmail=True)
    (message,) = await post.send()
    assert ("<b>Sorry</b>" in plain(message)) is told
    assert ("&lt;b&gt;Sorry&lt;/b&gt;" in html(message)) is told


async def test_R7_2_a_location_that_does_not_bind_is_not_told(post: Post) -> None:
    await post.world.change_settings(ignore_location_lock=True)
    await post.one(locationId=encode_id("Location", post.world.location_id), sendEmail=True)
    assert plain((await post.send())[0])[4] == "- Location: any location"


async def test_R8_5_an_edit_before_it_is_sent_tells_the_new_terms_on_the_new_date(post: Post) -> None:
    token = await post.one(issueOn="2026-11-20", sendEmail=True)
    await post.edit(token["id"], issueOn="2026-11-23")
    await post.world.owner.execute(text("UPDATE family SET email = 'new@example.org'"))
    await post.edit(token["id"], expiresOn="2026-12-24")
    assert await post.send(EIGHT_ON_FRIDAY) == []
    (message,) = await post.send(EIGHT_ON_FRIDAY + timedelta(days=3))
    assert message["To"] == "new@example.org"
    assert plain(message)[6:8] == [
        "- Valid from: Monday, November 23, 2026",
        "- Valid through: Thursday, December 24, 2026",
    ]
    await post.edit(token["id"], expiresOn="2026-12-31")
    assert await post.send(LATER) == []


async def test_R8_5_an_earlier_issue_date_tells_it_at_once(post: Post) -> None:
    token = await post.one(issueOn="2026-11-20", sendEmail=True)
    await post.edit(token["id"], issueOn="2026-11-16")
    assert len(await post.send()) == 1


async def test_R8_5_what_nobody_asked_to_tell_an_edit_does_not_tell(post: Post) -> None:
    token = await post.one(issueOn="2026-11-20")
    await post.edit(token["id"], issueOn="2026-11-16")
    assert await post.world.emails() == []


@pytest.mark.parametrize("end", ["delete", "expire"])
async def test_R8_5_of_a_token_that_is_gone_nothing_is_told(post: Post, end: str) -> None:
    token = await post.one(issueOn="2026-11-20", sendEmail=True)
    if end == "delete":
        await post.delete(token["id"])
    else:
        await post.edit(token["id"], issueOn="2026-11-10", expiresOn="2026-11-15")
    assert await post.states() == ["WITHDRAWN"]
    assert await post.send(LATER) == []


async def test_R9_8_nothing_is_told_of_tokens_that_were_refused(post: Post) -> None:
    await post.create({"sendEmail": True}, {"sendEmail": True, "expiresOn": "2026-01-01"})
    assert await post.world.emails() == []


async def test_R9_8_without_a_server_the_e_mail_is_kept_and_shown(
    post: Post,
    database_url: str,
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REDIS_URL", redis_url)
    post.outbox.server = None
    await post.one(sendEmail=True)
    await post.send()
    await post.one(sendEmail=True, issueOn="2026-11-20")
    capsys.readouterr()
    await asyncio.to_thread(list_mail, state=None, limit=5)
    told = capsys.readouterr().out
    assert told.endswith(f"QUEUED     baker@example.org  A makeup token for Ann\n{'':<38}due 2026-11-20 14:00 UTC\n")
    await asyncio.to_thread(show_mail, told.splitlines()[1].split()[0], html=False)
    assert "State:    QUEUED, attempts: 0, due 2026-11-20 14:00 UTC\n" in capsys.readouterr().out
    assert "KEPT       baker@example.org  A makeup token for Ann\n" in told
    await asyncio.to_thread(show_mail, told.split()[0], html=False)
    assert "Ann has a new makeup token. It can be used to make up one class.\n" in capsys.readouterr().out


async def test_R9_8_the_outbox_holds_facts(post: Post) -> None:
    token = await post.one(sendEmail=True)
    (email,) = await post.world.emails()
    facts: dict[str, Any] = {"student": "Ann", "location": None, "program": None, "comment": None}
    assert email.facts == facts | {"issued_on": "2026-11-16", "expires_on": "2027-02-14"}
    assert (email.template, email.due_at) == ("new_makeup_token", MONDAY_EVENING)
    key = await post.world.owner.scalar(text("SELECT id FROM makeup_token"))
    assert email.reason == f"token/{key}/issued"
    assert token["id"] == encode_id("MakeupToken", key)
