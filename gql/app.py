"""The ASGI application and, in its lifespan, everything that lives as long as the process."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from clock import clock_from
from db.engine import Database, create_engine
from db.limits import Limits
from db.pool import show_pool
from db.roster.known_rosters import forgetting_unused
from db.wake_ups import Announcer, Sink, connect_redis, to_processes
from figures import serving_figures, watching_the_loop
from gql.client_pages import client_routes, not_found
from gql.fields.context import make_context
from gql.figures_page import FiguresPage
from gql.health import health_routes
from gql.live.feed import make_feed_hub
from gql.live.listener import listening
from gql.live.sheet_changes import SheetHub
from gql.live.task_board import TaskBoard
from gql.protocol.admission import Admission
from gql.protocol.edge import Edge, HttpLimits, SocketLimits
from gql.protocol.explorer import explorer_assets
from gql.protocol.guard import GuardLimits
from gql.protocol.http import GraphQLEndpoint
from gql.protocol.middleware import GRAPHQL, RequestContext
from gql.protocol.operations import Operations
from gql.protocol.quota import Quota
from gql.protocol.socket_endpoint import SocketEndpoint
from gql.protocol.trusted_documents import ManifestFault, Manifests, TrustedDocuments
from gql.schema import the_schema
from gql.services import Services, make_authenticate, make_services
from settings import Settings, SettingsFault

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[Any]]


def create_app(settings: Settings, to_workers: Sink | None = None) -> Starlette:
    """The API of one process. Nothing is connected before its lifespan begins.

    to_workers -- wakes workers for what was committed; with None, their sweep finds what is due.
    """
    limits = Limits(lock=settings.database_lock_timeout, idle=settings.database_idle_timeout)
    database = Database(create_engine(settings.database_url, pool_size=settings.database_pool_size, limits=limits))
    redis = connect_redis(settings.redis_url)
    hub = SheetHub(database, compare_seconds=settings.live_compare_seconds)
    feed = make_feed_hub(database, compare_seconds=settings.live_compare_seconds)
    tasks = TaskBoard(database, compare_seconds=settings.live_compare_seconds)
    announcer = Announcer(
        to_processes(redis),
        *(() if to_workers is None else (to_workers,)),
        # The subscribers of this process do not depend on Redis.
        here=[hub.heard, feed.heard, tasks.heard],
    )
    clock = clock_from(settings.test_clock)
    services = make_services(
        settings, database=database, announcer=announcer, redis=redis, clock=clock, hub=hub, feed=feed, tasks=tasks
    )

    show_pool(database.engine)
    # Connections for which requests do not compete: a process whose others are all in use is busy, but it can serve.
    looking = create_engine(settings.database_url, pool_size=2)
    page = FiguresPage(looking, redis, clock)
    has_address = settings.metrics_port is not None

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        announcer.start()
        # The process serves meanwhile: the first clients of a document then need not wait until it is validated.
        warming = asyncio.create_task(edge.operations.warm(edge.trusted), name="warm-documents")
        try:
            async with (
                serving_figures(settings.metrics_host, settings.metrics_port, page.show),
                watching_the_loop(),
                listening(redis, hub, feed, tasks),
                services.fan_out,
            ):
                with forgetting_unused():
                    yield
        finally:
            warming.cancel()
            with suppress(asyncio.CancelledError):
                await warming
            await announcer.close()
            await services.password_resets.close()
            await services.security_log.close()
            await redis.aclose()
            await database.close()
            await looking.dispose()
            services.passwords.close()

    edge = make_edge(settings, services)
    edge.admission.show()
    health = health_routes(Database(looking), redis, None if has_address else page.show)
    pages = client_routes(() if settings.in_production else settings.demo_sign_ins)
    return assemble(edge, [*health, *pages], lifespan)


def make_edge(settings: Settings, services: Services) -> Edge:
    """The schema with who may reach it, from where and within what limits."""
    return Edge(
        operations=Operations(the_schema(), GuardLimits()),
        authenticate=make_authenticate(settings, services),
        make_context=partial(make_context, services),
        watch_sign_in=services.signed_out.watch,
        clock=services.clock,
        open_to_anonymous=not settings.in_production,
        explorer=not settings.in_production,
        trusted=_trusted_documents(settings),
        allowed_origins=frozenset(settings.allowed_origins),
        http=HttpLimits(body=settings.request_body_limit, timeout=settings.request_timeout),
        socket=SocketLimits(
            send_timeout=settings.socket_send_timeout,
            operation_timeout=settings.request_timeout,
            drain=settings.graceful_timeout / 2,
        ),
        quota=Quota(settings.live_connections_per_sign_in),
        admission=Admission(
            settings.operation_slots,
            settings.queue_seconds,
            # Two connections are left to live streams.
            aside=max(0, settings.database_pool_size - settings.operation_slots - 2),
        ),
    )


def _trusted_documents(settings: Settings) -> TrustedDocuments:
    manifests = Manifests(settings.trusted_documents)
    try:
        texts = manifests.read()
    except ManifestFault as fault:
        raise SettingsFault([f"ROLLBOOK_TRUSTED_DOCUMENTS: {fault}"]) from None
    return TrustedDocuments(texts, only=settings.trusted_documents_only, further=manifests.read_if_changed)


def assemble(edge: Edge, routes: Sequence[BaseRoute] = (), lifespan: Lifespan | None = None) -> Starlette:
    """The application around an edge. `app.state.drain()` ends its sockets and event streams before a shutdown."""
    sockets, requests = SocketEndpoint(edge), GraphQLEndpoint(edge)
    layers = [Middleware(RequestContext), *_cross_origin(edge.allowed_origins)]
    own: list[BaseRoute] = [
        Route(GRAPHQL, requests, include_in_schema=False),
        WebSocketRoute(GRAPHQL, sockets),
    ]
    if edge.explorer:
        own.append(explorer_assets())
    app = _Application(
        sockets,
        _within(layers, requests),
        routes=[*own, *routes],
        middleware=layers,
        exception_handlers={404: not_found},
        lifespan=lifespan,
    )

    async def drain() -> None:
        await asyncio.gather(sockets.drain(), requests.drain())

    app.state.drain = drain
    return app


class _Application(Starlette):
    """Hands what is asked of the API to its endpoints directly, and leaves the routes to all others.

    Each of the layers for requests would keep its frame as long as a socket lives, three kilobytes in all, and those of
    Starlette for routes and faults take as long as a request's admission.
    """

    def __init__(self, sockets: ASGIApp, requests: ASGIApp, **options: Any) -> None:
        super().__init__(**options)
        self._direct = {"websocket": sockets, "http": requests}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_direct = scope.get("path") == GRAPHQL and not scope.get("root_path")
        await (self._direct[scope["type"]] if is_direct else super().__call__)(scope, receive, send)


def _within(layers: Sequence[Middleware], app: ASGIApp) -> ASGIApp:
    """Return the application within the layers, of which the first one is the outermost."""
    for kind, given, named in reversed(layers):
        app = kind(app, *given, **named)
    return app


def _cross_origin(origins: frozenset[str]) -> list[Middleware]:
    """Answers for browsers on the other origins that may use the API. There are no cookies to protect."""
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=sorted(origins),
            allow_methods=["GET", "POST"],
            allow_headers=["authorization", "content-type", "x-request-id"],
            expose_headers=["x-request-id"],
        )
    ]
