"""Retries of mutations: the same idempotency key returns the first answer and changes nothing again (R4.11)."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar

import orjson
from pydantic import TypeAdapter

from attendance.rules.organization.permissions import Caller
from db.idempotency import Retry, first_answer, keep_answer
from db.unit_of_work import UnitOfWork
from gql.protocol.errors import BadInput

KEY_LENGTH = 200
KEY_DESCRIPTION = (
    "A key that the client chooses for this request, such as a UUID; 1 to 200 characters. A retry with the same key "
    "and the same input by the same caller within two days returns the first answer and changes nothing again. The "
    "same key with another input is refused."
)

Outcome = TypeVar("Outcome")

# There is one adapter for each mutation.
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


async def once(
    uow: UnitOfWork,
    act: Callable[[], Awaitable[Outcome]],
    outcome_type: type[Outcome],
    *,
    caller: Caller,
    mutation: str,
    given: Any,
    now: datetime,
) -> Outcome:
    """Act, or return the outcome of the first request with the same key. Without a key in the input it always acts.

    given -- the mutation's input, with `idempotency_key`.
    outcome_type -- a dataclass of plain values, which is stored as JSON.

    Raises BadInput for a key that is empty or too long, and IdempotencyKeyReused for a key that was used with another
    input.
    """
    key = given.idempotency_key
    if key is None:
        return await act()
    if not 0 < len(key) <= KEY_LENGTH:
        raise BadInput(f"input.idempotencyKey has {len(key)} characters; 1 to {KEY_LENGTH} are allowed.")
    retry = Retry(caller.id, key, mutation, _fingerprint(given))
    adapter = _adapter(outcome_type)
    answer = await first_answer(uow, retry, now)
    if answer is not None:
        return adapter.validate_python(answer)
    outcome = await act()
    await keep_answer(uow, retry, adapter.dump_python(outcome, mode="json"), now)
    return outcome


def mutation_of(given: Any) -> str:
    """Return the name of the mutation whose input this is: CheckInInput is the input of checkIn."""
    name = type(given).__name__.removesuffix("Input")
    return name[0].lower() + name[1:]


def _adapter(outcome_type: type[Outcome]) -> TypeAdapter[Outcome]:
    """Return the adapter of the type. It is kept, because making one takes milliseconds during which nobody else is
    served.
    """
    if outcome_type not in _ADAPTERS:
        _ADAPTERS[outcome_type] = TypeAdapter(outcome_type)
    return _ADAPTERS[outcome_type]


def _fingerprint(given: Any) -> str:
    fields = asdict(given)
    del fields["idempotency_key"]
    # A client that repeats an act whose answer was lost may say only then when the act was captured.
    fields.pop("captured_at", None)
    # A field that was left out must differ from one that was null. The repr of Maybe shows the difference.
    return hashlib.sha256(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS, default=repr)).hexdigest()
