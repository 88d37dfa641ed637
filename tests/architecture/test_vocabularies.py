"""What the types of the schema use of the enumerations comes from the modules that describe them.

An enumeration of `attendance` becomes one of the schema when `gql/<capability>/vocabulary.py` describes it. A type that
imports it from `attendance` works only if some other module was imported before.
"""

import ast
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from pathlib import Path

import pytest

from gql.schema import the_schema

ROOT = Path(__file__).parents[2]
DESCRIBES = "vocabulary.py"


def declares_types(tree: ast.Module) -> bool:
    return any(
        (isinstance(it, ast.Import) and any(each.name.startswith("strawberry") for each in it.names))
        or (isinstance(it, ast.ImportFrom) and (it.module or "").startswith("strawberry"))
        for it in ast.walk(tree)
    )


def undescribed(source: str) -> Iterator[str]:
    """Yield the enumerations that the module takes from `attendance`, if it declares types of the schema."""
    # Parsing each module takes longer than all else here, and most of them cannot declare any type.
    if "strawberry" not in source or not declares_types(tree := ast.parse(source)):
        return
    modules = {}
    for it in ast.walk(tree):
        if isinstance(it, ast.ImportFrom) and (it.module or "").startswith("attendance"):
            module = import_module(it.module or "")
            for each in it.names:
                found = getattr(module, each.name, None) or import_module(f"{it.module}.{each.name}")
                modules[each.asname or each.name] = found
                if is_described(found):
                    yield each.name
    for it in ast.walk(tree):
        if isinstance(it, ast.Attribute) and isinstance(it.value, ast.Name):
            found = getattr(modules.get(it.value.id), it.attr, None)
            if is_described(found):
                yield f"{it.value.id}.{it.attr}"


def is_described(it: object) -> bool:
    return isinstance(it, type) and issubclass(it, Enum) and "__strawberry_definition__" in vars(it)


@pytest.fixture(scope="module", autouse=True)
def everything_is_described() -> None:
    the_schema()


def test_types_take_enumerations_from_the_modules_that_describe_them() -> None:
    sources = {path: path.read_text() for path in ROOT.glob("gql/**/*.py") if path.name != DESCRIBES}
    assert {path: found for path, source in sources.items() if (found := list(undescribed(source)))} == {}
    assert [path for path, source in sources.items() if "\ndescribed(" in source] == []


def test_a_vocabulary_offers_what_it_describes() -> None:
    for path in ROOT.glob(f"gql/*/{DESCRIBES}"):
        module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        described = {name for name, it in vars(module).items() if is_described(it)}
        assert described <= set(module.__all__), path


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import strawberry\nfrom attendance.rules.vocabulary import Portal", ["Portal"]),
        ("import strawberry\nfrom attendance.rules import vocabulary as v\nit: v.Portal", ["v.Portal"]),
        ("import strawberry\nfrom gql.fields.vocabulary import Portal", []),
        ("import strawberry\nfrom attendance.rules.vocabulary import ChangeKind", []),
        ("from attendance.rules.vocabulary import Portal", []),
    ],
)
def test_an_enumeration_from_attendance_is_found(source: str, expected: list[str]) -> None:
    assert list(undescribed(source)) == expected
