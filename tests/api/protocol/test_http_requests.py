"""GraphQL over HTTP: which requests are understood, and how the others are answered."""

import gzip
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.api.protocol.edge_schema import Running, running

URL = "/graphql"
JSON = {"content-type": "application/json"}
NEW = "application/graphql-response+json"


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running() as server:
        yield server


@pytest.fixture
def client(server: Running) -> Iterator[httpx.Client]:
    with httpx.Client(verify=False, base_url=server.http.removesuffix(URL)) as client:
        yield client


def post(client: httpx.Client, body: Any, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(URL, content=content, headers=JSON | headers)


def the_error(answer: httpx.Response) -> tuple[str, str]:
    """The only error's code and message, of an answer without data."""
    body = answer.json()
    assert set(body) == {"errors"}
    (error,) = body["errors"]
    return error["extensions"]["code"], error["message"]


def test_a_query_by_post_is_answered_with_its_cost(client: httpx.Client) -> None:
    answer = post(client, {"query": "query Q($n: String!) { hello(name: $n) }", "variables": {"n": "Ada"}})
    assert answer.status_code == 200
    assert answer.json() == {
        "data": {"hello": "hello Ada"},
        "extensions": {"cost": {"requested": 1, "limit": 50_000}},
    }


def test_a_query_by_get_is_answered(client: httpx.Client) -> None:
    answer = client.get(URL, params={"query": "query($n: String!) { hello(name: $n) }", "variables": '{"n": "Ada"}'})
    assert answer.status_code == 200
    assert answer.json()["data"] == {"hello": "hello Ada"}


def test_every_answer_is_safe_to_handle_and_gives_nothing_away(client: httpx.Client) -> None:
    for answer in (post(client, {"query": "{ hello }"}), post(client, b"x"), client.put(URL)):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-request-id"]
        assert "server" not in answer.headers


# ---- media types


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("application/json", "application/json"),
        ("APPLICATION/JSON", "application/json"),
        (NEW, NEW),
        (f"{NEW}; charset=utf-8, application/json;q=0.9", NEW),
        (f"application/json, {NEW}", "application/json"),
        (f"application/json;q=0.5, {NEW}", NEW),
        (f"{NEW}, application/graphql+json, application/json, text/event-stream, multipart/mixed", NEW),
        ("text/event-stream, application/json", "application/json"),
        (f"{NEW};q=0, */*", "application/json"),
    ],
)
def test_the_answer_has_the_type_the_client_likes_best(client: httpx.Client, accept: str | None, expected: str) -> None:
    client.headers.pop("accept")
    answer = client.post(URL, json={"query": "{ hello }"}, headers={"accept": accept} if accept else {})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{expected}; charset=utf-8"


@pytest.mark.parametrize("accept", ["text/plain", "application/json;q=0", "multipart/mixed"])
def test_a_client_that_accepts_neither_type_gets_406(client: httpx.Client, accept: str) -> None:
    answer = post(client, {"query": "{ hello }"}, accept=accept)
    assert answer.status_code == 406
    assert the_error(answer)[0] == "BAD_USER_INPUT"
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    "query",
    ["{", "{ nope }", "query($n: Int!) { hello }", "query A { hello } query B { hello }", "subscription { count }"],
)
def test_a_request_error_is_400_in_the_new_type_and_200_in_the_old(client: httpx.Client, query: str) -> None:
    new = post(client, {"query": query}, accept=NEW)
    old = post(client, {"query": query}, accept="application/json")
    assert (new.status_code, old.status_code) == (400, 200)
    assert new.json() == old.json()
    assert "data" not in new.json()
    assert {error["extensions"]["code"] for error in new.json()["errors"]} == {"BAD_USER_INPUT"}


