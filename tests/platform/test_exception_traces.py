"""R16.4: no line of a log and no trace holds a value, whoever raised the exception and whoever logs it."""

import asyncio
import gc
import json
import logging
import sys
from typing import Any

import asyncpg
import pytest
import structlog
from arq.worker import Worker, func
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from exception_traces import describe, trace
from tests.support.written_logs import written_logs
from workers.queue import DESERIALIZER, SERIALIZER, connect_queue

SECRET = "Xq7-penicillin-Zw9"


def raised(secret: str) -> BaseException:
    """A chain of three exceptions and a group, each with the secret in its text."""
    try:
        try:
            try:
                raise KeyError(secret)
            except KeyError as first:
                raise ValueError(f"no such thing: {secret}") from first
        except ValueError:
            raise ExceptionGroup(secret, [RuntimeError(secret), OSError(2, "No such file", secret)]) from None
    except ExceptionGroup as group:
        return group


@pytest.mark.parametrize("as_json", [True, False])
def test_R16_4_an_exception_is_logged_with_its_frames_and_without_its_text(as_json: bool) -> None:
    with written_logs(as_json=as_json) as written:
        log = structlog.stdlib.get_logger("rollbook.test")
        fault = raised(SECRET)
        log.error("failed", exc_info=fault)
        log.warning("waits", fault=ValueError(SECRET))
        try:
            raise RuntimeError(SECRET)
        except RuntimeError:
            logging.getLogger("library").exception("broke: %s", ValueError(SECRET))
    said = written.getvalue()
    assert SECRET not in said
    for part in (
        "in raised",
        "RuntimeError",
        "FileNotFoundError: errno 2; No such file",
        "broke: ValueError",
        "test_exception_traces.py",
    ):
        assert part in said
    if as_json:
        assert [json.loads(line)["event"] for line in said.splitlines()] == ["failed", "waits", "broke: ValueError"]


def test_R16_4_what_led_to_an_exception_is_told() -> None:
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as first:
            raise ValueError(SECRET) from first
    except ValueError as fault:
        told = trace(fault)
    assert SECRET not in told
    assert told.index("KeyError") < told.index("ValueError")


async def test_R16_4_postgresql_and_the_driver_quote_rows_and_parameters(owner: AsyncConnection) -> None:
    statements = {
        "SELECT CAST(:secret AS text)::int": "InvalidTextRepresentationError: SQLSTATE 22P02",
        "SELECT nothing FROM (SELECT CAST(:secret AS text)) AS t": 'SQLSTATE 42703; column "nothing" does not exist',
        "SELECT CAST(:secret AS int)": "DataError",
        "SELECT pg_sleep(0), CAST(:secret AS text)::uuid": "SQLSTATE 22P02",
    }
    for statement, expected in statements.items():
        with pytest.raises(DBAPIError) as caught:
            await owner.execute(text(statement), {"secret": SECRET})
        assert SECRET in str(caught.value.orig) or "42703" in expected
        assert SECRET not in trace(caught.value)
        assert expected in trace(caught.value)


def test_R16_4_a_violated_constraint_is_named() -> None:
    fault: Any = asyncpg.UniqueViolationError(f"duplicate key {SECRET}")
    fault.detail, fault.constraint_name, fault.table_name = f"Key (email)=({SECRET})", "person_email_key", "person"
    told = describe(fault)
    assert told.endswith("UniqueViolationError: SQLSTATE 23505; constraint_name person_email_key; table_name person")


async def test_R16_4_a_task_that_nobody_awaits() -> None:
    async def fail() -> None:
        raise RuntimeError(SECRET)

    with written_logs(as_json=True) as written:
        task = asyncio.create_task(fail())
        await asyncio.wait({task})
        del task
        gc.collect()
        asyncio.get_running_loop().call_soon(lambda given: 1 / 0, SECRET)
        await asyncio.sleep(0.01)
    said = written.getvalue()
    assert SECRET not in said
    assert "Task exception was never retrieved" in said
    assert "ZeroDivisionError" in said


async def test_R16_4_a_job_that_fails(redis_url: str) -> None:
    async def fail(_: dict[Any, Any], given: str) -> None:
        raise ValueError(f"cannot do {given}")

    pool = connect_queue(redis_url)
    with written_logs(as_json=True) as written:
        await pool.enqueue_job("fail", SECRET, _queue_name="arq:secrets")
        worker = Worker(
            functions=[func(fail, name="fail")],  # type: ignore[arg-type]
            queue_name="arq:secrets",
            redis_pool=pool,
            job_serializer=SERIALIZER,
            job_deserializer=DESERIALIZER,
            burst=True,
            poll_delay=0.01,
            handle_signals=False,
        )
        await worker.main()
        await worker.close()
    said = written.getvalue()
    assert SECRET not in said
    assert "ValueError" in said
    assert "fail failed" in said


def test_R16_4_libraries_show_no_rows_and_no_messages() -> None:
    with written_logs(as_json=True) as written:
        logging.getLogger("sqlalchemy.engine.Engine").info("Row %r", (SECRET,))
        logging.getLogger("websockets.server").debug("< TEXT %s", SECRET)
        # What Starlette says when the start of a process fails, and uvicorn logs.
        frames = 'Traceback (most recent call last):\n  File "app.py", line 7, in start\n    start()\n'
        logging.getLogger("uvicorn.error").error(f"{frames}ValueError: {SECRET}\n")
    (line,) = written.getvalue().splitlines()
    assert SECRET not in line
    assert "app.py" in line


def test_R16_4_an_exception_that_ends_the_program() -> None:
    with written_logs(as_json=False) as written:
        fault = raised(SECRET)
        sys.excepthook(type(fault), fault, fault.__traceback__)
    assert SECRET not in written.getvalue()
    assert "in raised" in written.getvalue()
