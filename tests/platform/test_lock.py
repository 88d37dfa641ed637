"""The lock: every direct dependency is declared with its version, and the lock names no host."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ["dev", "installer", "local", "runtime"]


def declared(file: str) -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    if file == "installer":
        return [str(each) for each in groups["installer"]]
    own = {"runtime": [], "local": groups["local"], "dev": groups["local"] + groups["dev"]}[file]
    return [each for each in project["project"]["dependencies"] + own if isinstance(each, str)]


@pytest.mark.parametrize("file", LOCKS)
def test_each_dependency_is_declared_with_the_version_that_is_locked(file: str) -> None:
    text = (ROOT / "requirements" / f"{file}.txt").read_text()
    locked = dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", text, re.M))
    assert declared(file)
    for each in declared(file):
        name, separator, version = each.partition("==")
        assert (separator, locked[name.partition("[")[0]]) == ("==", version), each


@pytest.mark.parametrize("file", LOCKS)
def test_the_lock_names_no_host(file: str) -> None:
    assert "://" not in (ROOT / "requirements" / f"{file}.txt").read_text()


def test_the_lock_leaves_out_what_only_the_managers_of_the_local_servers_need() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    left_out = project["tool"]["uv"]["exclude-dependencies"]
    locked = (ROOT / "requirements" / "local.txt").read_text()
    assert left_out
    assert [name for name in left_out if re.search(rf"^{name}==", locked, re.M)] == []
