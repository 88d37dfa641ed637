"""Opaque ids and cursors: one spelling each, and a refusal that names the argument for all else."""

from base64 import urlsafe_b64encode
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from attendance.rules.calendar.timeslots import OccurrenceKey
from gql.fields.global_ids import (
    decode_id,
    decode_ids,
    decode_key,
    decode_node_id,
    decode_occurrence_id,
    encode_id,
    encode_occurrence_id,
)
from gql.fields.pagination import Cursors, connection, read_page
from gql.protocol.errors import BadInput

STUDENT = UUID("018f0000-0000-7000-8000-000000000001")
SLOT = UUID("018f0000-0000-7000-8000-000000000002")
ON = date(2026, 11, 21)


def opaque(text: str | bytes) -> str:
    data = text if isinstance(text, bytes) else text.encode()
    return urlsafe_b64encode(data).decode().rstrip("=")


def test_ids_come_back_as_they_went() -> None:
    assert decode_id(encode_id("Student", STUDENT), "Student", "id") == STUDENT
    key = OccurrenceKey(SLOT, ON)
    assert decode_occurrence_id(encode_occurrence_id(key), "id") == key
    entry = encode_id("RosterEntry", SLOT, ON, STUDENT)
    assert decode_key(entry, "RosterEntry", "id") == (SLOT, ON, STUDENT)
    assert decode_node_id(entry, "id") == ("RosterEntry", (SLOT, ON, STUDENT))
    assert encode_id("Student", STUDENT) == opaque(f"Student:{STUDENT}")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        "====",
        "ä",
        "1",
        str(STUDENT),
        opaque("Student"),
        opaque("Student:"),
        opaque("Student:1"),
        opaque(f"Student:{STUDENT}:"),
        opaque(f"Student:{STUDENT}:{STUDENT}"),
        opaque(f"Student:{STUDENT}") + "=",
        opaque(f"Student:{STUDENT}") + "\n",
        opaque(f"Student:{str(STUDENT).upper()}"),
        opaque(f"Student:{STUDENT.hex}"),
        opaque(f"Student:{{{STUDENT}}}"),
        opaque(f"Student:{STUDENT}\x00"),
        opaque(b"Student:\xff\xfe"),
        opaque(f":{STUDENT}"),
        opaque(f"Occurrence:{SLOT}"),
        opaque(f"Occurrence:{SLOT}:2026-02-30"),
        opaque(f"Occurrence:{SLOT}:20261121"),
        opaque("Student:" + "0" * 1000),
    ],
)
def test_a_malformed_id_is_refused_and_the_argument_named(value: str) -> None:
    with pytest.raises(BadInput) as refused:
        decode_id(value, "Student", "input.studentId")
    assert refused.value.message == (
        'Argument "input.studentId" is not an id. Send an id exactly as this API returned it.'
    )
    assert refused.value.extensions == {"code": "BAD_USER_INPUT"}


def test_the_id_of_another_type_is_refused() -> None:
    with pytest.raises(BadInput) as refused:
        decode_occurrence_id(encode_id("Student", STUDENT), "id")
    assert refused.value.message == ('Argument "id" is the id of a Student. It must be the id of an Occurrence.')
    with pytest.raises(BadInput):
        decode_node_id(encode_id("Student", STUDENT), "id", frozenset({"Occurrence"}))


def test_a_list_of_ids_is_capped_and_names_the_wrong_one() -> None:
    good = encode_id("Student", STUDENT)
    assert decode_ids([good, good], "Student", "ids", at_most=2) == [STUDENT, STUDENT]
    with pytest.raises(BadInput, match='Argument "ids" has 3 ids; at most 2 are allowed'):
        decode_ids([good] * 3, "Student", "ids", at_most=2)
    with pytest.raises(BadInput, match=r'Argument "ids\.1" is not an id'):
        decode_ids([good, "x"], "Student", "ids", at_most=2)


CURSORS = Cursors("things", (datetime, str, UUID, date, int))
VALUES = (datetime(2026, 11, 21, 9, 30, 0, 123456, UTC), "Ballett Ä", SLOT, ON, 7)


