"""Types are extended with the fields that lead back to them; nothing under gql imports inside a function."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import strawberry

from gql.fields.extending import extend
from gql.schema import build_schema, the_schema

ROOT = Path(__file__).parents[2]
AT_THE_TOP = re.compile(r"^(from \S+ )?import .*$", re.MULTILINE)


@strawberry.type
class Shelf:
    name: str
    books: strawberry.Private[list[str]]


@strawberry.type
class Book:
    title: str
    shelf: Shelf


def read_books(self: Shelf, first: Annotated[int, strawberry.argument(description="How many.")] = 2) -> list[Book]:
    return [Book(title=each, shelf=self) for each in self.books[:first]]


@strawberry.type
class Query:
    @strawberry.field
    def shelf(self) -> Shelf:
        return Shelf(name="Left", books=["A", "B", "C"])


def test_an_added_field_is_resolved_with_its_object_and_its_arguments() -> None:
    """This is what gql/fields/extending.py relies on in Strawberry."""
    extend(Shelf, books_held=strawberry.field(resolver=read_books, description="The books on it."))
    extend(Shelf, books_held=strawberry.field(resolver=read_books, description="The books on it."))
    schema = strawberry.Schema(query=Query)
    assert schema.as_str().count("booksHeld(") == 1
    answer = schema.execute_sync("{ shelf { booksHeld { title } one: booksHeld(first: 1) { title shelf { name } } } }")
    assert answer.errors is None
    assert answer.data == {
        "shelf": {
            "booksHeld": [{"title": "A"}, {"title": "B"}],
            "one": [{"title": "A", "shelf": {"name": "Left"}}],
        }
    }


def test_a_schema_can_be_built_twice() -> None:
    assert the_schema().as_str() == build_schema().as_str()


def imports_of_functions(source: str) -> Iterator[str]:
    """The functions that import something, with the lines on which they do."""
    # Most modules import on lines of their own at the top and nowhere else: those need not be parsed.
    if "import" not in AT_THE_TOP.sub("", source):
        return
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for it in ast.walk(function):
                if isinstance(it, ast.Import | ast.ImportFrom):
                    yield f"{function.name}, line {it.lineno}"


def test_no_function_imports() -> None:
    sources = {path: path.read_text() for path in ROOT.glob("gql/**/*.py")}
    assert {path: found for path, source in sources.items() if (found := list(imports_of_functions(source)))} == {}


def test_an_import_of_a_function_is_found() -> None:
    assert list(imports_of_functions("import os\n\ndef f():\n    from a import b")) == ["f, line 4"]
    assert list(imports_of_functions("def f(): import b")) == ["f, line 1"]
    assert list(imports_of_functions("import os\nfrom a import b")) == []
