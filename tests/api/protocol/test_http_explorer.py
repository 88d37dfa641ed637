"""The explorer page: from our own files alone, or a page that says how to get them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gql.protocol import explorer
from tests.api.protocol.edge_schema import Running, running

HTML = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running() as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The explorer's folder without its assets."""
    (tmp_path / "page").mkdir()
    (tmp_path / "static").mkdir()
    for file in (explorer.FOLDER / "page").iterdir():
        (tmp_path / "page" / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(explorer, "FOLDER", tmp_path)
    return tmp_path


def test_without_its_assets_the_page_says_how_to_get_them(server: Running, folder: Path) -> None:
    answer = server.client.get(server.http, headers=HTML)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "make explorer" in answer.text


def test_with_its_assets_the_page_is_the_explorer(server: Running, folder: Path) -> None:
    for name in explorer.ASSETS:
        (folder / "static" / name).write_text("")
    answer = server.client.get(server.http, headers=HTML)
    assert answer.status_code == 200
    assert "make explorer" not in answer.text
    for name in explorer.ASSETS:
        assert f"/explorer/static/{name}" in answer.text


def test_the_page_may_load_and_reach_nothing_but_us(server: Running) -> None:
    answer = server.client.get(server.http, headers=HTML)
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("file", ["index.html", "missing.html", "explorer.js", "explorer.css"])
def test_our_files_name_no_other_server(file: str) -> None:
    text = (explorer.FOLDER / "page" / file).read_text()
    assert re.findall(r"""(?:src|href)=["']?(?:https?:)?//|url\(|@import|fetch\(["']http""", text) == []


def test_a_client_that_asks_for_json_gets_no_page(server: Running) -> None:
    for accept in ("*/*", "application/json", "application/json, text/html;q=0.5"):
        assert server.client.get(server.http, headers={"accept": accept}).status_code == 400
    assert server.client.get(server.http, params={"query": "{ hello }"}, headers=HTML).json()["data"] == {
        "hello": "hello world"
    }


@pytest.mark.parametrize(
    "path", ["build.py", "package.json", "static/../build.py", "static/%2e%2e/package.json", "page/", "static/", ""]
)
def test_nothing_but_the_pages_files_is_served(server: Running, path: str) -> None:
    root = server.http.removesuffix("/graphql")
    assert server.client.get(f"{root}/explorer/{path}").status_code == 404
    script = server.client.get(f"{root}/explorer/page/explorer.js")
    assert (script.status_code, script.headers["cache-control"]) == (200, "no-cache")
    assert script.headers["content-type"].startswith("text/javascript")


def test_the_lock_pins_each_package_by_hash_and_names_no_host() -> None:
    lock = json.loads((explorer.FOLDER / "package-lock.json").read_text())
    wanted = json.loads((explorer.FOLDER / "package.json").read_text())["dependencies"]
    assert wanted == {"graphiql": "4.1.2", "react": "18.3.1", "react-dom": "18.3.1"}
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())
