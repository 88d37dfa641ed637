"""A server on the same stack that only forwards finished frames. live_roll_sheet.py compares Rollbook with it.

live_roll_sheet.py runs it as `python bench/forwarder.py PORT REDIS_URL`. Every client that subscribes gets each message
of one Redis channel unchanged.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

CHANNEL = "forwarder"


async def live(_: Request) -> Response:
    return Response()


def make_app(redis: Redis) -> Starlette:
    sockets: set[WebSocket] = set()

    async def forward() -> None:
        async with redis.pubsub() as channel:
            await channel.subscribe(CHANNEL)
            async for message in channel.listen():
                if message["type"] == "message":
                    for socket in tuple(sockets):
                        await socket.send_text(message["data"])

    async def serve(socket: WebSocket) -> None:
        await socket.accept("graphql-transport-ws")
        try:
            await socket.receive_text()
            await socket.send_text('{"type":"connection_ack"}')
            await socket.receive_text()
            sockets.add(socket)
            await socket.send_text('{"id":"1","type":"next"}')
            await socket.receive_text()
        except WebSocketDisconnect:
            sockets.discard(socket)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        forwarding = asyncio.create_task(forward())
        yield
        forwarding.cancel()

    routes = [WebSocketRoute("/graphql", serve), Route("/health/live", live)]
    return Starlette(routes=routes, lifespan=lifespan)


if __name__ == "__main__":
    uvicorn.run(
        make_app(Redis.from_url(sys.argv[2], decode_responses=True)),
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        log_level="warning",
    )
