"""GraphQL over server-sent events: the graphql-sse protocol's distinct connections, as its clients see them."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest

from gql.protocol.edge import SocketLimits
from gql.protocol.quota import Quota
from tests.api.protocol.edge_schema import Running, running

EVENTS = "text/event-stream"
# What urql sends with everything that it asks.
ANY = (
    "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed"
)


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running() as s:
        yield s


@asynccontextmanager
async def asked(
    server: Running, query: str, accept: str = EVENTS, authorization: str | None = None, method: str = "POST"
) -> AsyncIterator[httpx.Response]:
    headers = {"accept": accept} | ({"authorization": authorization} if authorization else {})
    given: dict[str, Any] = {"json": {"query": query}} if method == "POST" else {"params": {"query": query}}
    async with (
        httpx.AsyncClient(verify=False, timeout=10) as client,
        client.stream(method, server.http, headers=headers, **given) as answer,
    ):
        yield answer


async def events(answer: httpx.Response) -> AsyncIterator[tuple[str, Any]]:
    """Name and data of each event, read as the protocol's parsers read them: parted by LF alone."""
    text = ""
    async for part in answer.aiter_text():
        text += part
        assert "\r" not in text
        while "\n\n" in text:
            block, _, text = text.partition("\n\n")
            lines = [line for line in block.split("\n") if not line.startswith(":")]
            if lines:
                name, data = (line.partition(": ")[2] for line in lines)
                yield name, json.loads(data) if data else None


async def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("accept", [EVENTS, f"{EVENTS}, application/json", ANY])
async def test_a_subscription_gives_its_events_in_order_and_completes(
    server: Running, accept: str, method: str
) -> None:
    async with asked(server, "subscription { count(to: 2) }", accept, method=method) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
        assert [each async for each in events(answer)] == [
            ("next", {"data": {"count": 1}}),
            ("next", {"data": {"count": 2}}),
            ("complete", None),
        ]


async def test_queries_are_answered_as_json_to_whoever_takes_it(server: Running) -> None:
    for accept in (ANY, f"{EVENTS}, application/json", "*/*"):
        async with asked(server, "{ hello }", accept) as answer:
            assert "json" in answer.headers["content-type"]
            assert json.loads(await answer.aread())["data"]["hello"]


async def test_and_as_one_event_to_whoever_takes_nothing_else(server: Running) -> None:
    async with asked(server, "{ hello }") as answer:
        (name, first), last = [each async for each in events(answer)]
    assert (name, set(first), last) == ("next", {"data"}, ("complete", None))


@pytest.mark.parametrize("accept", ["*/*", "application/json"])
async def test_a_subscription_is_refused_to_whoever_does_not_take_events(server: Running, accept: str) -> None:
    async with asked(server, "subscription { count }", accept) as answer:
        (error,) = json.loads(await answer.aread())["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("query", ["subscription { nope }", "{", "subscription A { count } subscription B { count }"])
async def test_a_request_error_is_an_event_to_whoever_takes_nothing_else(server: Running, query: str) -> None:
    async with asked(server, query) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        (name, first), last = [each async for each in events(answer)]
    assert (name, set(first), last) == ("next", {"errors"}, ("complete", None))
    async with asked(server, query, f"application/graphql-response+json, {EVENTS}") as answer:
        assert answer.status_code == 400
        assert json.loads(await answer.aread())["errors"]


@pytest.mark.parametrize(
    ("field", "before", "code"),
    [("forbidden", [], "UNAUTHENTICATED"), ("failing", [{"data": {"failing": 1}}], "INTERNAL")],
)
async def test_what_goes_wrong_in_a_stream_is_its_last_event(
    server: Running, field: str, before: list[Any], code: str
) -> None:
    async with asked(server, f"subscription {{ {field} }}") as answer:
        *told, last, end = [each async for each in events(answer)]
    assert told == [("next", each) for each in before]
    assert last[1]["errors"][0]["extensions"]["code"] == code
    assert "hunter2" not in str(last)
    assert end == ("complete", None)


async def test_a_client_that_hangs_up_ends_its_operation(server: Running) -> None:
    async with asked(server, "subscription { forever }") as answer:
        async for event in events(answer):
            assert event == ("next", {"data": {"forever": 0}})
            break
        assert server.world.open_streams == 1
    await until(lambda: server.world.open_streams == 0)


async def test_the_stream_ends_when_the_credential_expires(server: Running) -> None:
    began = time.monotonic()
    async with asked(server, "subscription { forever }", authorization="Bearer Ada/1") as answer:
        first, (_, last), end = [each async for each in events(answer)]
    assert 0.5 < time.monotonic() - began < 4
    assert first == ("next", {"data": {"forever": 0}})
    assert last["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert end == ("complete", None)
    await until(lambda: server.world.open_streams == 0)


async def test_silence_is_broken_by_comments(monkeypatch: pytest.MonkeyPatch, server: Running) -> None:
    monkeypatch.setattr("gql.protocol.event_stream._PING_SECONDS", 0.1)
    text = ""
    async with asked(server, "subscription { forever }") as answer:
        async for part in answer.aiter_text():
            text += part
            if text.count(":\n\n") == 3:
                break


async def test_one_sign_in_holds_a_limited_number_of_streams_and_sockets() -> None:
    with running(quota=Quota(1)) as server:
        async with asked(server, "subscription { forever }", authorization="Bearer Ada") as first:
            await anext(events(first))
            async with asked(server, "subscription { forever }", authorization="Bearer Ada") as second:
                assert (second.status_code, second.headers["retry-after"]) == (429, "5")
                (error,) = json.loads(await second.aread())["errors"]
                assert error["extensions"]["code"] == "RATE_LIMITED"
            async with asked(server, "subscription { count }", authorization="Bearer Bob") as other:
                assert other.status_code == 200
        await until(lambda: server.world.open_streams == 0)
        async with asked(server, "subscription { count }", authorization="Bearer Ada") as again:
            assert again.status_code == 200


async def test_a_shutdown_breaks_streams_off_spread_over_time() -> None:
    with running(socket=SocketLimits(drain=1.0)) as server:
        async with AsyncExitStack() as stack:
            streams = [
                events(await stack.enter_async_context(asked(server, "subscription { forever }"))) for _ in range(8)
            ]
            for stream in streams:
                await anext(stream)
            began = time.monotonic()
            server.stop()

            async def rest(stream: AsyncIterator[Any]) -> tuple[float, list[Any]]:
                left = [each async for each in stream]
                return time.monotonic() - began, left

            ends = await asyncio.gather(*map(rest, streams))
        await until(lambda: not server.thread.is_alive())
    # Without `complete`: the client is to open it again.
    assert [left for _, left in ends] == [[]] * 8
    times = [at for at, _ in ends]
    assert max(times) - min(times) > 0.2
    assert server.world.open_streams == 0


async def test_a_reader_that_stopped_reading_is_given_up() -> None:
    with running(socket=SocketLimits(send_timeout=0.5)) as server:
        async with asked(server, "subscription { flood }"):
            await until(lambda: server.world.open_streams == 1)
            await until(lambda: server.world.open_streams == 0, 10)
