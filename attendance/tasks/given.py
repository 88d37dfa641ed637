"""Converts the input of a task to JSON and back."""

from typing import Any

from pydantic import TypeAdapter

# There is one converter for each kind.
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(given_type: type[Any]) -> TypeAdapter[Any]:
    """Return the converter. It is cached, because creating one takes milliseconds during which nobody else
    is served.
    """
    if given_type not in _ADAPTERS:
        _ADAPTERS[given_type] = TypeAdapter(given_type)
    return _ADAPTERS[given_type]


def to_json(given_type: type[Any], given: Any) -> dict[str, Any]:
    made: dict[str, Any] = _adapter(given_type).dump_python(given, mode="json")
    return made


def from_json(given_type: type[Any], stored: dict[str, Any]) -> Any:
    """Return the input. Raises pydantic.ValidationError when another version has stored it in another form."""
    return _adapter(given_type).validate_python(stored)
