"""What make does before anything is installed."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def fake_python(folder: Path, name: str, version: str) -> None:
    """An interpreter as far as the search can tell."""
    new_enough = tuple(map(int, version.split("."))) >= (3, 11)
    program = folder / name
    program.write_text(f'#!/bin/sh\ncase "$2" in *exit*) exit {0 if new_enough else 1};; *) echo {version};; esac\n')
    program.chmod(0o755)


def find_python(folder: Path, named: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", ROOT / ".ci" / "find-python", named],
        env={"PATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_first_new_enough_python_is_used(tmp_path: Path) -> None:
    fake_python(tmp_path, "python3", "3.9")
    fake_python(tmp_path, "python3.12", "3.12")
    result = find_python(tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, "python3.12\n", "")


def test_a_python_that_is_too_old_is_told_in_one_sentence(tmp_path: Path) -> None:
    fake_python(tmp_path, "python3", "3.9")
    fake_python(tmp_path, "python", "2.7")
    result = find_python(tmp_path)
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr == (
        "Rollbook needs Python 3.11 or newer (python3 is 3.9, python is 2.7). "
        "Name one like this: make up PYTHON=/path/to/python3.12\n"
    )


def test_a_missing_python_is_told_in_one_sentence(tmp_path: Path) -> None:
    result = find_python(tmp_path, named="python9")
    assert result.returncode == 1
    assert result.stderr.startswith("Rollbook needs Python 3.11 or newer (no python9 was found).")


@pytest.mark.parametrize(
    "target",
    ["up", "test", "check", "bench", "schema", "tables", "migrate", "lock", "explorer", "client", "check-client"],
)
def test_make_lists_its_targets(target: str) -> None:
    listed = subprocess.run(["make", "-C", ROOT], capture_output=True, text=True, check=True, env=os.environ)
    assert f"  make {target} " in listed.stdout


def test_a_missing_version_of_postgresql_is_told_in_one_sentence() -> None:
    told = subprocess.run(
        ["make", "-C", ROOT, "test", "POSTGRES=9"], capture_output=True, text=True, check=False, env=os.environ
    )
    assert told.returncode == 2
    assert "PostgreSQL 9 is not in /usr/lib/postgresql/9/bin. On Debian or Ubuntu: apt-get install postgresql-9." in (
        told.stderr
    )


def test_the_locks_name_no_host() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        assert "://" not in lock.read_text(), lock.name
