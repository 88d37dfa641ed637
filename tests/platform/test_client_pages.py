"""The browser pages: how the API serves what was built, and when it is built again."""

import asyncio
import gzip
import json
import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from attendance.rules.accounts.account_links import LinkTerms
from attendance.rules.vocabulary import AccountLinkPurpose
from db.ids import new_id
from gql import client_pages
from gql.client_pages import client_routes
from settings import DemoSignIn, Settings, SettingsFault, load_settings
from web.client.build import SOURCES, digest, is_current

OWNER = DemoSignIn(portal="OFFICE", email="owner@example.com", password="rollbook-demo", note="owner")
SCRIPT = "assets/staff-Ab12.js"
FAMILY_SCRIPT = "assets/family-Ab12.js"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The client's folder before anything was built."""
    (tmp_path / "missing.html").write_text((client_pages.FOLDER / "missing.html").read_text())
    monkeypatch.setattr(client_pages, "FOLDER", tmp_path)
    return tmp_path


@pytest.fixture
def built(folder: Path) -> Path:
    (folder / "static" / "assets").mkdir(parents=True)
    (folder / "static" / "staff.html").write_text(f'<script src="/{SCRIPT}"></script>')
    (folder / "static" / "family.html").write_text(f'<script src="/{FAMILY_SCRIPT}"></script>')
    (folder / "static" / SCRIPT).write_text("alert()")
    (folder / "static" / f"{SCRIPT}.gz").write_bytes(gzip.compress(b"alert()"))
    return folder


def get(path: str, *demo: DemoSignIn, accept_encoding: str = "identity") -> httpx.Response:
    return ask("GET", path, *demo, headers={"accept-encoding": accept_encoding})


def ask(method: str, path: str, *demo: DemoSignIn, headers: dict[str, str]) -> httpx.Response:
    transport = httpx.ASGITransport(
        Starlette(routes=client_routes(demo), exception_handlers={404: client_pages.not_found})
    )

    async def answer() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://rollbook") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(answer())


def test_a_page_that_is_not_built_says_how_to_build_it(folder: Path) -> None:
    answer = get("/")
    assert answer.status_code == 200
    assert "make client" in answer.text


@pytest.mark.parametrize("path", ["/", "/days/2026-11-30", "/sheets/T2NjdXJyZW5jZTo", "/family", "/family/tokens/T2Nj"])
def test_each_address_is_the_page_of_its_entry_which_is_asked_for_each_time(built: Path, path: str) -> None:
    answer = get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    assert (FAMILY_SCRIPT if path.startswith("/family") else SCRIPT) in answer.text
    assert answer.headers["content-security-policy"] == client_pages.POLICY


def test_the_pages_know_the_addresses_that_are_served() -> None:
    served = {re.sub(r"\{\w+\}", ":", path) for path in client_pages.PAGES["staff"]}
    router = (client_pages.FOLDER / "src" / "staff" / "router.ts").read_text()
    assert {re.sub(r":\w+", ":", path) for path in re.findall(r'\["(/[^"]*)", ', router)} == served
    # The worker keeps no other route of the API.
    served = {path.removesuffix("/:") for path in served}
    worker = (client_pages.FOLDER / "src" / "shell" / "worker.ts").read_text()
    assert {"/"} | set(re.findall(r'path.startsWith\("(/\w+)/"\)', worker)) < served


def test_a_browser_that_opens_no_page_is_told_so_and_other_clients_get_no_page(built: Path) -> None:
    for accept, has_page in (("text/html,*/*", True), ("application/json", False)):
        answer = ask("GET", "/nothing", headers={"accept": accept})
        assert (answer.status_code, SCRIPT in answer.text) == (404, has_page)


def test_the_pages_of_families_know_the_addresses_that_are_served() -> None:
    served = {re.sub(r"/\{.*", "", path) for path in client_pages.PAGES["family"]}
    router = (client_pages.FOLDER / "src" / "family" / "router.ts").read_text()
    plain = {f"/family/{name}" for name in re.findall(r"`\$\{HOME\}/([\w-]+)`", router)}
    assert {"/family"} | plain | {f"/family/{name}" for name in re.findall(r'folder === "(\w+)"', router)} == served
    worker = (client_pages.FOLDER / "src" / "shell" / "worker.ts").read_text()
    kept = re.search(r"family\(\\/\(([\w|]+)\)", worker)
    assert kept is not None
    assert {f"/family/{name}" for name in kept[1].split("|")} == served - plain - {"/family"}


def test_the_page_of_kiosks_is_served_and_kept(built: Path) -> None:
    (built / "static" / "kiosk.html").write_text("the kiosk")
    (address,) = client_pages.PAGES["kiosk"]
    answer = get(address)
    assert (answer.text, answer.headers["content-security-policy"]) == ("the kiosk", client_pages.POLICY)
    # It alone may ask for the camera.
    assert "camera=(self)" in answer.headers["permissions-policy"]
    others = (*client_pages.PAGES["staff"], *client_pages.PAGES["family"])
    assert all("camera=()" in get(path).headers["permissions-policy"] for path in others)
    client = Path(__file__).parents[2] / "web" / "client" / "src"
    assert f'begin(App, "{address}")' in (client / "kiosk" / "main.tsx").read_text()
    assert f'PAGE === "{address}"' in (client / "shell" / "worker.ts").read_text()


