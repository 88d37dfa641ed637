"""What a starting process loads: the servers leave out what only other commands need."""

import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def loaded(*statements: str) -> tuple[set[str], ...]:
    """The packages that a fresh interpreter has after each of the statements, which take seconds to run."""
    shown = "\nprint(*{name.partition('.')[0] for name in __import__('sys').modules})\n"
    code = "".join(statement + shown for statement in statements)
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return tuple(set(line.split()) for line in answer.stdout.splitlines())


def servers() -> tuple[set[str], ...]:
    """What the API and the worker load together, and what is loaded after their process was asked to trace nothing."""
    traced_not = "import tracing; tracing.start_tracing('rollbook', {'OTEL_TRACES_EXPORTER': 'none'})"
    return loaded("import gql.app, workers.main", traced_not)


def test_a_server_loads_neither_migrations_nor_the_command_line() -> None:
    others = {"alembic", "mako", "importing", "demo", "commands", "rollbook"}
    assert servers()[0] & others == set()


def test_R16_6_a_server_loads_nothing_of_opentelemetry_unless_it_traces() -> None:
    assert servers()[1] & {"opentelemetry", "requests", "google"} == set()


def test_the_command_line_loads_no_layer_before_it_knows_the_command() -> None:
    heavy = {"gql", "workers", "db", "attendance", "sqlalchemy", "strawberry", "pydantic", "redis", "asyncio"}
    assert loaded("import rollbook")[0] & heavy == set()