def test_a_field_error_leaves_the_data_and_200(client: httpx.Client) -> None:
    answer = post(client, {"query": "{ hello broken }"}, accept=NEW)
    assert answer.status_code == 200
    assert answer.json()["data"] == {"hello": "hello world", "broken": None}


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "application/jsonx",
        "application/graphql",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin-1",
    ],
)
def test_only_json_bodies_are_read_so_that_foreign_forms_cannot_write(
    server: Running, client: httpx.Client, content_type: str | None
) -> None:
    before = server.world.written
    body = b'{"query": "mutation { write }"}'
    answer = client.post(URL, content=body, headers={"content-type": content_type} if content_type else {})
    assert answer.status_code == 415
    assert the_error(answer)[0] == "BAD_USER_INPUT"
    assert server.world.written == before


@pytest.mark.parametrize("content_type", ["Application/JSON", 'application/json; charset="UTF-8"'])
def test_json_is_json_however_it_is_spelled(client: httpx.Client, content_type: str) -> None:
    answer = client.post(URL, content=b'{"query": "{ hello }"}', headers={"content-type": content_type})
    assert answer.status_code == 200


# ---- bodies and parameters


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "The body is not JSON"),
        (b"{", "The body is not JSON"),
        (b'{"query": "{ hello }"', "The body is not JSON"),
        (b"\xff\xfe", "The body is not JSON"),
        (b'{"query": "{ hello(name: \\"\xff\\") }"}', "The body is not JSON"),
        (b'{"query": "{ hello }", "variables": {"n": "\\ud800"}}', "The body is not JSON"),
        (b"[" * 100_000, "The body is not JSON"),
        (b'"x"', "The request must be a JSON object"),
        (b"123", "The request must be a JSON object"),
        (b"null", "The request must be a JSON object"),
        (b"true", "The request must be a JSON object"),
        (b"[]", "Batches are not supported"),
        (b'[{"query": "{ hello }"}]', "Batches are not supported"),
        (b"{}", '"query" must be a string'),
        (b'{"query": null}', '"query" must be a string'),
        (b'{"query": 1}', '"query" must be a string'),
        (b'{"query": ["{ hello }"]}', '"query" must be a string'),
        (b'{"query": " "}', '"query" must be a string'),
        (b'{"query": "{ hello }", "operationName": 1}', '"operationName" must be a string or null'),
        (b'{"query": "{ hello }", "operationName": {}}', '"operationName" must be a string or null'),
        (b'{"query": "{ hello }", "variables": []}', '"variables" must be a JSON object or null'),
        (b'{"query": "{ hello }", "variables": "{}"}', '"variables" must be a JSON object or null'),
        (b'{"query": "{ hello }", "variables": 0}', '"variables" must be a JSON object or null'),
        (b'{"query": "{ hello }", "extensions": "x"}', '"extensions" must be a JSON object or null'),
        (b'{"query": "{ hello }", "extensions": []}', '"extensions" must be a JSON object or null'),
    ],
)
@pytest.mark.parametrize("accept", [NEW, "application/json"])
def test_a_body_that_is_no_request_gets_400_and_a_helpful_sentence(
    client: httpx.Client, body: bytes, sentence: str, accept: str
) -> None:
    answer = post(client, body, accept=accept)
    assert answer.status_code == 400
    code, message = the_error(answer)
    assert code == "BAD_USER_INPUT"
    assert message.startswith(sentence)


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_a_compressed_body_is_refused(client: httpx.Client, encoding: str) -> None:
    body = gzip.compress(b'{"query": "{ hello }"}')
    answer = post(client, body, **{"content-encoding": encoding})
    assert answer.status_code == 415
    assert the_error(answer) == ("BAD_USER_INPUT", "The body must not be compressed.")


@pytest.mark.parametrize(
    ("name", "value"), [("variables", "{"), ("variables", "[]"), ("extensions", "x"), ("variables", '"\\ud800"')]
)
def test_odd_parameters_of_a_get_are_refused(client: httpx.Client, name: str, value: str) -> None:
    answer = client.get(URL, params={"query": "{ hello }", name: value})
    assert answer.status_code == 400
    code, message = the_error(answer)
    assert (code, message.split()[0]) == ("BAD_USER_INPUT", f'"{name}"')


