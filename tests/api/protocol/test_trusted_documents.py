"""Documents of known clients: requests that name one by its id, and servers that accept no others."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gql.protocol.documents import RequestRefused
from gql.protocol.errors import DocumentNotTrusted
from gql.protocol.operations import Parameters
from gql.protocol.trusted_documents import ManifestFault, Manifests, TrustedDocuments, read_manifests
from tests.api.protocol.edge_schema import Running, World, make_edge, running
from tests.api.protocol.test_socket_messages import hear, ready, say

HELLO = "query Hello($n: String!) { hello(name: $n) }"
COUNT = "subscription { count(to: 1) }"


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def id_of(text: str) -> str:
    return f"sha256:{hash_of(text)}"


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running(trusted=TrustedDocuments([HELLO, COUNT], only=True)) as server:
        yield server


def ask(server: Running, body: dict[str, Any]) -> Any:
    return httpx.post(server.http, verify=False, json=body).json()


def the_code(answer: Any) -> str:
    (error,) = answer["errors"]
    return str(error["extensions"]["code"])


def test_a_document_is_named_by_its_id(server: Running) -> None:
    named = {"documentId": id_of(HELLO), "variables": {"n": "Ada"}}
    assert ask(server, named)["data"] == {"hello": "hello Ada"}
    by_get = httpx.get(server.http, verify=False, params={"documentId": id_of(HELLO), "variables": '{"n": "Ada"}'})
    assert by_get.json()["data"] == {"hello": "hello Ada"}


async def test_known_documents_are_read_before_anybody_sends_them(monkeypatch: pytest.MonkeyPatch) -> None:
    operations, refused = make_edge(World()).operations, "{ nobodyKnowsThisField }"
    long = f"{HELLO} # {'x' * 600}"
    await operations.warm([refused, HELLO, long])
    monkeypatch.setattr("gql.protocol.documents.parse", lambda *_, **__: pytest.fail("The document is read again."))
    for text in (HELLO, long):
        prepared = operations.prepare(Parameters(text, variables={"n": "Ada"}), may_introspect=True)
        assert prepared.parameters.query == text
    with pytest.raises(RequestRefused, match="nobodyKnowsThisField"):
        operations.prepare(Parameters(refused), may_introspect=True)


def test_a_hash_of_apollos_clients_names_it_too(server: Running) -> None:
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": hash_of(HELLO)}}
    assert ask(server, {"extensions": extensions, "variables": {"n": "Ada"}})["data"] == {"hello": "hello Ada"}


def test_its_text_is_accepted_and_any_other_text_is_not(server: Running) -> None:
    assert ask(server, {"query": HELLO, "variables": {"n": "Ada"}})["data"] == {"hello": "hello Ada"}
    refused = ask(server, {"query": "{ hello }"})
    assert the_code(refused) == "DOCUMENT_NOT_TRUSTED"
    assert "data" not in refused


def test_other_texts_are_accepted_unless_the_setting_refuses_them() -> None:
    with running(trusted=TrustedDocuments([HELLO])) as server:
        assert ask(server, {"query": "{ hello }"})["data"] == {"hello": "hello world"}
        assert ask(server, {"documentId": id_of(HELLO), "variables": {"n": "A"}})["data"] == {"hello": "hello A"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"documentId": id_of("{ other }")}, "DOCUMENT_NOT_TRUSTED"),
        ({"documentId": hash_of(HELLO)}, "BAD_USER_INPUT"),
        ({"documentId": 7}, "BAD_USER_INPUT"),
        ({"documentId": id_of(HELLO), "query": HELLO}, "BAD_USER_INPUT"),
        ({"documentId": id_of(COUNT)}, "BAD_USER_INPUT"),
        ({}, "BAD_USER_INPUT"),
    ],
)
def test_what_names_no_document_is_refused(server: Running, body: dict[str, Any], code: str) -> None:
    assert the_code(ask(server, body)) == code


async def test_sockets_hold_to_it_too(server: Running) -> None:
    async with ready(server) as socket:
        await say(socket, {"id": "1", "type": "subscribe", "payload": {"documentId": id_of(COUNT)}})
        assert (await hear(socket))["payload"] == {"data": {"count": 1}}
        assert (await hear(socket))["type"] == "complete"
        await say(socket, {"id": "2", "type": "subscribe", "payload": {"query": "subscription { count }"}})
        refused = await hear(socket)
        assert (refused["type"], the_code({"errors": refused["payload"]})) == ("error", "DOCUMENT_NOT_TRUSTED")


def test_manifests_give_the_texts_by_their_hashes(tmp_path: Path) -> None:
    first, second = tmp_path / "staff.json", tmp_path / "family.json"
    first.write_text(json.dumps({hash_of(HELLO): HELLO}))
    second.write_text(json.dumps({id_of(COUNT): COUNT}))
    assert read_manifests([first, second]) == [HELLO, COUNT]


def test_a_manifest_that_is_built_anew_is_read_without_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({hash_of(HELLO): HELLO}))
    manifests = Manifests([path])
    trusted = TrustedDocuments(manifests.read(), only=True, further=manifests.read_if_changed)
    assert trusted.text_of({"query": HELLO}, {}) == HELLO
    # A build removes the manifest, and writes it entry by entry.
    for unfinished in (None, "{", json.dumps({hash_of("{ hello }"): "{ hello }"})):
        path.unlink() if unfinished is None else path.write_text(unfinished)
        with pytest.raises(DocumentNotTrusted):
            trusted.text_of({"query": COUNT}, {})
    path.write_text(json.dumps({hash_of(COUNT): COUNT}))
    assert trusted.text_of({"documentId": id_of(COUNT)}, {}) == COUNT
    assert trusted.text_of({"query": COUNT}, {}) == COUNT
    # Pages that are open go on with the documents of the build before.
    assert trusted.text_of({"documentId": id_of(HELLO)}, {}) == HELLO
    assert trusted.text_of({"query": "{ hello }"}, {}) == "{ hello }"
    with pytest.raises(DocumentNotTrusted):
        trusted.text_of({"query": "{ other }"}, {})


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "is not JSON"),
        ("[]", "is not a JSON object with the text of a document by its SHA-256"),
        (json.dumps({"a": 1}), "is not a JSON object with the text of a document by its SHA-256"),
        (json.dumps({hash_of(HELLO): COUNT}), f"but its SHA-256 is {hash_of(COUNT)}"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_told(tmp_path: Path, content: str | None, sentence: str) -> None:
    path = tmp_path / "manifest.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ManifestFault, match=sentence) as raised:
        read_manifests([path])
    assert str(path) in str(raised.value)
