"""R9.8: messages leave the outbox through a real SMTP server, at most once for one reason, and failures end visible."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from attendance.rules.accounts.account_links import LinkTerms
from attendance.rules.vocabulary import AccountLinkPurpose, Permission
from db.engine import Database
from db.ids import new_id
from db.wake_ups import Announcer
from gql.fields.global_ids import encode_id
from mail.smtp import SmtpServer
from tests.jobs.outbox_desk import FACTS, MINUTE, NOW, Outbox
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import MONDAY, World, new_world
from tests.support.mail_server import HANG, SENDER, MailServer, mail_server
from tests.support.processes import worker_process
from workers.context import KEY
from workers.jobs.send_email import send_due, send_due_emails, send_email
from workers.main import make_worker
from workers.post import PLACES
from workers.queue import connect_queue, to_workers
from workers.schedule import TIMETABLE

pytestmark = pytest.mark.emptied_database

MUCH_LATER = NOW + timedelta(days=3)


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with mail_server() as running:
        yield running


@pytest.fixture
async def outbox(world: World, database: Database, server: MailServer) -> Outbox:
    return Outbox(world, database, server.settings())


async def test_R9_8_a_message_is_sent_once(outbox: Outbox, server: MailServer) -> None:
    await outbox.queue(recipient="baker@example.org ")
    assert await outbox.send(NOW - MINUTE) == 0
    assert await outbox.send() == 1
    assert await outbox.send(MUCH_LATER) == 0
    (row,) = await outbox.rows()
    assert (row.state, row.attempts, row.sent_at, row.last_error) == ("SENT", 1, NOW, None)
    (message,) = server.taken
    assert server.recipients == ["baker@example.org"]
    assert (message["From"], message["To"]) == (f"Test Gym <{SENDER}>", "baker@example.org")
    assert (message["Subject"], message["Auto-Submitted"]) == ("We miss Ann in Swim 1", "auto-generated")
    assert message["Date"].datetime == NOW
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    lines = plain.get_content().splitlines()
    assert lines[2:6] == [
        "Ann has been absent 2 times in a row from Swim 1:",
        "",
        "- Monday, November 2, 2026",
        "- Monday, November 9, 2026",
    ]
    assert "<li>Monday, November 2, 2026</li>" in html.get_content()


async def test_R9_8_one_reason_is_told_once_whoever_asks_again(outbox: Outbox, server: MailServer) -> None:
    await outbox.queue(due_at=NOW + 5 * MINUTE)
    await outbox.queue(facts=FACTS | {"student": "Bea"}, due_at=NOW + 9 * MINUTE)
    assert await outbox.send(NOW + 5 * MINUTE) == 1
    await outbox.queue(facts=FACTS | {"student": "Cleo"})
    await outbox.withdraw()
    assert await outbox.send(MUCH_LATER) == 0
    assert [message["Subject"] for message in server.offered] == ["We miss Bea in Swim 1"]
    assert await outbox.states() == [("SENT", 1)]


async def test_R9_8_what_is_withdrawn_is_not_sent_unless_it_is_asked_for_anew(
    outbox: Outbox, server: MailServer
) -> None:
    await outbox.queue()
    await outbox.withdraw()
    assert await outbox.send() == 0
    assert await outbox.states() == [("WITHDRAWN", 0)]
    await outbox.queue()
    assert await outbox.send() == 1
    assert (len(server.taken), await outbox.states()) == (1, [("SENT", 1)])


@pytest.mark.parametrize("step", ["at_recipient", "at_message"])
async def test_R9_8_a_refusal_is_final_and_visible(outbox: Outbox, server: MailServer, step: str) -> None:
    getattr(server, step).append("550 No such mailbox")
    await outbox.queue()
    assert await outbox.send() == 1
    (row,) = await outbox.rows()
    assert (row.state, row.attempts, row.sent_at, row.last_error) == ("FAILED", 1, None, "550 No such mailbox")
    assert await outbox.send(MUCH_LATER) == 0
    assert server.taken == []


@pytest.mark.parametrize("step", ["at_recipient", "at_message"])
async def test_R9_8_what_is_refused_for_now_is_tried_again_later(outbox: Outbox, server: MailServer, step: str) -> None:
    getattr(server, step).extend(["451 Busy", "421 Closing"])
    await outbox.queue()
    assert await outbox.send() == 1
    (row,) = await outbox.rows()
    assert (row.state, row.attempts, row.due_at, row.last_error) == ("QUEUED", 1, NOW + MINUTE, "451 Busy")
    assert await outbox.send(NOW + MINUTE - timedelta(seconds=1)) == 0
    assert await outbox.send(NOW + MINUTE) == 1
    assert (await outbox.rows())[0].due_at == NOW + 5 * MINUTE
    assert await outbox.send(NOW + 5 * MINUTE) == 1
    assert await outbox.states() == [("SENT", 3)]
    assert len(server.taken) == 1
    assert len({message["Message-ID"] for message in server.offered}) == 1


async def test_R9_8_after_eight_attempts_it_has_failed(outbox: Outbox, server: MailServer) -> None:
    server.at_recipient += ["450 Try later"] * 20
    await outbox.queue()
    for day in range(10):
        await outbox.send(NOW + timedelta(days=day))
    (row,) = await outbox.rows()
    assert (row.state, row.attempts, row.last_error) == ("FAILED", 8, "450 Try later")
    assert len(server.at_recipient) == 12


async def test_R9_8_a_time_out_before_the_message_is_tried_again(outbox: Outbox, server: MailServer) -> None:
    outbox.server = server.settings(0.5)
    server.at_recipient.append(HANG)
    await outbox.queue()
    assert await outbox.send() == 1
    assert (await outbox.states(), server.offered) == ([("QUEUED", 1)], [])
    assert await outbox.send(NOW + MINUTE) == 1
    assert (await outbox.states(), len(server.taken)) == ([("SENT", 2)], 1)


async def test_R9_8_a_time_out_after_the_message_is_uncertain_and_not_sent_again(
    outbox: Outbox, server: MailServer
) -> None:
    outbox.server = server.settings(0.5)
    server.at_message.append(HANG)
    await outbox.queue()
    assert await outbox.send() == 1
    (row,) = await outbox.rows()
    assert (row.state, row.attempts, row.sent_at) == ("UNCERTAIN", 1, None)
    assert row.last_error
    assert await outbox.send(MUCH_LATER) == 0
    assert len(server.offered) == 1


async def test_R9_8_a_worker_killed_after_handing_over_leaves_it_uncertain(
    outbox: Outbox, server: MailServer, database_url: str, redis_url: str
) -> None:
    server.at_message.append(HANG)
    await outbox.queue()
    with worker_process(database_url, redis_url, now=NOW, burst=True, smtp_url=server.url, mail_from=SENDER):
        async with asyncio.timeout(30):
            await server.hangs.wait()
    server.goes_on.set()
    assert await outbox.states() == [("SENDING", 1)]
    assert await outbox.send(NOW + MINUTE) == 0
    assert await outbox.send(NOW + 10 * MINUTE) == 1
    assert await outbox.send(MUCH_LATER) == 0
    (row,) = await outbox.rows()
    assert (row.state, row.attempts) == ("UNCERTAIN", 1)
    assert "may have been sent" in row.last_error
    assert len(server.offered) == 1


async def test_R9_8_a_worker_that_ends_before_handing_over_loses_nothing(outbox: Outbox, server: MailServer) -> None:
    server.at_recipient.append(HANG)
    await outbox.queue()
    sending = asyncio.create_task(outbox.send())
    await server.hangs.wait()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    assert await outbox.states() == [("QUEUED", 1)]
    assert await outbox.send(NOW + MINUTE) == 0
    assert await outbox.send(NOW + 2 * MINUTE) == 1
    assert (await outbox.states(), len(server.taken)) == ([("SENT", 2)], 1)


@pytest.mark.parametrize("again", [False, True])
async def test_R9_8_what_is_withdrawn_while_a_worker_is_at_it_is_not_handed_over(
    outbox: Outbox, server: MailServer, again: bool
) -> None:
    server.at_recipient.append(HANG)
    await outbox.queue()
    sending = asyncio.create_task(outbox.send())
    await server.hangs.wait()
    await outbox.withdraw()
    if again:
        await outbox.queue(facts=FACTS | {"student": "Bea"})
    server.goes_on.set()
    await sending
    assert server.offered == []
    assert await outbox.send() == (1 if again else 0)
    assert [message["Subject"] for message in server.taken] == ["We miss Bea in Swim 1"] * again


async def test_R9_8_workers_at_once_send_each_message_once(
    outbox: Outbox, server: MailServer, world: World, database: Database
) -> None:
    other = Outbox(await new_world(world.owner, name="Other"), database, outbox.server)
    for number in range(15):
        await outbox.queue(f"absences/{number}", f"family{number}@example.org")
        await other.queue(f"absences/{number}", f"other{number}@example.org")
    made = await asyncio.gather(*(outbox.send() for _ in range(4)))
    assert sum(made) == 30
    assert await outbox.states() == [("SENT", 1)] * 30
    expected = [f"{who}{number}@example.org" for who in ("family", "other") for number in range(15)]
    assert sorted(message["To"] for message in server.taken) == sorted(expected)


async def test_R9_8_while_the_server_is_away_most_messages_keep_their_attempts(
    outbox: Outbox, server: MailServer
) -> None:
    gone = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = gone.sockets[0].getsockname()[1]
    gone.close()
    outbox.server = SmtpServer(f"smtp://127.0.0.1:{port}", SENDER)
    for number in range(20):
        await outbox.queue(f"absences/{number:02}")
    made = await outbox.send()
    assert 1 <= made <= 4
    states = await outbox.states()
    assert (states.count(("QUEUED", 1)), states.count(("QUEUED", 0))) == (made, 20 - made)
    outbox.server = server.settings()
    assert await outbox.send(NOW + MINUTE) == 20
    assert len(server.taken) == 20


@pytest.mark.parametrize(
    "recipient",
    ["", "baker", "a@example.org, b@example.org", "a@example.org>\r\nRCPT TO:<b@example.org", "ä@example.org"],
)
async def test_R9_8_a_recipient_that_is_not_one_address_fails(
    outbox: Outbox, server: MailServer, recipient: str
) -> None:
    await outbox.queue(recipient=recipient)
    await outbox.send()
    (row,) = await outbox.rows()
    assert (row.state, row.last_error) == ("FAILED", f"{recipient!r} is not an e-mail address.")
    assert (server.recipients, server.offered) == ([], [])


@pytest.mark.parametrize("changes", [{"template": "unheard_of"}, {"facts": {"student": "Ann"}}])
async def test_R9_8_a_message_without_template_or_fact_fails_and_holds_up_no_other(
    outbox: Outbox, server: MailServer, changes: dict[str, Any]
) -> None:
    await outbox.queue("absences/1", **changes)
    await outbox.queue("absences/2")
    assert await outbox.send() == 2
    assert await outbox.states() == [("FAILED", 1), ("SENT", 1)]


async def test_R9_8_what_people_typed_is_text(outbox: Outbox, server: MailServer) -> None:
    await outbox.queue(facts=FACTS | {"student": "<b>Ann</b>\r\nBcc: x@example.org", "offering": "Swim & Co"})
    await outbox.send()
    (message,) = server.taken
    assert message["Bcc"] is None
    assert message["Subject"] == "We miss <b>Ann</b> Bcc: x@example.org in Swim & Co"
    html = message.get_body(("html",))
    assert html is not None
    assert "&lt;b&gt;Ann&lt;/b&gt;" in html.get_content()
    assert "<strong>Swim &amp; Co</strong>" in html.get_content()


async def test_R4_14_R9_8_an_absence_reaches_the_family(
    outbox: Outbox, server: MailServer, world: World, api: Api
) -> None:
    await world.change_settings(consecutive_absences_notice=1)
    lesson = await world.weekly_class(name="Swim 1")
    ann = await world.student(first_name="Ann", family_id=await world.family(email="baker@example.org"))
    await world.enroll(ann, lesson.offering_id)
    held_on = MONDAY - timedelta(days=7)
    marks = [{"studentId": encode_id("Student", ann), "status": "ABSENT"}]
    given = {"occurrenceId": lesson.sheet_id(held_on), "marks": marks}
    staff = await api.as_staff(world, Permission.OWNER)
    await staff.ask(mutation("submitAttendance"), input=given)
    assert await outbox.send(MUCH_LATER) == 1
    assert [(message["To"], message["Subject"]) for message in server.taken] == [
        ("baker@example.org", "We miss Ann in Swim 1")
    ]
    body = server.taken[0].get_body(("plain",))
    assert body is not None
    assert "Ann has been absent from Swim 1:\n\n- Monday, November 9, 2026\n" in body.get_content().replace(
        "\r\n", "\n"
    )


async def test_R9_1_R9_8_a_cancellation_reaches_the_family_with_its_tokens(outbox: Outbox, server: MailServer) -> None:
    students = [
        {"name": "Ann", "has_token": True, "expires_on": "2027-02-14", "given_back": []},
        {"name": "Ben", "has_token": False, "expires_on": None, "given_back": ["2026-12-01", None]},
        {"name": "Cas", "has_token": False, "expires_on": None, "given_back": []},
    ]
    facts = {
        "kind": "class",
        "offering": "Swim & Co",
        "location": "Main Street",
        "held_on": "2026-11-16",
        "start_time": "12:05",
        "comment": "Snow <3",
        "students": students,
    }
    await outbox.queue(template="class_cancelled", facts=facts)
    await outbox.send()
    (message,) = server.taken
    assert message["Subject"] == "Swim & Co on Monday, November 16, 2026 is cancelled"
    text_body, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text_body is not None
    assert text_body.get_content().replace("\r\n", "\n") == (
        "Hello,\n\nSwim & Co on Monday, November 16, 2026 at 12:05 PM (Main Street) is cancelled.\n\nSnow <3\n\n"
        "- Ann has a makeup token for this class. It can be used through Sunday, February 14, 2027.\n"
        "- Ben's makeup is cancelled too. The makeup token can be used again, through Tuesday, December 1, 2026.\n"
        "- Ben's makeup is cancelled too. The makeup token can be used again.\n\nTest Gym\n"
    )
    assert html is not None
    assert "Snow &lt;3" in html.get_content()


async def test_R9_1_tokens_that_are_created_later_are_told(outbox: Outbox, server: MailServer) -> None:
    facts = {
        "kind": "class",
        "offering": "Swim & Co",
        "location": "Main Street",
        "held_on": "2026-11-16",
        "start_time": "12:05",
        "comment": None,
        "students": [
            {"name": "Ann", "has_token": True, "expires_on": "2027-02-14", "given_back": []},
            {"name": "Ben", "has_token": False, "expires_on": None, "given_back": []},
            {"name": "Cas", "has_token": True, "expires_on": None, "given_back": []},
        ],
    }
    await outbox.queue(template="cancellation_tokens", facts=facts)
    await outbox.send()
    (message,) = server.taken
    assert message["Subject"] == "Makeup token for Swim & Co on Monday, November 16, 2026"
    text_body, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text_body is not None
    assert text_body.get_content().replace("\r\n", "\n") == (
        "Hello,\n\nSwim & Co on Monday, November 16, 2026 at 12:05 PM (Main Street) was cancelled.\n\n"
        "- Ann has a makeup token for this class. It can be used through Sunday, February 14, 2027.\n"
        "- Cas has a makeup token for this class. It does not expire.\n\nTest Gym\n"
    )
    assert html is not None
    assert "Cas has a makeup token" in html.get_content()


async def test_R9_8_without_a_server_messages_are_kept(outbox: Outbox, server: MailServer) -> None:
    outbox.server = None
    await outbox.queue()
    assert await outbox.send() == 1
    (row,) = await outbox.rows()
    assert (row.state, row.sent_at, row.last_error) == ("KEPT", None, None)
    outbox.server = server.settings()
    assert await outbox.send(MUCH_LATER) == 0
    assert server.offered == []


async def test_R9_8_a_worker_is_woken_after_the_commit(outbox: Outbox, server: MailServer, redis_url: str) -> None:
    queue = connect_queue(redis_url)
    outbox.announcer = Announcer(to_workers(queue))
    outbox.announcer.start()
    worker = make_worker(outbox.worker(), redis_url, ())
    working = asyncio.create_task(worker.main())
    await outbox.queue()
    async with asyncio.timeout(10):
        while await outbox.states() != [("SENT", 1)]:
            await asyncio.sleep(0.05)
    assert len(server.taken) == 1
    working.cancel()
    await asyncio.gather(working, worker.close(), return_exceptions=True)
    await outbox.announcer.close()
    await queue.aclose()


def test_R9_8_the_timetable_sends_each_minute() -> None:
    (line,) = (each for each in TIMETABLE if each.name == "send_due_emails")
    assert (line.minute, line.second, line.unique) == (None, 50, True)


async def test_R9_8_the_jobs_of_the_queue_end_while_the_server_hangs(outbox: Outbox, server: MailServer) -> None:
    """A job that waited for the server would hold one of the places that token runs need."""
    server.at_recipient += [HANG] * 20
    for number in range(20):
        await outbox.queue(f"absences/{number:02}")
    context = outbox.worker()
    emails = (await outbox.world.owner.execute(text("SELECT organization_id, id FROM email"))).all()
    async with asyncio.timeout(2):
        await asyncio.gather(*(send_email({KEY: context}, str(of), str(email)) for of, email in emails))
        await send_due_emails({KEY: context})
        while context.post.under_way < PLACES:
            await asyncio.sleep(0.01)
    assert context.post.under_way == PLACES
    server.at_recipient.clear()
    server.goes_on.set()
    await context.post.close(10)
    assert (await outbox.states()).count(("SENT", 1)) >= PLACES


async def test_R12_2_the_link_of_an_invitation_is_made_when_it_is_sent(outbox: Outbox, server: MailServer) -> None:
    terms, link_id = LinkTerms.of("secret", "https://rollbook.example"), new_id()
    facts = {"first_name": "Gail", "link_id": str(link_id), "purpose": "INVITATION"}
    await outbox.queue("account/1", template="account_invitation", facts=facts)
    assert await send_due(replace(outbox.worker(), links=terms)) == 1
    (message,) = server.taken
    link = terms.address(AccountLinkPurpose.INVITATION, terms.token(outbox.world.organization_id, link_id))
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        assert body is not None
        assert link in "".join(body.get_content().split("\n"))
    # A process that does not know the server's secret makes no wrong link.
    await outbox.queue("account/2", template="account_invitation", facts=facts)
    await outbox.send()
    first, second = await outbox.rows()
    assert (first.state, second.state) == ("SENT", "FAILED")
    assert "https" not in str([first.facts, second.facts])
    # A guardian chooses the password at the pages of families.
    await outbox.queue("account/3", template="account_invitation", facts={**facts, "for_family": True})
    assert await send_due(replace(outbox.worker(), links=terms)) == 1
    assert "https://rollbook.example/family/accept-invitation#" in str(server.taken[-1].get_body(("plain",)))
