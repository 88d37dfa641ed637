"""An event's answer: made once, and framed for each operation that gets it."""

import orjson
import pytest
from graphql import ExecutionResult, GraphQLError

from gql.protocol.answers import Answer

ANSWERS = [{"short": 1}, {"medium": "x" * 1000}, {"long": "x" * 70_000}]


def told(frame: bytes) -> dict[str, object]:
    """The message in an unmasked frame of text (RFC 6455, section 5.2)."""
    assert frame[0] == 0x81
    extended = {126: 2, 127: 8}.get(frame[1], 0)
    start = 2 + extended
    length = int.from_bytes(frame[2:start], "big") if extended else frame[1]
    assert len(frame) == start + length
    message: dict[str, object] = orjson.loads(frame[start:])
    return message


@pytest.mark.parametrize("data", ANSWERS)
def test_each_operation_gets_the_answer_under_its_own_id(data: dict[str, object]) -> None:
    answer = Answer(ExecutionResult(data))
    for operation in ("1", "another", "1"):
        message = told(answer.framed(orjson.dumps(operation), "request"))
        assert message == {"id": operation, "type": "next", "payload": {"data": data}}


def test_those_with_the_same_id_get_the_same_frame() -> None:
    answer = Answer(ExecutionResult({"short": 1}))
    assert answer.framed(b'"1"', "mine") is answer.framed(b'"1"', "yours")


def test_errors_name_the_request_that_they_are_told_to() -> None:
    answer = Answer(ExecutionResult({"short": 1}, [GraphQLError("a fault of ours", original_error=ValueError())]))
    for request in ("mine", "yours"):
        assert request in str(told(answer.framed(b'"1"', request))["payload"])


def test_what_is_kept_is_told_later_too() -> None:
    answer = Answer(ExecutionResult({"short": 1}))
    before = answer.framed(b'"1"', "request")
    answer.compact()
    assert answer.framed(b'"1"', "request") == before
