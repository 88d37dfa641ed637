"""Servers of tests keep their data in memory where there is room, and what killed tests left there is removed."""

import os
import shutil
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from commands.servers.start import locked
from tests.support.memory import folder_of_servers


def test_what_is_forgotten_is_removed_and_what_is_used_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1 << 40))
    forgotten, used, fresh, foreign = (tmp_path / name for name in ("a-1", "a-2", "a-3", "b-1"))
    with locked(used):
        for folder in (forgotten, fresh, foreign):
            folder.mkdir()
        for folder in (forgotten, used, foreign):
            os.utime(folder, (time.time() - 7200,) * 2)
        made = folder_of_servers("a-", tmp_path)
    assert {*tmp_path.iterdir()} == {made, used, fresh, foreign}


def test_where_there_is_no_room_a_disk_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1 << 20))
    for memory in (tmp_path, tmp_path / "missing"):
        folder = folder_of_servers("a-", memory)
        folder.rmdir()
        assert tmp_path not in folder.parents
