"""GraphQL over HTTP. docs/decisions/0002 says which media types and status codes are used."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import orjson
from graphql import OperationType
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from gql.protocol.admission import Overloaded
from gql.protocol.answers import Answer, response
from gql.protocol.attending import Attendant, HungUp
from gql.protocol.documents import RequestRefused
from gql.protocol.edge import Edge, client_address, client_agent
from gql.protocol.errors import (
    ApiError,
    BadInput,
    DocumentNotTrusted,
    NotAuthenticated,
    PersistedQueryNotSupported,
    RateLimited,
    failed,
    formatted,
    unavailable,
)
from gql.protocol.event_stream import EventStream, once, refused
from gql.protocol.explorer import explorer_page
from gql.protocol.json_response import JsonResponse, header
from gql.protocol.negotiation import EVENT_STREAM, GRAPHQL_RESPONSE, HTML, JSON, chosen_media_type, is_json
from gql.protocol.operations import Operation, Parameters, read_parameters
from gql.protocol.too_large import TooLarge

_TOO_LARGE = 413
_CLIENT_CLOSED_REQUEST = 499


class _Answer(Exception):
    """Ends the request with an error and a status of its own, whatever the client accepts."""

    def __init__(self, status: int, error: ApiError, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(error.message)
        self.status = status
        self.error = error
        self.headers = headers


class GraphQLEndpoint:
    """The ASGI application behind /graphql for HTTP."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._attendant = Attendant(edge.http.timeout)
        self._draining = asyncio.Event()
        self._streams: set[asyncio.Task[Any]] = set()

    async def drain(self) -> None:
        """End the event streams, so that their clients open them at another process."""
        self._draining.set()
        if self._streams:
            await asyncio.wait(self._streams)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except HungUp:
            # Nobody is left to answer. The access log shows the status that other servers use for this.
            scope.setdefault("state", {})["status"] = _CLIENT_CLOSED_REQUEST
            return
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> ASGIApp:
        media_type = JSON
        request_id = request.scope.get("state", {}).get("request_id", "")
        try:
            if request.method not in {"GET", "POST"}:
                raise _Answer(405, BadInput("GraphQL is served by GET and POST."), {"allow": "GET, POST"})
            media_type = self._media_type(request)
            if media_type == HTML:
                return explorer_page()
            if media_type == EVENT_STREAM:
                media_type = GRAPHQL_RESPONSE
                return await self._run_for_events(request, request_id)
            return await self._run(request, media_type, request_id)
        except _Answer as answer:
            body = {"errors": formatted([answer.error], request_id)}
            told = JsonResponse(body, answer.status, media_type, answer.headers)
            return TooLarge(told, self._edge.http.discard) if answer.status == _TOO_LARGE else told
        except RequestRefused as refusal:
            status = 400 if media_type == GRAPHQL_RESPONSE else 200
            return JsonResponse({"errors": formatted(refusal.errors, request_id)}, status, media_type)
        except (ClientDisconnect, HungUp):
            raise HungUp from None
        except Exception as fault:
            passing = unavailable(fault)
            status, headers = (500, None) if passing is None else (503, passing.headers)
            return JsonResponse({"errors": [failed(fault, request_id)]}, status, media_type, headers)

    async def _run_for_events(self, request: Request, request_id: str) -> ASGIApp:
        try:
            return await self._run(request, EVENT_STREAM, request_id)
        except RequestRefused as refusal:
            # Clients of event streams cannot read other answers: the reference client would retry for ever.
            return refused(formatted(refusal.errors, request_id))

    def _media_type(self, request: Request) -> str:
        offers: tuple[str, ...] = (JSON, GRAPHQL_RESPONSE)
        if (
            self._edge.explorer
            and request.method == "GET"
            and not request.query_params.keys() & {"query", "documentId"}
        ):
            offers = (*offers, HTML)
        accept = _accepted(request)
        # Events come last, because some clients always accept them and want JSON for everything but subscriptions.
        chosen = chosen_media_type(accept, offers) or chosen_media_type(accept, (EVENT_STREAM,))
        if chosen is None:
            raise _Answer(406, BadInput(f"The answer is available as {GRAPHQL_RESPONSE} or {JSON}."))
        return chosen

    async def _run(self, request: Request, media_type: str, request_id: str) -> ASGIApp:
        try:
            credential = await self._edge.authenticate(header(request.scope, b"authorization"))
        except NotAuthenticated as error:
            raise _Answer(401, error, {"www-authenticate": "Bearer"}) from None
        try:
            self._edge.refuse_if_overloaded(credential, request.scope)
            parameters = await self._parameters(request)
            work = self._serve(request, parameters, credential, media_type, request_id)
            return await self._attendant.attended(work, request.receive)
        except Overloaded as refusal:
            # These are counted and have no line each in the log, because thousands of them must cost next to nothing.
            request.scope.setdefault("state", {})["is_counted"] = True
            raise _Answer(503, refusal, refusal.headers) from None

    async def _serve(
        self, request: Request, parameters: Parameters, credential: Any, media_type: str, request_id: str
    ) -> ASGIApp:
        """Answer when it is this request's turn. Before that its document is not even parsed."""
        async with self._edge.turn(credential, request.scope):
            operation = await self._operation(request, parameters, self._edge.may_introspect(credential))
            agent = client_agent(header(request.scope, b"user-agent"))
            context = await self._edge.make_context(credential, request_id, client_address(request.scope), agent)
            if operation.kind is OperationType.SUBSCRIPTION:
                stream = await self._edge.operations.subscribe(operation, context)
                return self._events(stream.answers(), credential, request_id)
            result = await self._edge.operations.execute(operation, context)
            if media_type == EVENT_STREAM:
                return self._events(once(Answer(result)), credential, request_id)
            body = response(result, request_id, {"cost": self._edge.operations.cost(operation)})
            return JsonResponse(body, 200, media_type)

    def _events(self, answers: AsyncGenerator[Answer, None], credential: Any, request_id: str) -> ASGIApp:
        events = EventStream(self._edge, answers, credential, request_id, self._draining)

        async def stream(scope: Scope, receive: Receive, send: Send) -> None:
            with self._edge.quota.one_more(credential.holder if credential else None) as is_within:
                if not is_within:
                    sentence = (
                        f"At most {self._edge.quota.limit} live connections are allowed at once for one sign-in or "
                        "device."
                    )
                    body = {"errors": formatted([RateLimited(sentence)], request_id)}
                    await JsonResponse(body, 429, JSON, {"retry-after": "5"})(scope, receive, send)
                    return
                task = asyncio.ensure_future(events(scope, receive, send))
                self._streams.add(task)
                task.add_done_callback(self._streams.discard)
                await task

        return stream

    async def _operation(self, request: Request, parameters: Parameters, may_introspect: bool) -> Operation:
        operation = await self._edge.operations.prepare_aside(parameters, may_introspect=may_introspect)
        if operation.kind is OperationType.SUBSCRIPTION and not _takes_events(request):
            sentence = (
                "Subscriptions are served over WebSocket by the graphql-transport-ws protocol, and as "
                "text/event-stream to clients that accept it."
            )
            raise RequestRefused([BadInput(sentence)])
        if operation.kind is OperationType.MUTATION and request.method == "GET":
            raise _Answer(405, BadInput("Mutations are sent by POST."), {"allow": "POST"})
        return operation

    async def _parameters(self, request: Request) -> Parameters:
        try:
            if request.method == "GET":
                return read_parameters(_from_query_string(request), self._edge.trusted)
            return read_parameters(await self._body(request), self._edge.trusted)
        except (PersistedQueryNotSupported, DocumentNotTrusted) as error:
            # It is answered like a document that is not valid, because clients look into a 200 for such a code.
            raise RequestRefused([error]) from None
        except BadInput as error:
            raise _Answer(400, error) from None

    async def _body(self, request: Request) -> object:
        if not is_json(header(request.scope, b"content-type")):
            raise _Answer(415, BadInput("The body must be application/json in UTF-8."))
        encoding = header(request.scope, b"content-encoding")
        if encoding is not None and encoding.strip().lower() != "identity":
            raise _Answer(415, BadInput("The body must not be compressed."))
        declared = header(request.scope, b"content-length") or "0"
        too_large = declared.isdecimal() and int(declared) > self._edge.http.body
        body = None if too_large else await self._received(request.receive)
        if body is None:
            # The rest of the body is discarded or never comes, so the connection cannot be used again.
            sentence = f"The body is larger than {self._edge.http.body} bytes."
            raise _Answer(_TOO_LARGE, BadInput(sentence), {"connection": "close"})
        return _decoded(body, "The body")

    async def _received(self, receive: Receive) -> bytes | bytearray | None:
        """Return the body, or None as soon as it is too large. Raises ClientDisconnect."""
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            body += message.get("body", b"")
            if len(body) > self._edge.http.body:
                return None
            if not message.get("more_body", False):
                return body


def _takes_events(request: Request) -> bool:
    """Return whether the client names this type itself. A wildcard does not count, because all clients send one."""
    accept = _accepted(request)
    return EVENT_STREAM in accept.lower() and chosen_media_type(accept, (EVENT_STREAM,)) is not None


def _accepted(request: Request) -> str:
    """Return what the client accepts, from all of its headers that say so."""
    return ",".join([value.decode("latin-1") for name, value in request.scope["headers"] if name == b"accept"])


def _from_query_string(request: Request) -> dict[str, Any]:
    query = request.query_params
    given: dict[str, Any] = {key: query[key] for key in ("query", "documentId", "operationName") if key in query}
    for key in ("variables", "extensions"):
        if query.get(key):
            given[key] = _decoded(query[key].encode(errors="surrogatepass"), f'"{key}"')
    return given


def _decoded(text: bytes | bytearray, name: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadInput(f"{name} is not JSON in UTF-8: {error}.") from None
