"""Opaque global ids: base64url of a type's name and its key, such as `Student:uuid` or `Occurrence:timeslot-uuid:date`.

Each object has exactly one id. An id from a client is checked to the last character, so an id that is accepted always
equals the one that the API returns.
"""

import binascii
from base64 import urlsafe_b64decode
from binascii import b2a_base64
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial
from uuid import UUID

import strawberry

from attendance.rules.calendar.timeslots import OccurrenceKey
from db.asyncpg_internals import DriversUUID
from gql.protocol.errors import BadInput
from gql.protocol.made_later import Of

_LONGEST = 256
# An id takes a microsecond to make, and a roll sheet has a hundred, which are the same each time it is shown.
_REMEMBERED = 20_000
_URL_SAFE = bytes.maketrans(b"+/", b"-_")

Part = UUID | date

# Types whose key is more than one UUID. The driver's UUIDs are hashed and sent to PostgreSQL without running Python.
_SHAPES: Mapping[str, tuple[Callable[[str], Part], ...]] = {
    "Occurrence": (DriversUUID, date.fromisoformat),
    "RosterEntry": (DriversUUID, date.fromisoformat, DriversUUID),
}


def encode_id(type_name: str, *key: Part) -> strawberry.ID:
    """Return the global id of an object of this type."""
    return _encoded(type_name, *key)


def id_of(type_name: str, *paths: str) -> Of:
    """Return how the global id of an object of this type is made, from where the parts of its key are found."""
    return Of(partial(_encoded, type_name), paths)


@lru_cache(_REMEMBERED)
def _encoded(type_name: str, *key: Part) -> strawberry.ID:
    text = ":".join([type_name, *map(str, key)])
    return strawberry.ID(b2a_base64(text.encode(), newline=False).translate(_URL_SAFE).rstrip(b"=").decode())


def encode_occurrence_id(key: OccurrenceKey) -> strawberry.ID:
    return encode_id("Occurrence", key.timeslot_id, key.held_on)


def decode_id(value: str, type_name: str, argument: str) -> UUID:
    """Return the UUID in an id of this type.

    argument -- the name that the error message uses, such as `input.studentId`.

    Raises BadInput for anything that is not an id, and for the id of another type.
    """
    (key,) = decode_key(value, type_name, argument)
    return key  # type: ignore[return-value]


def decode_ids(values: Sequence[str], type_name: str, argument: str, *, at_most: int) -> list[UUID]:
    """Return the UUIDs in a list of ids. Raises BadInput as `decode_id` does, and for a list that is too long."""
    if len(values) > at_most:
        raise BadInput(f'Argument "{argument}" has {len(values)} ids; at most {at_most} are allowed.')
    return [decode_id(value, type_name, f"{argument}.{index}") for index, value in enumerate(values)]


def decode_occurrence_id(value: str, argument: str) -> OccurrenceKey:
    timeslot_id, held_on = decode_key(value, "Occurrence", argument)
    return OccurrenceKey(timeslot_id, held_on)  # type: ignore[arg-type]


def decode_key(value: str, type_name: str, argument: str) -> tuple[Part, ...]:
    """Return the key in an id of this type. Raises BadInput for anything that is not an id, and for the id of
    another type.
    """
    found, key = decode_node_id(value, argument)
    if found != type_name:
        raise BadInput(f'Argument "{argument}" is the id of {_a(found)}. It must be the id of {_a(type_name)}.')
    return key


def decode_node_id(value: str, argument: str, types: frozenset[str] | None = None) -> tuple[str, tuple[Part, ...]]:
    """Return the type and the key of an id. Raises BadInput for anything that is not an id.

    types -- the types that are accepted. None accepts any.
    """
    try:
        type_name, key = _decoded(value)
    except (ValueError, binascii.Error):
        raise _malformed(argument) from None
    if types is not None and type_name not in types:
        raise _malformed(argument)
    return type_name, key


@lru_cache(_REMEMBERED)
def _decoded(value: str) -> tuple[str, tuple[Part, ...]]:
    """Raises ValueError and binascii.Error."""
    type_name, *texts = _text(value).split(":")
    shape = _SHAPES.get(type_name, (DriversUUID,))
    key = tuple(read(text) for read, text in zip(shape, texts, strict=True))
    if not type_name.isidentifier() or encode_id(type_name, *key) != value:
        raise ValueError
    return type_name, key


def _text(value: str) -> str:
    if len(value) > _LONGEST:
        raise ValueError
    return urlsafe_b64decode(value.encode("ascii") + b"=" * (-len(value) % 4)).decode("ascii")


def _malformed(argument: str) -> BadInput:
    return BadInput(f'Argument "{argument}" is not an id. Send an id exactly as this API returned it.')


def _a(type_name: str) -> str:
    return f"{'an' if type_name[0] in 'AEIOU' else 'a'} {type_name}"
