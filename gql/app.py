"""The ASGI application."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Route, WebSocketRoute

from gql.edge import Edge
from gql.explorer import explorer_assets
from gql.http import GraphQLEndpoint
from gql.middleware import RequestContext
from gql.socket import SocketEndpoint

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[Any]]


def assemble(edge: Edge, routes: Sequence[BaseRoute] = (), lifespan: Lifespan | None = None) -> Starlette:
    """The application around an edge. `app.state.drain()` ends its sockets before a shutdown."""
    sockets = SocketEndpoint(edge)
    own: list[BaseRoute] = [
        Route("/graphql", GraphQLEndpoint(edge), include_in_schema=False),
        WebSocketRoute("/graphql", sockets),
    ]
    if edge.explorer:
        own.append(explorer_assets())
    app = Starlette(
        routes=[*own, *routes],
        middleware=[Middleware(RequestContext), *_cross_origin(edge.allowed_origins)],
        lifespan=lifespan,
    )
    app.state.drain = sockets.drain
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