def test_a_query_string_that_is_not_utf_8_is_no_fault(client: httpx.Client) -> None:
    answer = client.get(URL + "?query=%ff" + quote("{ hello }"))
    assert answer.status_code == 200
    assert the_error(answer)[0] == "BAD_USER_INPUT"


def test_a_get_without_a_query_is_refused(client: httpx.Client) -> None:
    assert client.get(URL).status_code == 400


WRITE = "mutation($input: NoteInput) { write(input: $input) }"


@pytest.mark.parametrize("text", ["a\x00b", "\x00"])
def test_text_that_postgresql_cannot_keep_is_refused_where_it_would_be_stored(client: httpx.Client, text: str) -> None:
    answer = post(client, {"query": WRITE, "variables": {"input": {"text": text}}}, accept=NEW)
    assert answer.status_code == 400
    code, message = the_error(answer)
    assert code == "BAD_USER_INPUT"
    assert message.startswith("variables.input.text")
    assert "cannot be stored" in message


@pytest.mark.parametrize("literal", [r'"a\u0000b"', r'"a\u{0}b"'])
def test_text_that_postgresql_cannot_keep_is_refused_in_the_document(client: httpx.Client, literal: str) -> None:
    query = "mutation A { write(input: {text: %s}) } query B { hello(name: %s) }" % (literal, literal)  # noqa: UP031
    answer = post(client, {"query": query, "operationName": "A"}, accept=NEW)
    assert answer.status_code == 400
    assert the_error(answer)[0] == "BAD_USER_INPUT"
    in_fragment = "mutation { ...F } fragment F on Mutation { write(input: {text: %s}) }" % literal  # noqa: UP031
    assert post(client, {"query": in_fragment}, accept=NEW).status_code == 400
    assert post(client, {"query": query, "operationName": "B"}, accept=NEW).json()["data"] == {"hello": "hello a\x00b"}


@pytest.mark.parametrize("variables", [{"n": "a\x00b"}, {"n": "", "unused": ["\x00"]}, {"n": "", "a\x00": 1}])
def test_such_text_is_no_fault_where_nothing_stores_it(client: httpx.Client, variables: Any) -> None:
    answer = post(client, {"query": "query($n: String!) { hello(name: $n) }", "variables": variables})
    assert answer.json()["data"] == {"hello": f"hello {variables['n']}"}
    unused = {"input": {"text": "kept"}, "other": "\x00"}
    assert "errors" not in post(client, {"query": WRITE, "variables": unused}).json()


def test_an_unknown_directive_is_one_error_with_each_place(client: httpx.Client) -> None:
    answer = post(client, {"query": "query @nope { hello @nope a: hello @nope }"}, accept=NEW)
    (error,) = answer.json()["errors"]
    assert (error["message"], error["extensions"]) == ("Unknown directive '@nope'.", {"code": "BAD_USER_INPUT"})
    assert len(error["locations"]) == 3


def test_a_backslash_in_a_block_string_is_text(client: httpx.Client) -> None:
    answer = post(client, {"query": r'{ hello(name: """\u0000""") }'})
    assert answer.json()["data"] == {"hello": r"hello \u0000"}


def test_half_a_surrogate_pair_in_the_document_is_refused(client: httpx.Client) -> None:
    answer = post(client, {"query": r'{ hello(name: "\uD800") }'}, accept=NEW)
    assert (answer.status_code, the_error(answer)[0]) == (400, "BAD_USER_INPUT")


def test_variables_nested_absurdly_are_refused(client: httpx.Client) -> None:
    nested: Any = 1
    for _ in range(40):
        nested = [nested]
    answer = post(client, {"query": "{ hello }", "variables": {"n": nested}})
    assert answer.status_code == 400
    assert the_error(answer) == ("BAD_USER_INPUT", "variables is nested deeper than 32 levels.")


