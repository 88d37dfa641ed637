"""`api` and `worker`: one process each, to run as many of as are needed."""

import sys
from datetime import datetime

import uvicorn

from commands.fault import Fault
from commands.local import settings_here
from db.embedded.process import port_is_free
from logs import configure_logs
from settings import Settings


def run_api(*, host: str | None, port: int | None) -> None:
    """Serve until SIGTERM or SIGINT; what has begun is finished within the graceful timeout."""
    settings = settings_here(**{k: v for k, v in {"host": host, "port": port}.items() if v is not None})
    configure_logs(settings.log_level, as_json=settings.in_production)
    if not port_is_free(settings.port, settings.host):
        raise Fault(f"The API cannot listen on {settings.host}:{settings.port}: it is taken, or not ours.")
    from gql.app import create_app
    from gql.server import Server

    app = create_app(settings)
    server = Server(api_config(app, settings), app.state.drain)
    server.run()
    if not server.started:
        sys.exit(1)


def api_config(app: object, settings: Settings) -> uvicorn.Config:
    """How uvicorn runs the application `app`."""
    from gql.server import SocketProtocol

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
    """Work until SIGTERM or SIGINT, or with `burst` until nothing is due; `now` moves this worker's clock."""
    settings = settings_here(**({} if now is None else {"test_clock": now}))
    configure_logs(settings.log_level, as_json=settings.in_production)
    from workers.main import run

    run(settings, burst=burst)