def test_cursors_come_back_as_they_went() -> None:
    assert CURSORS.decode(CURSORS.encode(*VALUES), "after") == VALUES
    elsewhere = VALUES[0].astimezone(timezone(timedelta(hours=5)))
    assert CURSORS.decode(CURSORS.encode(elsewhere, *VALUES[1:]), "after") == VALUES


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "ä",
        opaque("[]"),
        opaque("{}"),
        opaque("1"),
        opaque("null"),
        opaque('["things"]'),
        opaque("[" * 1000),
        Cursors("others", CURSORS.types).encode(*VALUES),
        opaque(f'["things","2026-11-21T09:30:00","a","{SLOT}","2026-11-21",7]'),
        opaque(f'["things","2026-11-21T09:30:00Z","a\\u0000","{SLOT}","2026-11-21",7]'),
        opaque(f'["things","2026-11-21T09:30:00Z",1,"{SLOT}","2026-11-21",7]'),
        opaque('["things","2026-11-21T09:30:00Z","a","x","2026-11-21",7]'),
        opaque(f'["things","2026-11-21T09:30:00Z","a","{SLOT}","2026-02-30",7]'),
        opaque(f'["things","2026-11-21T09:30:00Z","a","{SLOT}","2026-11-21","7"]'),
        opaque(f'["things","2026-11-21T09:30:00Z","a","{SLOT}","2026-11-21",true]'),
        opaque(f'["things","2026-11-21T09:30:00Z","a","{SLOT}","2026-11-21",7,8]'),
        "A" * 5000,
    ],
)
def test_a_malformed_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadInput, match='Argument "after" is not a cursor of this list'):
        read_page(CURSORS, after=cursor)


@pytest.mark.parametrize(
    ("arguments", "size", "backwards"),
    [
        ({}, 50, False),
        ({"first": 1}, 1, False),
        ({"first": 100}, 100, False),
        ({"last": 7}, 7, True),
        ({"first": 0}, 0, False),
        ({"last": 0}, 0, True),
    ],
)
def test_pages_are_bounded(arguments: dict[str, Any], size: int, backwards: bool) -> None:
    page = read_page(CURSORS, **arguments)
    assert (page.size, page.after, page.before, page.backwards) == (size, None, None, backwards)


@pytest.mark.parametrize("arguments", [{"first": -1}, {"first": 101}, {"last": 101}, {"last": -1}])
def test_a_page_of_another_size_is_refused_with_the_limit(arguments: dict[str, Any]) -> None:
    ((name, size),) = arguments.items()
    with pytest.raises(BadInput, match=f'Argument "{name}" is {size}; it must be from 0 to 100'):
        read_page(CURSORS, **arguments)


def test_first_and_last_together_are_refused() -> None:
    with pytest.raises(BadInput, match="not both"):
        read_page(CURSORS, first=1, last=1)


@pytest.mark.parametrize(
    ("arguments", "has_more", "expected"),
    [
        ({"first": 2}, True, (True, False)),
        ({"first": 2}, False, (False, False)),
        ({"first": 2, "after": CURSORS.encode(*VALUES)}, False, (False, True)),
        ({"last": 2}, True, (False, True)),
        ({"last": 2, "before": CURSORS.encode(*VALUES)}, False, (True, False)),
    ],
)
def test_a_connection_says_where_its_page_lies(
    arguments: dict[str, Any], has_more: bool, expected: tuple[bool, bool]
) -> None:
    page = read_page(CURSORS, **arguments)
    found = connection([1, 2], page, has_more=has_more, node=str, cursor=lambda row: f"c{row}")
    assert [(edge.node, edge.cursor) for edge in found.edges] == [("1", "c1"), ("2", "c2")]
    assert found.nodes == ["1", "2"]
    info = found.page_info
    assert (info.has_next_page, info.has_previous_page) == expected
    assert (info.start_cursor, info.end_cursor) == ("c1", "c2")
    assert connection([], page, has_more=False, node=str, cursor=str).page_info.end_cursor is None
