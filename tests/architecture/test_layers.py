"""The layers of docs/architecture.md, and that the names at the top level are ours."""

from pathlib import Path

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

import attendance
import db
import gql
import workers

ROOT = Path(__file__).parents[2]


def test_imports_go_downwards_only() -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == EXIT_STATUS_SUCCESS


def test_gql_is_ours_and_not_the_client_of_that_name() -> None:
    for package in (gql, workers, attendance, db):
        assert Path(package.__path__[0]).parent == ROOT
