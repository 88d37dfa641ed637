"""`rollbook.py mail`: the outbox for people (R9.8)."""

import asyncio

import pytest
from sqlalchemy import text

from commands.fault import Fault
from commands.mail import list_mail, send_again, show_mail
from db.engine import Database
from tests.jobs.outbox_desk import NOW, Outbox
from tests.support.factories import World
from tests.support.mail_server import mail_server

pytestmark = pytest.mark.emptied_database


@pytest.fixture
async def outbox(
    world: World, database: Database, database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> Outbox:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REDIS_URL", redis_url)
    return Outbox(world, database, None)


async def test_R9_8_kept_messages_are_listed_and_shown(outbox: Outbox, capsys: pytest.CaptureFixture[str]) -> None:
    await asyncio.to_thread(list_mail, state=None, limit=50)
    assert capsys.readouterr().out == "There are no messages.\n"
    await outbox.queue("absences/1")
    await outbox.queue("absences/2", "no address")
    await outbox.send()
    capsys.readouterr()
    await asyncio.to_thread(list_mail, state=None, limit=50)
    told = capsys.readouterr().out
    assert "  2026-11-16 12:00  KEPT       baker@example.org  We miss Ann in Swim 1\n" in told
    assert "FAILED     no address" in told
    assert "'no address' is not an e-mail address.\n" in told
    await asyncio.to_thread(list_mail, state="kept", limit=50)
    (line,) = capsys.readouterr().out.splitlines()
    await asyncio.to_thread(show_mail, line.split()[0][-8:], html=False)
    shown = capsys.readouterr().out
    assert shown.startswith("From:     Test Gym\nTo:       baker@example.org\nSubject:  We miss Ann in Swim 1\n")
    assert "- Monday, November 2, 2026\n" in shown
    await asyncio.to_thread(show_mail, line.split()[0], html=True)
    assert "<li>Monday, November 2, 2026</li>" in capsys.readouterr().out


async def test_R9_8_a_person_may_send_a_kept_message_again_and_no_sent_one(
    outbox: Outbox,
) -> None:
    await outbox.queue()
    await outbox.send()
    email_id = await outbox.world.owner.scalar(text("SELECT id FROM email"))
    await asyncio.to_thread(send_again, str(email_id))
    async with mail_server() as server:
        outbox.server = server.settings()
        assert await outbox.send(NOW.replace(year=2030)) == 1
        assert len(server.taken) == 1
    with pytest.raises(Fault, match="The message is SENT"):
        await asyncio.to_thread(send_again, str(email_id))


async def test_R9_8_unknown_ids_and_states_are_told(outbox: Outbox) -> None:
    with pytest.raises(Fault, match="No message ends with 'beef'"):
        await asyncio.to_thread(show_mail, "beef", html=False)
    with pytest.raises(Fault, match="There is no state 'LOST': choose one of QUEUED, SENDING, SENT, KEPT"):
        await asyncio.to_thread(list_mail, state="LOST", limit=1)
