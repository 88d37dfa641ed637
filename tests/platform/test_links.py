"""Links that the command line prints lead to the API that `up` runs from the same checkout."""

from pathlib import Path

import pytest

from commands import local
from commands.servers.start import remember_ports


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROLLBOOK_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgresql://a:b@c:5432/d")
    monkeypatch.setenv("REDIS_URL", "redis://here")
    remember_ports(tmp_path, api=8977)
    return tmp_path


def test_a_link_has_the_port_of_the_running_api(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert local.settings_for_links().pages_url == "http://127.0.0.1:8000"
    monkeypatch.setattr(local, "_find_running", lambda _: {"database_url": "", "redis_url": ""})
    assert local.settings_for_links().pages_url == "http://127.0.0.1:8977"
    monkeypatch.setenv("ROLLBOOK_PORT", "9000")
    assert local.settings_for_links().pages_url == "http://127.0.0.1:9000"
    monkeypatch.setenv("ROLLBOOK_PUBLIC_URL", "https://rollbook.example")
    assert local.settings_for_links().pages_url == "https://rollbook.example"
