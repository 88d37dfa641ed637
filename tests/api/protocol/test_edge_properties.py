"""Whatever a client sends is understood or refused; nothing raises anything else."""

import json
from contextlib import suppress
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError
from hypothesis import given, settings
from hypothesis import strategies as st

from gql.fields.global_ids import decode_node_id, encode_id
from gql.fields.pagination import Cursors
from gql.fields.scalars import parse_date, parse_date_time, parse_decimal, schema_config
from gql.protocol.documents import Documents, RequestRefused
from gql.protocol.errors import BadInput
from gql.protocol.guard import GuardLimits
from gql.protocol.negotiation import chosen_media_type, is_json
from gql.protocol.operations import read_parameters
from gql.protocol.socket_messages import Closed, read_message
from tests.api.protocol.edge_schema import Mutation, Query, Subscription
from tests.support.sizes import SIZES

CHARACTERS = st.characters(exclude_categories=["Cs"])
"""All that UTF-8 can encode. For its own choice of the same characters Hypothesis tries each of a million, unless it
finds a file of an earlier run.
"""
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(CHARACTERS, max_size=20)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(CHARACTERS, max_size=8), inner, max_size=4),
)
DOCUMENTS = Documents(strawberry.Schema(Query, Mutation, Subscription, config=schema_config())._schema, GuardLimits())
WORDS = """
{ } ( ) [ ] : $ @ ! ... = | " \"\"\" query mutation subscription fragment on F hello thing things nodes next name first
Query Thing Int include if true null 1 1.5e400 999999999999999999999999 \\u0000 \ud800 é # ,
"""
PIECES = st.sampled_from([*WORDS.split(), "\x00", "\n"])


@given(JSON)
def test_parameters_are_read_or_refused(value: Any) -> None:
    try:
        parameters = read_parameters(value)
    except BadInput:
        return
    assert isinstance(parameters.query, str)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["connection_init", "ping", "pong", "subscribe", "complete"]) | JSON,
            "id": st.text(CHARACTERS, max_size=3) | JSON,
            "payload": JSON | st.fixed_dictionaries({"query": JSON}, optional={"variables": JSON}),
        },
    ).map(json.dumps)
    | st.text(CHARACTERS)
)
def test_socket_messages_are_read_or_close_with_4400(text: str) -> None:
    code, reason = 4400, b"none"
    try:
        read_message(text)
    except Closed as closed:
        code, reason = closed.code, closed.reason.encode()
    assert code == 4400
    assert 0 < len(reason) <= 123


@settings(max_examples=SIZES.edge_examples)
@given(st.lists(PIECES, max_size=40).map(" ".join) | st.text(CHARACTERS, max_size=50), st.booleans())
def test_documents_are_prepared_or_refused(query: str, may_introspect: bool) -> None:
    with suppress(RequestRefused):
        DOCUMENTS.read(query, may_introspect=may_introspect, variables={})


@given(st.text(CHARACTERS), st.sampled_from(["Accept", "*/*", "application/json;q=x", ";;q=", ",,,", "q=1;/*"]))
def test_any_header_is_taken(text: str, odd: str) -> None:
    chosen_media_type(f"{text},{odd}", ("application/json",))
    is_json(text + odd)


@given(st.text(CHARACTERS) | st.binary().map(lambda data: data.decode("latin-1")))
def test_any_text_is_an_id_and_a_cursor_or_is_refused(text: str) -> None:
    try:
        type_name, key = decode_node_id(text, "id")
    except BadInput:
        pass
    else:
        assert encode_id(type_name, *key) == text
    with pytest.raises(BadInput):
        Cursors("things", (str,)).decode(text, "after")


@given(st.sampled_from([parse_date, parse_date_time, parse_decimal]), JSON)
def test_any_value_is_a_scalar_or_is_refused(parse: Any, value: Any) -> None:
    with suppress(GraphQLError):
        parse(value)
