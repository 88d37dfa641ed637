"""The layers of docs/architecture.md, and that the names at the top level are ours."""

import re
from pathlib import Path

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

import attendance
import db
import gql
import workers

ROOT = Path(__file__).parents[2]
# The folders of a layer that are of no capability.
OTHERS = {
    "gql": {"protocol", "live", "fields", "credentials"},
    "attendance/rules": set[str](),
    "attendance/actions": set[str](),
    "db": {"audit", "models", "migrations"},
}


def test_imports_go_downwards_only() -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == EXIT_STATUS_SUCCESS


def test_gql_is_ours_and_not_the_client_of_that_name() -> None:
    for package in (gql, workers, attendance, db):
        assert Path(package.__path__[0]).parent == ROOT


def test_the_capabilities_have_the_same_names_in_every_layer_and_are_listed_once() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    table = page[page.index("| capability |") : page.index("A file belongs to the capability")]
    listed = re.findall(r"^\| ([a-z]+) \| ", table, re.MULTILINE)[1:]
    folders = {
        layer: {each.parent.name for each in (ROOT / layer).glob("*/__init__.py")} - others
        for layer, others in OTHERS.items()
    }
    assert len(listed) == len(set(listed))
    assert {layer: found - set(listed) for layer, found in folders.items() if found - set(listed)} == {}
    assert set(listed) == folders["gql"] == folders["db"] == folders["attendance/rules"]