# ---- operations


def test_several_operations_need_a_name(client: httpx.Client) -> None:
    document = 'query A { hello(name: "a") } query B { hello(name: "b") }'
    unnamed = post(client, {"query": document})
    assert the_error(unnamed) == (
        "BAD_USER_INPUT",
        'The document has several operations: say which to run in "operationName".',
    )
    named = post(client, {"query": document, "operationName": "B"})
    assert named.json()["data"] == {"hello": "hello b"}
    unknown = post(client, {"query": document, "operationName": "C"})
    assert the_error(unknown) == ("BAD_USER_INPUT", 'The document has no operation named "C".')
    empty = client.get(URL, params={"query": "{ hello }", "operationName": ""})
    assert empty.json()["data"] == {"hello": "hello world"}


def test_a_document_without_an_operation_is_refused(client: httpx.Client) -> None:
    answer = post(client, {"query": "fragment F on Query { hello }"}, accept=NEW)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_USER_INPUT")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_subscription_over_http_is_refused_with_a_clear_message(client: httpx.Client, method: str) -> None:
    query = "subscription { count }"
    answer = (
        post(client, {"query": query}, accept=NEW)
        if method == "POST"
        else client.get(URL, params={"query": query}, headers={"accept": NEW})
    )
    assert answer.status_code == 400
    code, message = the_error(answer)
    assert code == "BAD_USER_INPUT"
    assert "graphql-transport-ws" in message


def test_a_mutation_by_get_is_refused_and_does_nothing(server: Running, client: httpx.Client) -> None:
    before = server.world.written
    answer = client.get(URL, params={"query": "mutation { write }"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert the_error(answer) == ("BAD_USER_INPUT", "Mutations are sent by POST.")
    assert server.world.written == before


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "QUERY"])
def test_other_methods_get_405_and_are_told_which_to_use(client: httpx.Client, method: str) -> None:
    answer = client.request(method, URL)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
    assert the_error(answer)[0] == "BAD_USER_INPUT"


# ---- request ids


@pytest.mark.parametrize("given", ["abc-123", "a" * 128])
def test_a_sane_request_id_is_kept_echoed_and_handed_down(client: httpx.Client, given: str) -> None:
    answer = post(client, {"query": "{ requestId }"}, **{"x-request-id": given})
    assert answer.headers["x-request-id"] == given
    assert answer.json()["data"] == {"requestId": given}


@pytest.mark.parametrize("given", ["", "a b", "a" * 129, "a<script>", "ä"])
def test_another_request_id_is_replaced(client: httpx.Client, given: str) -> None:
    answer = client.post(
        URL,
        json={"query": "{ requestId }"},
        headers=[(b"x-request-id", given.encode())],
    )
    assert answer.headers["x-request-id"] not in {given, ""}
    assert answer.json()["data"] == {"requestId": answer.headers["x-request-id"]}


# ---- persisted queries

HASH = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}


@pytest.mark.parametrize(("accept", "status"), [("application/json", 200), (NEW, 400)])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_request_with_a_hash_alone_is_told_to_send_the_text(
    client: httpx.Client, method: str, accept: str, status: int
) -> None:
    given: dict[str, Any] = (
        {"json": {"extensions": HASH, "variables": {}}}
        if method == "POST"
        else {"params": {"extensions": json.dumps(HASH), "operationName": "Q"}}
    )
    answer = client.request(method, "/graphql", headers={"accept": accept}, **given)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["message"]) == (status, "PersistedQueryNotSupported")
    assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_SUPPORTED"


def test_a_request_with_a_hash_and_the_text_is_answered(client: httpx.Client) -> None:
    answer = client.post("/graphql", json={"query": "{ hello }", "extensions": HASH})
    assert answer.json()["data"] == {"hello": "hello world"}
