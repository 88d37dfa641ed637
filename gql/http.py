"""GraphQL over HTTP. Media types and status codes follow docs/decisions/0002."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

import orjson
import structlog
from graphql import ExecutionResult, OperationType
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gql.answers import response
from gql.documents import RequestRefused
from gql.edge import Edge, client_address
from gql.errors import ApiError, BadInput, NotAuthenticated, TimedOut, formatted, internal
from gql.explorer import explorer_page
from gql.negotiation import GRAPHQL_RESPONSE, HTML, JSON, chosen_media_type, is_json
from gql.operations import Operation, Parameters, read_parameters

log = structlog.get_logger("rollbook.api")

_CLIENT_CLOSED_REQUEST = 499
# Seconds that cancelled work may take to clean up before its client is answered without it.
_PATIENCE = 5.0


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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except _HungUp:
            # Nobody is left to answer; the access log shows the status other servers use for it.
            scope.setdefault("state", {})["status"] = _CLIENT_CLOSED_REQUEST
            return
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        media_type = JSON
        request_id = request.scope.get("state", {}).get("request_id", "")
        try:
            if request.method not in {"GET", "POST"}:
                raise _Answer(405, BadInput("GraphQL is served by GET and POST."), {"allow": "GET, POST"})
            media_type = self._media_type(request)
            if media_type == HTML:
                return explorer_page()
            return await self._run(request, media_type, request_id)
        except _Answer as answer:
            body = {"errors": formatted([answer.error], request_id)}
            return _json(body, answer.status, media_type, answer.headers)
        except RequestRefused as refusal:
            status = 400 if media_type == GRAPHQL_RESPONSE else 200
            return _json({"errors": formatted(refusal.errors, request_id)}, status, media_type)
        except (ClientDisconnect, _HungUp):
            raise _HungUp from None
        except Exception as fault:
            log.error("request_failed", request_id=request_id, exc_info=fault)
            return _json({"errors": [internal(request_id)]}, 500, media_type)

    def _media_type(self, request: Request) -> str:
        offers = [JSON, GRAPHQL_RESPONSE]
        if self._edge.explorer and request.method == "GET" and "query" not in request.query_params:
            offers.append(HTML)
        accept = ",".join(request.headers.getlist("accept"))
        chosen = chosen_media_type(accept, offers)
        if chosen is None:
            raise _Answer(406, BadInput(f"The answer can be had as {GRAPHQL_RESPONSE} or {JSON}."))
        return chosen

    async def _run(self, request: Request, media_type: str, request_id: str) -> Response:
        parameters = await self._parameters(request)
        try:
            credential = await self._edge.authenticate(request.headers.get("authorization"))
        except NotAuthenticated as error:
            raise _Answer(401, error, {"www-authenticate": "Bearer"}) from None
        operation = self._operation(request, parameters, self._edge.may_introspect(credential))
        context = await self._edge.make_context(credential, request_id, client_address(request.scope))
        result = await self._attended(request, self._edge.operations.execute(operation, context))
        body = response(result, request_id, {"cost": self._edge.operations.cost(operation)})
        return _json(body, 200, media_type)

    def _operation(self, request: Request, parameters: Parameters, may_introspect: bool) -> Operation:
        operation = self._edge.operations.prepare(parameters, may_introspect=may_introspect)
        if operation.kind is OperationType.SUBSCRIPTION:
            sentence = "Subscriptions are served over WebSocket by the graphql-transport-ws protocol."
            raise RequestRefused([BadInput(sentence)])
        if operation.kind is OperationType.MUTATION and request.method == "GET":
            raise _Answer(405, BadInput("Mutations are sent by POST."), {"allow": "POST"})
        return operation

    async def _attended(self, request: Request, work: Coroutine[Any, Any, ExecutionResult]) -> ExecutionResult:
        """The work's result; the work is cancelled when its time is up or the client hangs up."""
        task = asyncio.ensure_future(work)
        listener = asyncio.ensure_future(_hang_up(request.receive))
        try:
            await asyncio.wait(
                {task, listener},
                timeout=self._edge.http.timeout,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if task.done():
                return task.result()
            if listener.done():
                raise _HungUp
            raise _Answer(503, TimedOut(self._edge.http.timeout))
        finally:
            listener.cancel()
            if not task.done():
                task.cancel()
                await asyncio.wait({task}, timeout=_PATIENCE)

    async def _parameters(self, request: Request) -> Parameters:
        try:
            if request.method == "GET":
                return read_parameters(_from_query_string(request))
            return read_parameters(await self._body(request))
        except BadInput as error:
            raise _Answer(400, error) from None

    async def _body(self, request: Request) -> object:
        if not is_json(request.headers.get("content-type")):
            raise _Answer(415, BadInput("The body must be application/json in UTF-8."))
        if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise _Answer(415, BadInput("The body must not be compressed."))
        body = bytearray()
        declared = request.headers.get("content-length", "0")
        too_large = declared.isdecimal() and int(declared) > self._edge.http.body
        if not too_large:
            async for chunk in request.stream():
                body += chunk
                if too_large := len(body) > self._edge.http.body:
                    break
        if too_large:
            # The rest of the body is not read, so the connection cannot be used again.
            sentence = f"The body is larger than {self._edge.http.body} bytes."
            raise _Answer(413, BadInput(sentence), {"connection": "close"})
        return _decoded(body, "The body")


class _HungUp(Exception):
    """The client has gone."""


async def _hang_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _from_query_string(request: Request) -> dict[str, Any]:
    query = request.query_params
    given: dict[str, Any] = {key: query[key] for key in ("query", "operationName") if key in query}
    for key in ("variables", "extensions"):
        if query.get(key):
            given[key] = _decoded(query[key].encode(errors="surrogatepass"), f'"{key}"')
    return given


def _decoded(text: bytes | bytearray, name: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadInput(f"{name} is not JSON in UTF-8: {error}.") from None


def _json(body: Mapping[str, Any], status: int, media_type: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        orjson.dumps(body),
        status_code=status,
        headers={**(headers or {}), "vary": "accept"},
        media_type=f"{media_type}; charset=utf-8",
    )
