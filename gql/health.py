"""Is this process alive, can it serve, and what are its figures: three plain routes beside GraphQL."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from prometheus_client import CONTENT_TYPE_LATEST
from redis.asyncio import Redis
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from db.engine import Database
from db.revision import newest_revision, revision_of
from figures import Page, own_page

_SECONDS = 2.0
_log = structlog.stdlib.get_logger("rollbook.health")

Check = Callable[[], Awaitable[str | None]]


def health_routes(database: Database, redis: Redis, figures: Page | None = own_page) -> list[Route]:
    """Return `/health/live`, `/health/ready` and, unless `figures` is None, `/metrics`.

    They are open to all: the answers hold no data of tenants.

    Ready means: the database answers, its schema is the one of this code or a later one that still serves this code
    (R16.2), and Redis answers. Reads and
    writes go on without Redis, only live delivery between processes waits: `/health/ready?optional=redis`
    reports it but stays 200, for a balancer that shall keep such a process in service.

    Ready does not mean idle: a balancer that took busy processes out of service would leave the load to fewer (R16.3).

    database -- has a connection of its own, for which requests do not compete
    """
    expected = newest_revision()

    async def database_check() -> str | None:
        async with database.connect() as connection:
            await connection.execute(text("SELECT 1"))
        return None

    async def migrations_check() -> str | None:
        async with database.connect() as connection:
            current = await revision_of(connection)
        return current.complaint(expected)

    async def redis_check() -> str | None:
        await redis.ping()
        return None

    checks: dict[str, Check] = {
        "database": database_check,
        "migrations": migrations_check,
        "redis": redis_check,
    }

    async def ready(request: Request) -> Response:
        faults = await asyncio.gather(*(_fault_of(name, check) for name, check in checks.items()))
        report = {name: fault or "ok" for name, fault in zip(checks, faults, strict=True)}
        if request.query_params.get("optional") == "redis":
            faults[list(checks).index("redis")] = None
        return _answer(report, 503 if any(faults) else 200)

    async def metrics(_: Request) -> Response:
        page = b"" if figures is None else await figures()
        return Response(page, headers={"Content-Type": CONTENT_TYPE_LATEST})

    routes = [
        Route("/health/live", _live, methods=["GET"]),
        Route("/health/ready", ready, methods=["GET"]),
    ]
    return routes if figures is None else [*routes, Route("/metrics", metrics, methods=["GET"])]


async def _fault_of(name: str, check: Check) -> str | None:
    """What is wrong, in words for an operator; the details go to the log, since anybody may ask."""
    try:
        async with asyncio.timeout(_SECONDS):
            return await check()
    except TimeoutError:
        return f"no answer within {_SECONDS:g} seconds"
    except Exception as fault:
        _log.warning("health_check_failed", check=name, fault=fault)
        return "failed"


async def _live(_: Request) -> Response:
    return _answer({"status": "ok"}, 200)


def _answer(report: dict[str, str], status: int) -> Response:
    return JSONResponse(report, status, headers={"Cache-Control": "no-store"})
