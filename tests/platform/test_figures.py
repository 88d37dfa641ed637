"""R16.6: what an operator sees on /metrics, and that nothing of people is among it (R16.4)."""

import asyncio
import importlib
import math
import re
import time
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from graphql import OperationDefinitionNode, parse
from prometheus_client import REGISTRY, generate_latest

from attendance.rules.vocabulary import Permission
from commands.servers.process import free_port
from db.engine import Database, create_engine
from db.wake_ups import Announcer, connect_redis
from figures import serving_figures, watching_the_loop
from gql.figures_page import FiguresPage
from gql.protocol.figures import Execution
from tests.jobs.outbox_desk import NOW, Outbox
from tests.support.api import Api
from tests.support.factories import World

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
MODULES = ("gql.app", "workers.main")


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_R16_6_the_document_lists_every_figure_and_no_other_with_its_question() -> None:
    for module in MODULES:
        importlib.import_module(module)
    own = {
        metric.name + ("_total" if metric.type == "counter" else "")
        for metric in REGISTRY.collect()
        if metric.name.startswith("rollbook_")
    }
    rows = re.findall(r"^\| `(rollbook_\w+)(?:\{[\w, ]+\})?` \| (.+\?.*) \|$", DOCUMENT.read_text(), re.M)
    assert sorted(name for name, _ in rows) == sorted(own)


async def test_R16_6_operations_are_counted_by_root_field_and_outcome(api: Api, world: World) -> None:
    staff = await api.as_staff(world, Permission.OWNER)
    counted = {"kind": "query", "operation": "viewer"}
    ok, errors = (value("rollbook_operations_total", **counted, outcome=each) for each in ("ok", "errors"))
    seconds = value("rollbook_operation_seconds_count", **counted)
    forbidden = value("rollbook_errors_total", code="UNAUTHENTICATED")
    responses = value("rollbook_http_responses_total", status="200")
    await staff.ask("query Emma { mine: viewer { __typename } }")
    await api.send("{ students(first: 1) { nodes { id } } }")
    assert value("rollbook_operations_total", **counted, outcome="ok") == ok + 1
    assert value("rollbook_operations_total", **counted, outcome="errors") == errors
    assert value("rollbook_operation_seconds_count", **counted) == seconds + 1
    assert value("rollbook_errors_total", code="UNAUTHENTICATED") == forbidden + 1
    assert value("rollbook_http_responses_total", status="200") == responses + 2


async def test_R16_4_no_text_of_a_client_is_a_label(api: Api, world: World) -> None:
    """Names of operations and aliases may hold anything, and each new one would be a new series."""
    staff = await api.as_staff(world, Permission.OWNER)
    several = value("rollbook_operations_total", kind="query", operation="several", outcome="ok")
    await staff.ask("query PlantedName { plantedAlias: viewer { __typename } }")
    await staff.ask("query { plantedAlias: viewer { __typename } again: locations { plantedId: id } }")
    await staff.ask("query { ...Planted } fragment Planted on Query { viewer { __typename } }")
    await staff.send("query { plantedField }")
    await staff.send('query($planted: String = "planted") { student(id: $planted) { id } }')
    await staff.http.get("/planted/path")
    assert b"planted" not in generate_latest().lower()
    assert value("rollbook_operations_total", kind="query", operation="several", outcome="ok") == several + 2


async def test_R16_6_work_that_is_cut_short_is_counted_as_cancelled() -> None:
    counted = {"kind": "query", "operation": "viewer", "outcome": "cancelled"}
    before = value("rollbook_operations_total", **counted)
    (operation,) = parse("{ viewer { __typename } }").definitions
    assert isinstance(operation, OperationDefinitionNode)

    async def work() -> None:
        with Execution(operation):
            await asyncio.sleep(5)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(work(), 0.01)
    assert value("rollbook_operations_total", **counted) == before + 1


@pytest.mark.emptied_database
async def test_R16_6_the_backlog_tells_how_late_what_is_due_is(
    world: World, database: Database, redis_url: str
) -> None:
    outbox = Outbox(world, database, None, Announcer())
    await outbox.queue("absences/1", due_at=NOW - timedelta(seconds=90))
    await outbox.queue("absences/2", due_at=NOW)
    await outbox.queue("absences/3", due_at=NOW + timedelta(seconds=1))
    redis = connect_redis(redis_url)
    page = FiguresPage(database.engine, redis, lambda: NOW)
    text = (await page.show()).decode()
    await redis.aclose()
    assert value("rollbook_emails_due") == 2
    assert value("rollbook_email_oldest_due_seconds") == 90
    assert value("rollbook_token_runs_due") == value("rollbook_token_run_oldest_due_seconds") == 0
    assert value("rollbook_background_tasks_open") == value("rollbook_background_task_wait_seconds") == 0
    assert value("rollbook_database_blocked_sessions") == 0
    assert value("rollbook_database_reachable") == value("rollbook_redis_reachable") == 1
    assert "\nrollbook_emails_due 2.0\n" in text


async def test_R16_6_the_page_is_shown_while_both_servers_are_away() -> None:
    away = create_engine(f"postgresql+asyncpg://a:b@127.0.0.1:{free_port()}/c")
    redis = connect_redis(f"redis://127.0.0.1:{free_port()}/0")
    began = time.monotonic()
    text = (await FiguresPage(away, redis, lambda: NOW).show()).decode()
    assert time.monotonic() - began < 5
    assert "\nrollbook_database_reachable 0.0\n" in text
    assert "\nrollbook_redis_reachable 0.0\n" in text
    assert math.isnan(value("rollbook_emails_due")), "what is unknown must not look like nothing"
    await redis.aclose()
    await away.dispose()


async def test_R16_6_workers_show_their_figures_at_an_address_of_their_own() -> None:
    port = free_port()
    async with serving_figures("127.0.0.1", port), httpx.AsyncClient(verify=False) as client:
        answer = await client.get(f"http://127.0.0.1:{port}/metrics")
        assert (answer.status_code, answer.headers["content-type"][:20]) == (200, "text/plain; version=")
        assert "rollbook_event_loop_lag_seconds_count" in answer.text
        assert (await client.get(f"http://127.0.0.1:{port}/")).status_code == 404
    async with serving_figures("127.0.0.1", None):
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://127.0.0.1:{port}/metrics", verify=False)


async def test_R16_6_a_blocked_event_loop_is_seen() -> None:
    slow = value("rollbook_event_loop_lag_seconds_count") - value("rollbook_event_loop_lag_seconds_bucket", le="0.1")
    async with watching_the_loop():
        await asyncio.sleep(0.02)
        time.sleep(0.4)
        await asyncio.sleep(0.05)
    after = value("rollbook_event_loop_lag_seconds_count") - value("rollbook_event_loop_lag_seconds_bucket", le="0.1")
    assert after == slow + 1
