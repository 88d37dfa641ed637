"""The SQL statements of the product: those that its modules hold, and those that the product runs while tests run."""

import importlib
import pkgutil
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from types import FrameType, ModuleType
from typing import cast

from greenlet import getcurrent
from sqlalchemy import TextClause
from sqlalchemy.engine import URL

from db.audit.check import Check
from db.driver import HotStatement

_ROOT = Path(__file__).resolve().parents[2]
_LAYERS = ("gql", "workers", "importing", "demo", "mail", "attendance", "db", "commands")
_DIALECT = URL.create("postgresql+asyncpg").get_dialect()()
_SQL = ("SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH ")


def product_modules() -> Iterator[ModuleType]:
    """Every module of the product, without the migrations and the models, whose SQL is defaults and conditions."""
    for layer in _LAYERS:
        package = importlib.import_module(layer)
        for found in pkgutil.walk_packages(package.__path__, f"{layer}."):
            if not found.name.startswith(("db.migrations", "db.models")):
                yield importlib.import_module(found.name)


def held_statements() -> dict[str, str]:
    """The SQL of each statement that a module holds under a name, by "module:name", and of each other one in its
    mappings and sequences, by "module:name[key]".
    """
    held = [
        (f"{module.__name__}:{place}", sql)
        for module in product_modules()
        for name, value in vars(module).items()
        for place, each in _within(name, value)
        if (sql := _sql_of(each)) is not None
    ]
    named = {name: sql for name, sql in held if not name.endswith("]")}
    known, inside = set(named.values()), {}
    for name, sql in held:
        if sql not in known:
            known.add(sql)
            inside[name] = sql
    return named | inside


def _within(name: str, value: object) -> Iterator[tuple[str, object]]:
    """The value itself, or the values in a mapping or a sequence, however deep, with their places."""
    if isinstance(value, dict):
        inside: list[tuple[object, object]] = list(value.items())
    elif type(value) in (list, tuple):
        inside = list(enumerate(cast("Sequence[object]", value)))
    else:
        yield name, value
        return
    for key, each in inside:
        yield from _within(f"{name}[{key}]", each)


def _sql_of(value: object) -> str | None:
    if isinstance(value, HotStatement):
        return value.statement
    if isinstance(value, Check):
        value = value.statement
    if isinstance(value, TextClause):
        return value.compile(dialect=_DIALECT).string
    # Statements of the importer, which speaks to asyncpg itself.
    if isinstance(value, str) and "$1" in value and value.lstrip().startswith(_SQL):
        return value.replace("{column}", "id")
    return None


def origin() -> str | None:
    """Which function of the product runs a statement at this moment, as "module:function"; None if it is a test's."""
    for frame in _frames():
        module = _module(frame.f_code.co_filename)
        if module is not None:
            return f"{module}:{frame.f_code.co_name}" if module.partition(".")[0] in _LAYERS else None
    return None


@cache
def _module(filename: str) -> str | None:
    """The project's module in the file, or None where the search goes on: in libraries and in the tests' helpers."""
    path = Path(filename)
    if not path.is_relative_to(_ROOT) or path.is_relative_to(_ROOT / ".venv"):
        return None
    parts = path.relative_to(_ROOT).with_suffix("").parts
    return None if parts[:2] == ("tests", "support") else ".".join(parts)


def _frames() -> Iterator[FrameType]:
    """The stack, through SQLAlchemy's greenlet into the coroutine that awaits it."""
    frame: FrameType | None = sys._getframe(1)
    greenlet = getcurrent()
    while frame is not None:
        yield frame
        frame = frame.f_back
        if frame is None and greenlet.parent is not None:
            greenlet = greenlet.parent
            frame = greenlet.gr_frame
