"""A real SMTP server in this process, which does to each message what a test tells it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP

from mail.smtp import SmtpServer

SENDER = "notices@example.com"


@dataclass
class MailServer:
    """`at_recipient` and `at_message` are the next answers, each used once; HANG among them is none at all."""

    port: int = 0
    at_recipient: list[str] = field(default_factory=list)
    at_message: list[str] = field(default_factory=list)
    offered: list[EmailMessage] = field(default_factory=list)
    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    hangs: asyncio.Event = field(default_factory=asyncio.Event)
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def settings(self, seconds: float = 5) -> SmtpServer:
        return SmtpServer(self.url, SENDER, open_seconds=seconds, answer_seconds=seconds)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        answer = await self._next(self.at_recipient)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
            self.recipients.append(address)
        return answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.offered.append(message)
        answer = await self._next(self.at_message)
        if answer.startswith("250"):
            self.taken.append(message)
        return answer

    async def _next(self, answers: list[str]) -> str:
        answer = answers.pop(0) if answers else "250 OK"
        if answer == HANG:
            self.hangs.set()
            await self.goes_on.wait()
            return "250 OK"
        return answer


HANG = "hang"


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    running = MailServer()
    listening = await asyncio.get_running_loop().create_server(lambda: SMTP(running), "127.0.0.1", 0)
    running.port = listening.sockets[0].getsockname()[1]
    try:
        yield running
    finally:
        running.goes_on.set()
        listening.close()
