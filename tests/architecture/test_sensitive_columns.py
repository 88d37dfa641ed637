"""R16.4: each column that can hold text or an amount is classed: it is sensitive, or it stands here."""

from sqlalchemy import Column, Enum, Numeric, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from db import models

PLAIN = {
    "background_task": {"trace_parent"},
    "background_task_lease": {"leased_by"},
    "blackout_date": {"label"},
    "blackout_schedule": {"name"},
    "email": {"reason", "template", "trace_parent"},
    "enrollment": {"source_id"},
    "family": {"source_id"},
    "former_offering": {"time_zone"},
    "former_timeslot": {"room"},
    "idempotency_key": {"key", "mutation", "fingerprint"},
    "imported_enrollment": {"said"},
    "imported_row": {"file", "key", "said"},
    "kiosk": {"name"},
    "location": {"name", "time_zone", "next_zone", "source_id"},
    "makeup_token_entry": {"cause"},
    "offering": {"name", "sort_key", "search_key", "gender", "source_id"},
    "organization": {"name", "currency"},
    "people_merge": {"facts"},
    "permission_group": {"name", "permissions"},
    "person": {"permissions", "source_id", "office_fields"},
    "program": {"name"},
    "session": {"name", "source_id"},
    # Both stand in the log too (R12.7): a network address, and the name of a field, a reason or a key.
    "security_event": {"address", "detail"},
    "settings": {"earning_types"},
    "settings_change": {"before", "after"},
    "student": {"source_id", "office_fields"},
    "timeslot": {"room", "source_id"},
    "token_run": {"trace_parent"},
}
"""Columns of text that say nothing about a person: names of things, codes, and keys of other systems."""


def _is_text(column: Column[object]) -> bool:
    return isinstance(column.type, Text | JSONB | ARRAY | Numeric) and not isinstance(column.type, Enum)


def _is_sensitive(column: Column[object]) -> bool:
    return bool(column.info.get("sensitive"))


def test_R16_4_each_column_of_text_is_classed_once() -> None:
    for table in models.metadata.tables.values():
        plain = PLAIN.get(table.name, set())
        wrong = {each.name for each in table.columns if _is_text(each) and _is_sensitive(each) is (each.name in plain)}
        assert wrong == set(), table.name
        assert plain <= set(table.columns.keys()), table.name


def test_R16_4_what_must_be_sensitive_is() -> None:
    columns = [(table.name, each) for table in models.metadata.tables.values() for each in table.columns]
    for part in ("comment", "note", "medical", "phone", "email", "body", "balance", "recipient", "first_name"):
        found = [(name, each) for name, each in columns if part in each.name and _is_text(each)]
        assert found, part
        assert all(_is_sensitive(each) for _, each in found), part
