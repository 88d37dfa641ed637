"""The occurrences that the input of a mutation names, and whether the caller may see them (R4.12, R11.3)."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from attendance.rules.calendar.occurrences import may_see_occurrence
from attendance.rules.organization.permissions import Viewer
from attendance.rules.refusals import OccurrenceNotFound
from db.calendar.occurrences import read_heads
from db.unit_of_work import UnitOfWork
from gql.fields.global_ids import decode_occurrence_id

_NAMES = {"occurrence_id", "occurrence_ids"}


async def require_visible_occurrences(uow: UnitOfWork, viewer: Viewer, given: Any) -> None:
    """Raise OccurrenceNotFound unless the caller may see every occurrence that the input names.

    given -- a mutation's input, whose ids were decoded before.

    A caller who lacks the permission for a change is told so only about what they may see.
    """
    keys = {decode_occurrence_id(each, "input") for each in _ids(given)}
    if not keys:
        return
    heads = await read_heads(uow.connection, uow.organization_id, keys)
    if len(heads) < len(keys) or not all(may_see_occurrence(viewer.caller, head) for head in heads):
        raise OccurrenceNotFound


def _ids(given: Any) -> Iterator[Any]:
    if isinstance(given, list):
        for each in given:
            yield from _ids(each)
    elif is_dataclass(given):
        for field in fields(given):
            value = getattr(given, field.name)
            if field.name in _NAMES:
                yield from value if isinstance(value, list) else [] if value is None else [value]
            else:
                yield from _ids(value)
