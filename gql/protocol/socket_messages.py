"""The messages of the graphql-transport-ws protocol: what clients may send, what they receive, and why a socket is
closed.
"""

import struct
from dataclasses import dataclass
from typing import Any

import orjson

PROTOCOL = "graphql-transport-ws"
_LONGEST_ID = 256


class CloseCode:
    """The protocol's own close codes, and the two codes of WebSocket after which its clients reconnect.

    Clients give up on 4401, but reconnect after 4403, so a fresh token lets them in again.
    """

    SERVICE_RESTART = 1012
    TRY_AGAIN_LATER = 1013
    MESSAGE_TOO_BIG = 1009
    BAD_REQUEST = 4400
    UNAUTHORIZED = 4401
    EXPIRED = 4403
    SUBPROTOCOL_NOT_ACCEPTABLE = 4406
    INIT_TIMEOUT = 4408
    SUBSCRIBER_EXISTS = 4409
    TOO_MANY_INITS = 4429


class Closed(Exception):
    """Ends the socket with a code and a reason of at most 123 bytes."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ConnectionInit:
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ping:
    payload: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Pong:
    pass


@dataclass(frozen=True, slots=True)
class Subscribe:
    id: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Complete:
    id: str


ClientMessage = ConnectionInit | Ping | Pong | Subscribe | Complete


def read_message(text: str) -> ClientMessage:
    """Return one message of a client. Raises Closed with 4400 for anything that the protocol does not know."""
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _bad("Messages must be JSON") from None
    if not isinstance(message, dict):
        raise _bad("Messages must be JSON objects")
    match message.get("type"):
        case "connection_init":
            return ConnectionInit(_payload(message) or {})
        case "ping":
            return Ping(_echoed(_payload(message)))
        case "pong":
            _payload(message)
            return Pong()
        case "subscribe":
            return Subscribe(_id(message), _operation(message))
        case "complete":
            return Complete(_id(message))
        case str() as unknown:
            raise _bad(f"Unknown message type {unknown[:40]!r}")
        case _:
            raise _bad('Messages must have a "type"')


def _id(message: dict[str, Any]) -> str:
    found = message.get("id")
    if not isinstance(found, str) or not 0 < len(found) <= _LONGEST_ID:
        raise _bad(f'"id" must be a string of 1 to {_LONGEST_ID} characters')
    return found


def _payload(message: dict[str, Any]) -> dict[str, Any] | None:
    found = message.get("payload")
    if not isinstance(found, dict | None):
        raise _bad('"payload" must be an object')
    return found


def _echoed(payload: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the payload of a ping, which its pong returns to the client. orjson reads deeper nesting than
    it writes.
    """
    try:
        orjson.dumps(payload)
    except orjson.JSONEncodeError:
        raise _bad("The payload is nested too deeply to be returned") from None
    return payload


def _operation(message: dict[str, Any]) -> dict[str, Any]:
    """Return the payload of a subscribe message, after checking the types of its fields."""
    payload = _payload(message)
    if payload is None or not isinstance(payload.get("query", payload.get("documentId")), str):
        raise _bad('The payload of "subscribe" must have a "query" string')
    if not isinstance(payload.get("operationName"), str | None):
        raise _bad('"operationName" must be a string')
    for key in ("variables", "extensions"):
        if not isinstance(payload.get(key), dict | None):
            raise _bad(f'"{key}" must be an object')
    return payload


def _bad(reason: str) -> Closed:
    # A close frame holds 123 bytes of reason.
    return Closed(CloseCode.BAD_REQUEST, reason.encode()[:123].decode(errors="ignore"))


def next_message(operation_id: bytes, response: bytes) -> bytes:
    """Return the message that carries an operation's response to the client. Both arguments are JSON already."""
    return b'{"id":' + operation_id + b',"type":"next","payload":' + response + b"}"


def text_frame(text: bytes) -> bytes:
    """Return a whole text message in one unmasked frame (RFC 6455, section 5.2)."""
    # The websockets library takes three to five times as long, which matters when each of hundreds of clients has a
    # frame of its own.
    length = len(text)
    if length < 126:
        return struct.pack("!BB", 0x81, length) + text
    if length < 65_536:
        return struct.pack("!BBH", 0x81, 126, length) + text
    return struct.pack("!BBQ", 0x81, 127, length) + text
