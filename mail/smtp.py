"""Sends one message to one SMTP server, and tells apart what was certainly not sent from what may have been sent."""

import asyncio
import contextlib
import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib.errors import SMTPDataError, SMTPException, SMTPRecipientRefused, SMTPResponseException

_PERMANENT = 500
_GOODBYE_SECONDS = 1


class NotSent(Exception):
    """The message has certainly not been sent. The text is what the server said, or what went wrong."""


class Refused(NotSent):
    """The server will never take this message, or never for this recipient."""


class TryLater(NotSent):
    """The server was busy, unreachable or too slow, or does not accept us: another attempt may succeed."""


class ServerAway(TryLater):
    """No connection is possible, for any message."""


class Unanswered(Exception):
    """The message was handed over and the answer never came: it may have been sent."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """The mail server. `address` is smtp://user:password@host:587 or smtps://...:465, as settings.py has checked it.

    open_seconds -- the time to connect and sign in, and again to name sender and recipient
    answer_seconds -- the time for the message and its answer, for which servers may need longer
    """

    address: str
    sender: str
    open_seconds: float = 20
    answer_seconds: float = 120


@asynccontextmanager
async def opened(server: SmtpServer, recipient: str) -> AsyncIterator[aiosmtplib.SMTP]:
    """Yield a connection on which the server has accepted sender and recipient, for `hand_over`. Raises NotSent."""
    client = _client(server)
    try:
        await _open(client, server, recipient)
        yield client
        await _say_goodbye(client)
    finally:
        client.close()


async def hand_over(client: aiosmtplib.SMTP, server: SmtpServer, message: bytes) -> None:
    """Return when the server has accepted the message. Raises NotSent or Unanswered."""
    try:
        async with asyncio.timeout(server.answer_seconds):
            await client.data(message, timeout=server.answer_seconds)
    except SMTPDataError as answer:
        kind = Refused if answer.code >= _PERMANENT else TryLater
        raise kind(_said(answer)) from None
    except (SMTPException, OSError) as fault:
        raise Unanswered(_said(fault)) from None


def _client(server: SmtpServer) -> aiosmtplib.SMTP:
    parts = urlsplit(server.address)
    is_tls = parts.scheme == "smtps"
    return aiosmtplib.SMTP(
        hostname=parts.hostname,
        port=parts.port or (465 if is_tls else 587),
        username=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
        use_tls=is_tls,
        # None: STARTTLS where the server offers it. A password is never sent unencrypted, except within this machine.
        start_tls=True if not is_tls and parts.username and not _is_loopback(parts.hostname or "") else None,
        timeout=server.open_seconds,
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _open(client: aiosmtplib.SMTP, server: SmtpServer, recipient: str) -> None:
    """Connects. Complaints of the server about us may be solved later; those about the recipient are final."""
    try:
        async with asyncio.timeout(server.open_seconds):
            await client.connect()
    except (SMTPException, OSError) as fault:
        raise ServerAway(_said(fault)) from None
    try:
        async with asyncio.timeout(server.open_seconds):
            await client.mail(server.sender)
            await client.rcpt(recipient)
    except SMTPRecipientRefused as answer:
        kind = Refused if answer.code >= _PERMANENT else TryLater
        raise kind(_said(answer)) from None
    except (SMTPException, OSError) as fault:
        raise TryLater(_said(fault)) from None


async def _say_goodbye(client: aiosmtplib.SMTP) -> None:
    with contextlib.suppress(SMTPException, OSError):
        await client.quit(timeout=_GOODBYE_SECONDS)


def _said(fault: Exception) -> str:
    if isinstance(fault, SMTPResponseException):
        return f"{fault.code} {' '.join(fault.message.split())}"
    return str(fault) or ("The server took too long." if isinstance(fault, TimeoutError) else repr(fault))
