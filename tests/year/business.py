"""The business of the story: its clock, its people at their desks, its post, its worker and its command line.

Everything that happens to it goes through the public API and the command line, in production mode.
"""

import asyncio
import logging
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

import clock
from db.engine import Database, create_engine
from db.wake_ups import Announcer, connect_redis
from rollbook import app
from tests.support.api import SECRET, Api, serving, settings_with
from tests.support.autovacuum import autovacuum
from tests.support.mail_server import SENDER, MailServer, mail_server
from tests.support.written_logs import quieted
from tests.year.model import Model
from workers.context import WorkerContext
from workers.jobs.end_days import end_days
from workers.jobs.forget_answers import forget as forget_answers
from workers.jobs.send_email import send_due
from workers.jobs.sweep_token_runs import sweep
from workers.jobs.work_on_tasks import work_off
from workers.pace import Pace

PAGES = "https://rollbook.example"
PASSWORD = "zwölf Otter 🦦 im Bad"
SIGNED_IN = "accessToken refreshToken expiresAt"


@dataclass
class Desk:
    """Somebody who is signed in to a portal, and signs in again when the session has ended."""

    business: "Business"
    email: str
    portal: str = "OFFICE"
    signed_in: dict[str, str] = field(default_factory=dict)
    signing_in: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        return await (await self.api()).ask(query, **variables)

    async def act(self, name: str, shown: str = "", /, **given: Any) -> dict[str, Any]:
        """The success of a mutation. A refusal fails the story."""
        answer = await self.try_to(name, shown, **given)
        assert answer["__typename"].endswith("Success"), (name, given, answer)
        return answer

    async def try_to(self, name: str, shown: str = "", /, **given: Any) -> dict[str, Any]:
        return await (await self.api()).act(name, shown, **given)

    async def all(self, query: str, path: str, **variables: Any) -> list[dict[str, Any]]:
        """All nodes of a connection that takes `after`."""
        found: list[dict[str, Any]] = []
        after = None
        while True:
            page: Any = await self.ask(query, after=after, **variables)
            for step in path.split("."):
                page = page[step]
            found += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]

    async def api(self) -> Api:
        async with self.signing_in:
            if not self.signed_in or datetime.fromisoformat(self.signed_in["expiresAt"]) <= self.business.now:
                self.signed_in = await self._sign_in()
        return replace(self.business.outside, token=self.signed_in["accessToken"])

    async def _sign_in(self) -> dict[str, str]:
        outside = self.business.outside
        if self.signed_in:
            answer = await outside.act("refreshSession", SIGNED_IN, refreshToken=self.signed_in["refreshToken"])
            if answer["__typename"] == "SignInSuccess":
                return answer
        given = {"email": self.email, "password": PASSWORD, "portal": self.portal}
        answer = await outside.act("signIn", SIGNED_IN, **given)
        assert answer["__typename"] == "SignInSuccess", (self.email, answer)
        return answer


@dataclass
class Business:
    """`outside` is the API without a credential. `desks` are the staff by their e-mail addresses."""

    outside: Api
    worker: WorkerContext
    post: MailServer
    seed: int
    random: Random
    model: Model = field(default_factory=Model)
    desks: dict[tuple[str, str], Desk] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    """The ids of what has a name: locations, programs, sessions, closure calendars, groups, and staff by address."""
    environment: dict[str, str] = field(default_factory=dict)
    told: Counter[str] = field(default_factory=Counter)
    began: float = field(default_factory=time.monotonic)
    showing: Callable[[], AbstractContextManager[None]] = nullcontext
    """Within it, what is printed is shown at once."""

    @property
    def now(self) -> datetime:
        return self.outside.clock.now

    def until(self, now: datetime) -> None:
        """Time goes by; it never goes back."""
        self.outside.clock.now = max(self.now, now)

    def say(self, what: str) -> None:
        """Print a line of progress: the date in the story, and how many seconds the story has taken so far."""
        with self.showing():
            print(f"{self.now:%Y-%m-%d} {time.monotonic() - self.began:5.0f} s: {what}", flush=True)

    def desk(self, email: str, portal: str = "OFFICE") -> Desk:
        return self.desks.setdefault((email, portal), Desk(self, email, portal))

    @property
    def owner(self) -> Desk:
        return self.desk(OWNER)

    @property
    def office(self) -> Desk:
        return self.desk(OFFICE)

    async def work(self) -> None:
        """What workers do by this time: background tasks, ends of days, deferred runs, mail."""
        self.outside.statements.clear()
        for job in (work_off, end_days, sweep, send_due, forget_answers):
            await job(self.worker)

    async def look_after_the_database(self) -> None:
        """What the database server does by itself in production."""
        await autovacuum(self.environment["DATABASE_URL"])

    async def letter(self, recipient: str, page: str) -> str:
        """The token of the link to the page in the last message to the recipient."""
        await self.work()
        bodies = [each.get_body(("plain",)) for each in self.post.taken if each["to"] == recipient]
        texts = [body.get_content() for body in bodies if body is not None]
        assert texts, f"no mail came to {recipient}"
        return link_in(texts[-1], page)

    async def command(self, *arguments: str) -> str:
        """What the command line prints. It runs by the clock of the story."""
        with pytest.MonkeyPatch.context() as patched:
            for name, value in self.environment.items():
                patched.setenv(name, value)
            patched.setattr(clock, "datetime", _Moved(self.now))
            # The command sets up logs of its own.
            with quieted(logging.ERROR):
                told = await asyncio.to_thread(CliRunner().invoke, app, list(arguments))
        assert told.exit_code == 0, (arguments, told.output, told.exception)
        return told.output


OWNER, OFFICE, FRONT_DESK = "olga@dock.example", "otto@dock.example", "fay@dock.example"


@dataclass(frozen=True)
class _Moved:
    """In place of the class datetime in the module `clock`."""

    instant: datetime

    def now(self, _zone: Any) -> datetime:
        return self.instant


def link_in(text: str, page: str) -> str:
    """The token of the only link to the page."""
    found = re.findall(rf"{re.escape(PAGES)}/(?:family/)?{page}#(\S+)", text)
    assert len(found) == 1, text
    return str(found[0])


@asynccontextmanager
async def opened(database_url: str, redis_url: str, begins_at: datetime, seed: int) -> AsyncIterator[Business]:
    """Everything that a business needs before it is founded: an empty database, an API, a worker and a post."""
    environment = {
        "ROLLBOOK_ENV": "production",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "ROLLBOOK_SECRET": SECRET,
        "ROLLBOOK_PUBLIC_URL": PAGES,
    }
    given = {"env": "production", "public_url": PAGES, "database_url": database_url, "access_token_lifetime": 12 * 3600}
    database = Database(create_engine(database_url, pool_size=3))
    async with mail_server() as post, connect_redis(redis_url) as redis:
        with quieted(logging.ERROR):
            settings = settings_with(**given, smtp_url=post.url, mail_from=SENDER)
            async with serving(database, redis=redis, settings=settings) as api:
                api.clock.now = begins_at.astimezone(UTC)
                links, mail = api.services.link_terms, post.settings()
                worker = WorkerContext(database, Announcer(), api.clock, mail, links, pace=Pace(0))
                yield Business(api, worker, post, seed, Random(seed), environment=environment)
    await database.close()
