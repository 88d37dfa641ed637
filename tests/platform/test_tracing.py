"""R16.6: traces of requests, statements and jobs, linked between API and workers; R16.4: without any value."""

import gc
import json
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import tracing
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import Permission, Source
from db.driver import HotStatement
from db.engine import Database
from db.marks.changes import locking
from db.tracing import link_task
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from tests.jobs.outbox_desk import FACTS, Outbox
from tests.support.api import serving
from tests.support.databases import pooled
from tests.support.factories import World
from tests.support.token_sheet import ABSENT, AFTER_CLASS_AT, new_sheet
from tests.support.written_logs import written_logs
from workers.context import KEY, WorkerContext
from workers.figures import observed
from workers.jobs.sweep_token_runs import sweep_token_runs

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TRACE = int(CALLER[3:35], 16)


@pytest.fixture(scope="module", autouse=True)
def let_go_of_providers() -> Iterator[None]:
    """As long as a provider exists, it starts threads in each process that is forked, and a process with threads cannot
    enter the user namespace in which root runs PostgreSQL.
    """
    yield
    gc.collect()


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """The spans of this process, from now until the end of the test."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.trace_with(provider)
    yield exporter
    tracing.trace_with(None)


@pytest.fixture
async def traced(database_url: str, spans: InMemorySpanExporter) -> AsyncIterator[Database]:
    """The database of an engine that was made while traces were on."""
    async with pooled(database_url, 3) as database:
        yield database


def named(spans: InMemorySpanExporter, name: str) -> ReadableSpan:
    return next(span for span in spans.get_finished_spans() if span.name == name)


def parent_of(spans: InMemorySpanExporter, span: ReadableSpan) -> str | None:
    """The name of the span above."""
    above = {each.context.span_id: each.name for each in spans.get_finished_spans() if each.context is not None}
    return None if span.parent is None else above.get(span.parent.span_id)


async def test_R16_6_a_request_continues_its_callers_trace_down_to_its_statements(
    world: World, traced: Database, spans: InMemorySpanExporter
) -> None:
    async with serving(traced) as anybody:
        api = await anybody.as_staff(world, Permission.OWNER)
        spans.clear()
        body = {"query": "{ locations { id } }"}
        headers = {"authorization": f"Bearer {api.token}", "traceparent": CALLER}
        with written_logs(as_json=True, level="INFO") as written:
            assert (await api.http.post("/graphql", json=body, headers=headers)).status_code == 200
    line = json.loads(written.getvalue().splitlines()[-1])
    found = spans.get_finished_spans()
    assert {span.context.trace_id for span in found if span.context is not None} == {TRACE}
    operation = named(spans, "query locations")
    assert operation.parent is not None
    assert (operation.kind, operation.parent.span_id) == (SpanKind.SERVER, int(CALLER.split("-")[2], 16))
    assert operation.context is not None
    assert (line["event"], line["trace_id"]) == ("request", f"{TRACE:032x}"), "the line of the log leads to the trace"
    assert line["span_id"] == f"{operation.context.span_id:016x}"
    statements = [span for span in found if span.kind is SpanKind.CLIENT]
    assert statements
    assert {parent_of(spans, span) for span in statements} == {"query locations"}
    assert any("location" in span.name for span in statements)


async def test_R16_4_spans_hold_no_value(world: World, traced: Database, spans: InMemorySpanExporter) -> None:
    async with serving(traced) as anybody:
        api = await anybody.as_staff(world, Permission.OWNER)
        await api.send("query Planted($of: String!) { students(search: $of) { nodes { id } } }", of="planted value")
        await api.send('query Planted { planted: student(id: "planted") { id } }')
        await api.http.get("/planted?planted=planted", headers={"x-request-id": "planted"})
    with tracing.span("a test"):
        async with traced.engine.connect() as connection:
            with pytest.raises(DBAPIError):
                await connection.execute(text("SELECT CAST(:planted AS integer) FROM person"), {"planted": "planted"})
        async with traced.read(world.organization_id) as connection:
            with pytest.raises(DBAPIError):
                await HotStatement("SELECT CAST(CAST(:planted AS text) AS integer) FROM person").rows(
                    connection, {"planted": "planted"}
                )
        key = OccurrenceKey(world.organization_id, date(2026, 11, 30))
        async with traced.write(world.organization_id, locking(world.organization_id, key)):
            pass
    found = spans.get_finished_spans()
    told = [f"{span.name} {dict(span.attributes or {})} {span.status.description} {span.events}" for span in found]
    assert {"query students", "query student", "GET other", "SELECT person", "INSERT occurrence, timeslot"} <= {
        span.name for span in found
    }
    assert not [line for line in told if "planted" in line.lower()]
    assert not [line for line in told if str(world.organization_id) in line]
    failed = [span for span in found if not span.status.is_ok and span.name == "SELECT person"]
    assert [(span.attributes or {})["error.type"] for span in failed] != []
    assert len(failed) == 2


async def test_R16_6_statements_that_no_span_asked_for_have_none(traced: Database, spans: InMemorySpanExporter) -> None:
    async with traced.engine.connect() as connection:
        await connection.execute(text("SELECT 1 AS looks_for_work"))
    assert spans.get_finished_spans() == ()


def links_of(span: ReadableSpan) -> list[int]:
    return [link.context.trace_id for link in span.links]


@pytest.mark.emptied_database
async def test_R16_6_a_token_run_is_linked_to_the_request_that_armed_it(
    world: World, traced: Database, spans: InMemorySpanExporter
) -> None:
    sheet = await new_sheet(world, traced)
    await sheet.set_mark(await sheet.add_student(), ABSENT, Source.KIOSK)
    with tracing.request_span("POST /graphql", {"traceparent": CALLER}):
        await sheet.arm()
    context = WorkerContext(traced, sheet.announcer, lambda: AFTER_CLASS_AT)
    await observed("sweep_token_runs", sweep_token_runs)({KEY: context})
    run = named(spans, "token run")
    assert links_of(run) == [TRACE]
    assert run.context is not None
    assert run.context.trace_id != TRACE, "it happens later, so it is a trace of its own"
    assert parent_of(spans, run) == "job sweep_token_runs"


@pytest.mark.emptied_database
async def test_R16_6_an_email_is_linked_to_the_request_that_queued_it_last(
    world: World, traced: Database, spans: InMemorySpanExporter
) -> None:
    outbox = Outbox(world, traced, None)
    await outbox.queue()
    await outbox.withdraw()
    with tracing.request_span("POST /graphql", {"traceparent": CALLER}):
        await outbox.queue()
    await outbox.queue("absences/2", facts=FACTS)
    spans.clear()
    assert await outbox.send() == 2
    sent = [span for span in spans.get_finished_spans() if span.name == "e-mail"]
    assert sorted(map(links_of, sent)) == [[], [TRACE]]


async def test_R16_6_a_background_task_is_linked_to_the_request_that_started_it(
    world: World, traced: Database, spans: InMemorySpanExporter
) -> None:
    insert = text("""
        INSERT INTO background_task (organization_id, id, kind, state, input, created_at, source)
        VALUES (:organization_id, gen_random_uuid(), 'SEND_STATEMENTS', 'QUEUED', '{}', now(), 'OFFICE') RETURNING id
    """)
    given = {"organization_id": world.organization_id}
    with tracing.request_span("POST /graphql", {"traceparent": CALLER}):
        async with unit_of_work(traced, world.organization_id, Announcer()) as uow:
            task_id = (await uow.connection.execute(insert, given)).scalar_one()
    async with traced.read(world.organization_id) as connection:
        with tracing.span("background task"):
            await link_task(connection, world.organization_id, task_id)
    assert links_of(named(spans, "background task")) == [TRACE]


async def test_R16_6_without_traces_nothing_is_stored(world: World, database: Database) -> None:
    outbox = Outbox(world, database, None)
    await outbox.queue(due_at=AFTER_CLASS_AT + timedelta(days=9))
    stored = await world.owner.scalar(text("SELECT trace_parent FROM email"))
    assert stored is None


@pytest.mark.parametrize(
    ("environment", "exporter"),
    [
        ({}, None),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, "otlp"),
        ({"OTEL_TRACES_EXPORTER": " Console "}, "console"),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, "otlp"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, "otlp"),
        ({"OTEL_SDK_DISABLED": "true", "OTEL_TRACES_EXPORTER": "otlp"}, None),
    ],
)
def test_R16_6_the_standard_variables_decide(environment: Mapping[str, str], exporter: str | None) -> None:
    assert tracing.exporter_of(environment) == exporter


def test_R16_6_spans_reach_a_collector(monkeypatch: pytest.MonkeyPatch) -> None:
    received: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
        provider = tracing.start_tracing("rollbook-api", {"OTEL_EXPORTER_OTLP_ENDPOINT": "set"})
        assert provider is not None
        with tracing.span("query viewer"):
            ids = tracing.ids()
        provider.shutdown()
        tracing.trace_with(None)
        server.shutdown()
    ((path, body),) = received
    assert path == "/v1/traces"
    assert b"rollbook-api" in body
    assert b"query viewer" in body
    assert bytes.fromhex(ids["trace_id"]) in body
    assert tracing.ids() == {}


@pytest.mark.parametrize(
    ("statement", "summary"),
    [
        (
            "SELECT a FROM enrollment e JOIN student s ON true JOIN LATERAL (SELECT FROM mark) m ON true",
            "SELECT enrollment, student, mark",
        ),
        (
            "INSERT INTO email (id) SELECT m.id FROM unnest($1) AS m ON CONFLICT DO UPDATE SET state = 'x'",
            "INSERT email",
        ),
        ("WITH c AS (UPDATE background_task_lease SET a = 1) SELECT 1", "UPDATE background_task_lease"),
        ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL a = 'b'", "BEGIN"),
        ("SELECT due FROM due_emails($1)", "SELECT"),
    ],
)
def test_R16_6_a_statement_is_named_by_its_verb_and_tables(statement: str, summary: str) -> None:
    assert tracing.summary(statement) == summary
