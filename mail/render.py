"""Renders messages from templates: `<name>.subject`, `<name>.txt` and `<name>.html` in mail/templates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered message. The subject is one line."""

    subject: str
    text: str
    html: str


def _day(iso_date: str) -> str:
    day = date.fromisoformat(iso_date)
    return f"{day:%A, %B} {day.day}, {day.year}"


def _clock(iso_time: str) -> str:
    at = time.fromisoformat(iso_time)
    return f"{at.hour % 12 or 12}:{at:%M} {'AM' if at.hour < 12 else 'PM'}"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        # People type the names, so in HTML they must be escaped.
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["day"] = _day
    environment.filters["clock"] = _clock
    return environment


_ENVIRONMENT = _environment()


def render(template: str, facts: Mapping[str, Any], *, organization: str) -> Rendered:
    """Fill in a template. `facts` are those of the outbox; `organization` is the sender's name.

    Raises jinja2.TemplateError if the template does not exist or lacks a fact. A fact of the wrong type raises what the
    template's filters raise.
    """
    subject, text, html = (
        _ENVIRONMENT.get_template(f"{template}.{part}").render(facts, organization=organization)
        for part in ("subject", "txt", "html")
    )
    return Rendered(" ".join(subject.split()), text, html)
