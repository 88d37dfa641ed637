"""Scalars of the schema.

Parsing is strict: one spelling for each value, nothing guessed.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition

Money = NewType("Money", Decimal)

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATE_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|[+-]\d{2}:\d{2})",
    re.ASCII,
)
_DECIMAL = re.compile(r"-?(0|[1-9]\d{0,11})(\.\d{1,2})?", re.ASCII)


def parse_date(value: object) -> date:
    """`2026-11-21` only. A date and time, a week date or a number is refused."""
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
    """An RFC 3339 instant with its offset, as an aware datetime in UTC."""
    if isinstance(value, str) and _DATE_TIME.fullmatch(value):
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise GraphQLError(
        f"DateTime cannot represent {_shown(value)}: write an instant with its offset, such as '2026-11-21T16:30:00Z'."
    )


def serialize_date_time(value: object) -> str:
    """In UTC, ending in Z. Naive times are a fault of ours and never sent."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError("a DateTime field was given something that is not an aware datetime")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_decimal(value: object) -> Money:
    """A decimal string with at most twelve digits before the point and two after it."""
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Money(Decimal(value))
    raise GraphQLError(f"Decimal cannot represent {_shown(value)}: write an amount as a string, such as '12.50'.")


def serialize_decimal(value: object) -> str:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise TypeError("a Decimal field was given something that is not a finite Decimal")
    return format(value, "f")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:40] + "…"


SCALARS: dict[object, ScalarDefinition] = {
    date: strawberry.scalar(
        name="Date",
        description="A civil date, `YYYY-MM-DD`, without a time or a zone.",
        serialize=serialize_date,
        parse_value=parse_date,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant as RFC 3339 text. Answers are in UTC and end in `Z`; "
        "arguments must carry `Z` or an offset.",
        serialize=serialize_date_time,
        parse_value=parse_date_time,
    ),
    Money: strawberry.scalar(
        name="Decimal",
        description="An amount of money as a decimal string such as `12.50`, with at most two places. "
        "Its currency is a field beside it.",
        serialize=serialize_decimal,
        parse_value=parse_decimal,
    ),
}


def schema_config() -> StrawberryConfig:
    return StrawberryConfig(scalar_map=SCALARS)
