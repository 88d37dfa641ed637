"""The scalars of the schema. Parsing is strict: every value has one spelling, and nothing is guessed."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, NewType

import orjson
import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.name_converter import NameConverter
from strawberry.types.scalar import ScalarDefinition

Money = NewType("Money", Decimal)
JsonRows = NewType("JsonRows", dict[str, list[dict[str, Any]]])

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATE_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|[+-]\d{2}:\d{2})",
    re.ASCII,
)
_DECIMAL = re.compile(r"-?(0|[1-9]\d{0,11})(\.\d{1,2})?", re.ASCII)


def parse_date(value: object) -> date:
    """Parse a date such as `2026-11-21`. A date with a time, a week date and a number are refused."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise GraphQLError(f"Date cannot represent {_shown(value)}: write a calendar date such as '2026-11-21'.")


def serialize_date(value: object) -> str:
    if type(value) is not date:
        raise TypeError(f"a Date field was given {type(value).__name__}")
    return value.isoformat()


def parse_date_time(value: object) -> datetime:
    """Parse an RFC 3339 instant with its offset and return it as an aware datetime in UTC."""
    if isinstance(value, str) and _DATE_TIME.fullmatch(value):
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise GraphQLError(
        f"DateTime cannot represent {_shown(value)}: write an instant with its offset, such as '2026-11-21T16:30:00Z'."
    )


def serialize_date_time(value: object) -> str:
    """Return the instant in UTC, ending in Z. A naive time is a programming error and is never sent."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError("a DateTime field was given something that is not an aware datetime")
    told = value if value.tzinfo is UTC else value.astimezone(UTC)
    # It writes what `isoformat` writes, in a third of the time.
    return orjson.dumps(told, option=orjson.OPT_UTC_Z)[1:-1].decode()


def parse_decimal(value: object) -> Money:
    """Parse a decimal string with at most twelve digits before the point and two after it."""
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Money(Decimal(value))
    raise GraphQLError(f"Decimal cannot represent {_shown(value)}: write an amount as a string, such as '12.50'.")


def serialize_decimal(value: object) -> str:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise TypeError("a Decimal field was given something that is not a finite Decimal")
    return format(value, "f")


def refuse_json(value: object) -> JsonRows:
    """JSON is only sent, and never taken."""
    raise GraphQLError("JSON cannot be given.")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:40] + "…"


SCALARS: dict[object, ScalarDefinition] = {
    date: strawberry.scalar(
        name="Date",
        description="A calendar date, written `YYYY-MM-DD`, without a time or a time zone.",
        serialize=serialize_date,
        parse_value=parse_date,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant in RFC 3339 format. Answers are in UTC and end in `Z`. Arguments must end in `Z` or "
        "in an offset such as `+02:00`; their seconds can have at most six decimal places.",
        serialize=serialize_date_time,
        parse_value=parse_date_time,
    ),
    JsonRows: strawberry.scalar(
        name="JSON",
        description="A JSON value that is made for people to read and keep, and not for programs: its form can change "
        "with each release.",
        serialize=lambda value: value,
        parse_value=refuse_json,
    ),
    Money: strawberry.scalar(
        name="Decimal",
        description="An amount of money as a decimal string such as `12.50`, with at most two decimal places. Its "
        "currency is given in a separate field.",
        serialize=serialize_decimal,
        parse_value=parse_decimal,
    ),
}


class _Names(NameConverter):
    """Names in the schema. Strawberry asks for those of arguments and of their fields in each request."""

    def __init__(self) -> None:
        super().__init__()
        self.apply_naming_config = cache(super().apply_naming_config)  # type: ignore[method-assign]


def schema_config() -> StrawberryConfig:
    return StrawberryConfig(scalar_map=SCALARS, name_converter=_Names())
