"""The command `watch`, which follows a roll sheet in the terminal like any client of the subscription."""

import asyncio
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from commands.fault import Fault
from commands.local import data_folder
from commands.servers.start import remembered_port

WATCH = """
subscription Watch($id: ID!, $after: Int) { rollSheetChanged(occurrenceId: $id, afterRevision: $after) {
  revision kind
  occurrence { offering { name } attendanceState tally { present absent unmarked total } }
  entries { student { firstName lastName } mark { status source } }
} }
"""


_SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}


def watch_roll_sheet(occurrence_id: str, token: str, *, url: str | None, after: int | None) -> None:
    """Follow the roll sheet until Ctrl-C.

    url -- the API's address; None means the API that runs from this checkout
    after -- the last revision that was seen; with None, it starts with the current state
    """
    try:
        asyncio.run(_watch(_socket_url(url), occurrence_id, token, after))
    except KeyboardInterrupt:
        print()
    except ConnectionClosed as closed:
        raise Fault(f"The API closed the connection ({closed.code}): {closed.reason or 'no reason given'}.") from None
    except (OSError, WebSocketException) as fault:
        raise Fault(f"The API cannot be reached: {fault}.") from None


def _socket_url(url: str | None) -> str:
    port = remembered_port(data_folder(), "api")
    if url is None and port is None:
        raise Fault("No API runs from this folder: start `make up`, or give its address with --url.")
    return complete(f"http://127.0.0.1:{port}" if url is None else url)


def complete(url: str) -> str:
    """Return the address of the API's sockets. The scheme and the path /graphql may be left out of the one given."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    scheme = _SCHEMES.get(parts.scheme)
    if scheme is None or not parts.netloc:
        raise Fault(f"--url is {url}: give an address such as https://rollbook.example.org/graphql.")
    return urlunsplit((scheme, parts.netloc, "/graphql" if parts.path in {"", "/"} else parts.path, parts.query, ""))


async def _watch(url: str, occurrence_id: str, token: str, after: int | None) -> None:
    async with connect(url, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
        await _send(socket, "connection_init", {"authorization": f"Bearer {token}"})
        async for message in socket:
            said = orjson.loads(message)
            match said["type"]:
                case "connection_ack":
                    variables = {"id": occurrence_id, "after": after}
                    await _send(socket, "subscribe", {"query": WATCH, "variables": variables}, id="roll-sheet")
                case "ping":
                    await _send(socket, "pong", None)
                case "next" if "errors" not in said["payload"]:
                    _show(said["payload"]["data"]["rollSheetChanged"])
                case "next":
                    raise Fault(said["payload"]["errors"][0]["message"])
                case "error":
                    raise Fault(said["payload"][0]["message"])
                case "complete":
                    return


async def _send(socket: ClientConnection, kind: str, payload: object, **more: str) -> None:
    message = {"type": kind, **more} | ({} if payload is None else {"payload": payload})
    await socket.send(orjson.dumps(message).decode())


def _show(event: dict[str, Any]) -> None:
    sheet, tally = event["occurrence"], event["occurrence"]["tally"]
    counts = f"{tally['present']} present, {tally['absent']} absent, {tally['unmarked']} of {tally['total']} unmarked"
    print(f"{event['revision']:>4}  {event['kind']:<9} {sheet['offering']['name']}: {counts}", flush=True)
    for entry in event["entries"]:
        student, mark = entry["student"], entry["mark"]
        name = f"{student['lastName']}, {student['firstName']}"
        print(f"      {name:<30} {mark['status'] + ' by ' + mark['source'] if mark else '-'}", flush=True)
