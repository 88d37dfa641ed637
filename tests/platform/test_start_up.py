"""What a starting process loads: the servers leave out what only other commands need."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def loaded(statement: str) -> set[str]:
    """The packages that a fresh interpreter has after the statement."""
    code = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(answer.stdout.split())


@pytest.mark.parametrize("module", ["gql.app", "workers.main"])
def test_a_server_loads_neither_migrations_nor_the_command_line(module: str) -> None:
    others = {"alembic", "mako", "importing", "demo", "commands", "rollbook"}
    assert loaded(f"import {module}") & others == set()


@pytest.mark.parametrize("module", ["gql.app", "workers.main"])
def test_R16_6_a_server_loads_nothing_of_opentelemetry_unless_it_traces(module: str) -> None:
    statement = f"import {module}, tracing; tracing.start_tracing('rollbook', {{'OTEL_TRACES_EXPORTER': 'none'}})"
    assert loaded(statement) & {"opentelemetry", "requests", "google"} == set()


def test_the_command_line_loads_no_layer_before_it_knows_the_command() -> None:
    heavy = {"gql", "workers", "db", "attendance", "sqlalchemy", "strawberry", "pydantic", "redis", "asyncio"}
    assert loaded("import rollbook") & heavy == set()
