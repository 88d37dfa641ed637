"""The command `mail`, which shows the outbox to people and sends messages again."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from jinja2 import TemplateError

from attendance.rules.accounts.account_links import LinkTerms
from attendance.rules.vocabulary import EmailState
from clock import clock_from
from commands.database_faults import database_faults
from commands.fault import Fault
from commands.local import settings_for_links
from db.engine import Database, create_engine
from db.tasks.outbox import StoredEmail, find_emails, latest_emails, queue_again
from db.wake_ups import Announcer
from mail.links import with_link
from mail.render import render
from settings import Settings

T = TypeVar("T")


def list_mail(*, state: str | None, limit: int) -> None:
    """Print the latest messages of all organizations, the newest last: id, time (UTC), state, recipient and subject.
    Below a message stands until when it waits, and its last error.
    """
    try:
        wanted = None if state is None else EmailState(state.upper())
    except ValueError:
        raise Fault(f"There is no state {state!r}: choose one of {', '.join(EmailState)}.") from None
    found = _run(lambda database, _: latest_emails(database, state=wanted, at_most=limit))
    if not found:
        print("There are no messages.")
    for email in reversed(found):
        print(f"{email.id}  {email.created_at:%Y-%m-%d %H:%M}  {email.state:<9}  {email.recipient}  {_subject(email)}")
        if email.state is EmailState.QUEUED and email.due_at > email.created_at:
            print(f"{'':<38}{_due(email)}")
        if email.last_error is not None and email.state is not EmailState.SENT:
            print(f"{'':<38}{email.last_error}")


def show_mail(email_id: str, *, html: bool) -> None:
    """Print one message as it is or would be sent. `email_id` may be the end of an id if no other id ends the same
    way.
    """

    async def ask(database: Database, settings: Settings) -> tuple[StoredEmail, LinkTerms]:
        terms = LinkTerms.of(settings.secret.get_secret_value(), settings.pages_url)
        return await _one(database, email_id), terms

    email, terms = _run(ask)
    try:
        facts = with_link(email.organization_id, email.facts, terms)
        rendered = render(email.template, facts, organization=email.organization_name)
    except (TemplateError, ValueError, TypeError) as fault:
        raise Fault(f"The template {email.template!r} cannot be filled in: {fault}.") from None
    if html:
        print(rendered.html)
        return
    print(f"From:     {email.organization_name}\nTo:       {email.recipient}\nSubject:  {rendered.subject}")
    waits = f", {_due(email)}" if email.state is EmailState.QUEUED else ""
    print(f"State:    {email.state}, attempts: {email.attempts}{waits}\nReason:   {email.reason}")
    if email.last_error is not None:
        print(f"Error:    {email.last_error}")
    print(f"\n{rendered.text}")


def send_again(email_id: str) -> None:
    """Start another round of attempts for a message that has ended. If it was UNCERTAIN, the recipient may get a
    second copy.
    """

    async def again(database: Database, settings: Settings) -> StoredEmail:
        email = await _one(database, email_id)
        now = clock_from(settings.test_clock)()
        if not await queue_again(database, Announcer(), email, now=now):
            raise Fault(f"The message is {email.state}; only KEPT, FAILED and UNCERTAIN ones can be sent again.")
        return email

    email = _run(again)
    print(f"Queued again: {_subject(email)} to {email.recipient}. A worker sends it within a minute.")


def _due(email: StoredEmail) -> str:
    return f"due {email.due_at:%Y-%m-%d %H:%M} UTC"


def _run(ask: Callable[[Database, Settings], Coroutine[Any, Any, T]]) -> T:
    settings = settings_for_links()

    async def answer() -> T:
        # Row-level security does not bind the owner, so all organizations are visible.
        database = Database(create_engine(settings.database_url, role=None, pool_size=1))
        try:
            with database_faults():
                return await ask(database, settings)
        finally:
            await database.close()

    return asyncio.run(answer())


async def _one(database: Database, email_id: str) -> StoredEmail:
    found = await find_emails(database, email_id.lower())
    if len(found) != 1:
        raise Fault(f"{'Several messages end' if found else 'No message ends'} with {email_id!r}.")
    return found[0]


def _subject(email: StoredEmail) -> str:
    try:
        # No subject has a link.
        return render(email.template, email.facts, organization=email.organization_name).subject
    except (TemplateError, ValueError, TypeError):
        return f"({email.template})"
