"""The commands `api` and `worker`, each of which runs one process. Run as many of them as needed."""

import asyncio
import gc
import os
import socket
import sys
from datetime import datetime
from typing import TYPE_CHECKING

from redis.exceptions import RedisError

from commands.fault import Fault
from commands.loading import loading
from commands.local import settings_here
from commands.servers.process import port_is_free
from exception_traces import describe
from logs import configure_logs
from settings import Settings
from tracing import start_tracing

if TYPE_CHECKING:
    import uvicorn


def run_api(*, host: str | None, port: int | None, descriptor: int | None) -> None:
    """Serve until SIGTERM or SIGINT. Requests that have begun are finished within the graceful timeout.

    descriptor -- a listening socket that the parent process holds, used instead of host and port
    """
    settings = settings_here(**{k: v for k, v in {"host": host, "port": port}.items() if v is not None})
    configure_logs(settings.log_level, as_json=settings.in_production)
    if descriptor is None and not port_is_free(settings.port, settings.host):
        raise Fault(f"The API cannot listen on {settings.host}:{settings.port}: it is in use, or you may not use it.")
    with loading():
        start_tracing("rollbook-api", os.environ)
        from gql.app import create_app
        from gql.protocol.uvicorn_internals import Server
        from workers.queue import connect_queue, to_workers

        app = create_app(settings, to_workers(connect_queue(settings.redis_url)))
        server = Server(api_config(app, settings), app.state.drain)
    # A request leaves few reference cycles, so collecting less often costs little memory.
    gc.set_threshold(20_000, 50, 50)
    server.run(None if descriptor is None else [socket.socket(fileno=descriptor)])
    if not server.started:
        sys.exit(1)


def api_config(app: object, settings: Settings) -> "uvicorn.Config":
    """Return uvicorn's configuration for the application `app`."""
    import uvicorn

    from gql.protocol.uvicorn_internals import SocketProtocol

    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws=SocketProtocol,
        ws_max_size=256 * 1024,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        # Compression costs four times the CPU of a fan-out and saves little on small messages.
        ws_per_message_deflate=False,
        server_header=False,
        date_header=True,
        access_log=False,
        log_config=None,
        proxy_headers=settings.trusted_proxies is not None,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=settings.graceful_timeout,
        timeout_keep_alive=65,
    )


def run_worker(*, now: datetime | None, burst: bool) -> None:
    """Work until SIGTERM or SIGINT, or with `burst` until nothing is due. `now` moves this worker's clock."""
    settings = settings_here(**({} if now is None else {"test_clock": now}))
    configure_logs(settings.log_level, as_json=settings.in_production)
    with loading():
        start_tracing("rollbook-worker", os.environ)
        from workers.main import run

    run(settings, burst=burst)


def check_worker() -> None:
    """Say what the workers of this machine are doing, or, if none of them ever ran here, those of this Redis.

    Raises Fault unless one of them has reported within the last seconds. A busy worker reports; a dead or frozen one
    does not.
    """
    from db.wake_ups import connect_redis
    from workers.report import Report, read_reports

    async def reports(url: str) -> list[Report]:
        redis = connect_redis(url)
        try:
            return await read_reports(redis)
        finally:
            await redis.aclose()

    try:
        found = asyncio.run(reports(settings_here().redis_url))
    except (OSError, RedisError) as fault:
        raise Fault(f"Redis does not answer: {describe(fault)}.") from None
    found = [each for each in found if each.host == socket.gethostname()] or found
    if not any(each.is_fresh for each in found):
        raise Fault(" ".join(["No worker has reported within the last seconds.", *map(str, found)]))
    for each in found:
        print(each)