def test_the_links_of_emails_lead_to_pages() -> None:
    terms = LinkTerms(b"", "")
    token = terms.token(new_id(), new_id())
    for purpose in AccountLinkPurpose:
        assert terms.address(purpose, token).partition("#")[0] in client_pages.PAGES["staff"]
        assert terms.address(purpose, token, for_family=True).partition("#")[0] in client_pages.PAGES["family"]


def test_the_policy_allows_nothing_inline_and_no_other_host(built: Path) -> None:
    headers = get("/").headers
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "data:" not in policy
    sources = {source for part in policy.split("; ") for source in part.split()[1:]}
    assert sources == {"'none'", "'self'"}
    assert headers["referrer-policy"] == "no-referrer"


def test_a_hashed_file_is_kept_for_ever_and_sent_compressed(built: Path) -> None:
    for encoding, compressed in (("gzip, br", "gzip"), ("identity", None)):
        answer = get(f"/{SCRIPT}", accept_encoding=encoding)
        assert answer.text == "alert()"
        assert answer.headers.get("content-encoding") == compressed
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["vary"] == "accept-encoding"
        assert answer.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    "path", [f"{SCRIPT}.gz", "assets/", "assets/../staff.html", "assets/%2e%2e/%2e%2e/missing.html"]
)
def test_nothing_but_the_built_files_is_served(built: Path, path: str) -> None:
    assert get(f"/{path}").status_code == 404


def test_before_the_build_a_file_is_not_found(folder: Path) -> None:
    assert get(f"/{SCRIPT}").status_code == 404
    assert get("/worker.js").status_code == 404


def test_the_worker_is_served_above_all_pages_and_asked_for_each_time(built: Path) -> None:
    (built / "static" / "worker.js").write_text("self")
    answer = get("/worker.js")
    assert (answer.status_code, answer.text, answer.headers["cache-control"]) == (200, "self", "no-cache")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["content-security-policy"] == client_pages.POLICY


def test_the_demo_accounts_are_told_when_there_are_any(folder: Path) -> None:
    assert get("/client.json").json() == {"demoSignIns": []}
    answer = get("/client.json", OWNER)
    assert answer.json() == {"demoSignIns": [OWNER.model_dump()]}
    assert answer.headers["cache-control"] == "no-store"


def test_the_demo_accounts_are_refused_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLBOOK_DEMO_SIGN_INS", json.dumps([OWNER.model_dump()]))

    def settings(env: str) -> Settings:
        return load_settings(env=env, database_url="postgresql://x/y", redis_url="redis://x", secret="s" * 32)

    assert settings("development").demo_sign_ins == (OWNER,)
    with pytest.raises(SettingsFault, match="ROLLBOOK_DEMO_SIGN_INS is refused in production"):
        settings("production")


def test_the_pages_are_built_again_when_a_source_has_changed(tmp_path: Path) -> None:
    (tmp_path / "src" / "staff").mkdir(parents=True)
    for name in SOURCES[:-1]:
        (tmp_path / name).write_text(name)
    page = tmp_path / "src" / "staff" / "App.tsx"
    page.write_text("one")
    assert not is_current(tmp_path)
    (tmp_path / "static").mkdir()
    sources = [*(tmp_path / name for name in SOURCES[:-1]), page]
    (tmp_path / "static" / "built-from").write_text(digest(sources, tmp_path))
    assert is_current(tmp_path)
    (tmp_path / "src" / "schema-types.d.ts").write_text("made from schema.graphql")
    assert is_current(tmp_path)
    page.write_text("two")
    assert not is_current(tmp_path)
    page.rename(page.with_name("Page.tsx"))
    assert not is_current(tmp_path)


def test_the_lock_pins_each_package_by_hash_and_names_no_host() -> None:
    lock = json.loads((client_pages.FOLDER / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())
    wanted = json.loads((client_pages.FOLDER / "package.json").read_text())
    versions = [*wanted["dependencies"].values(), *wanted["devDependencies"].values()]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions)


def test_only_the_pages_themselves_have_a_browser_delete_what_it_keeps() -> None:
    own = ask("POST", "/signed-out", headers={"sec-fetch-site": "same-origin"})
    assert (own.status_code, own.headers["clear-site-data"]) == (204, '"cache", "storage"')
    for given in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {}):
        other = ask("POST", "/signed-out", headers=given)
        assert (other.status_code, other.headers.get("clear-site-data")) == (403, None)


def test_dark_is_a_matter_of_colours_alone() -> None:
    """So the browser tests look for other barriers in light colours only (tests/support/browser_pages.py)."""
    source = client_pages.FOLDER / "src"
    blocks = [
        block
        for path in source.rglob("*.css")
        for block in re.findall(r"@media [^{]*prefers-color-scheme[^{]*\{(.*?)\n\}", path.read_text(), re.DOTALL)
    ]
    assert len(blocks) > 1
    declared = {name for block in blocks for name in re.findall(r"([\w-]+):[^;{}]+;", block)}
    assert {name for name in declared if not name.startswith("--")} == {"background", "color"}
    scripts = {path.name for path in source.rglob("*.ts*") if "prefers-color-scheme" in path.read_text()}
    assert scripts == {"Chart.tsx"}, "it draws lines on a canvas"
