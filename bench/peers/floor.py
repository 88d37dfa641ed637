"""The floor: Starlette and asyncpg without GraphQL. The database's JSON text is passed on as it is.

    python bench/peers/floor.py PORT URL ORGANIZATION STAFF_MEMBER

It takes the requests and the sockets' messages of the other peers, but looks at the name of the operation alone.
"""

import asyncio
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from bench.peers.statements import Answers


def make_app(answers: Answers) -> Starlette:
    sockets: dict[str, set[WebSocket]] = defaultdict(set)
    sending: set[asyncio.Task[None]] = set()

    async def answer(request: Request) -> Response:
        asked = orjson.loads(await request.body())
        field, text = await _answer(answers, asked["operationName"], asked["variables"])
        return Response(f'{{"data":{{"{field}":{text}}}}}', media_type="application/json")

    async def serve(socket: WebSocket) -> None:
        await socket.accept("graphql-transport-ws")
        followed = None
        try:
            await socket.receive_text()
            await socket.send_text('{"type":"connection_ack"}')
            followed = orjson.loads(await socket.receive_text())["payload"]["variables"]["id"]
            sockets[followed].add(socket)
            await socket.send_text(_message("null"))
            await socket.receive_text()
        except WebSocketDisconnect:
            sockets[followed or ""].discard(socket)

    async def send(heard: str) -> None:
        occurrence_id, _, revision = heard.rpartition(":")
        if followers := sockets[occurrence_id]:
            message = _message(await answers.event(occurrence_id, int(revision)))
            for socket in tuple(followers):
                await socket.send_text(message)

    def begin_sending(heard: str) -> None:
        sending.add(task := asyncio.create_task(send(heard)))
        task.add_done_callback(sending.discard)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await answers.open()
        await answers.listen(begin_sending)
        yield

    return Starlette(
        routes=[Route("/graphql", answer, methods=["POST"]), WebSocketRoute("/graphql", serve)], lifespan=lifespan
    )


async def _answer(answers: Answers, operation: str, given: dict[str, Any]) -> tuple[str, str | None]:
    match operation:
        case "Sheet":
            return "occurrence", await answers.sheet(given["id"])
        case "CheckIn":
            return "checkIn", await answers.check_in(given["input"]["occurrenceId"], given["input"]["studentId"])
        case _:
            return "occurrences", await answers.day(date.fromisoformat(given["date"]), given["first"])


def _message(event: str | None) -> str:
    return f'{{"id":"1","type":"next","payload":{{"data":{{"rollSheetChanged":{event}}}}}}}'


def serve(app: Any, port: int) -> None:
    """Serve as Rollbook is served."""
    uvicorn.run(
        app,
        port=port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    serve(make_app(Answers(*sys.argv[2:])), int(sys.argv[1]))
