"""Types are extended with the fields that lead back to them; nothing under gql imports inside a function."""

import ast
from pathlib import Path
from typing import Annotated

import pytest
import strawberry

from gql.fields.extending import extend
from gql.schema import build_schema

ROOT = Path(__file__).parents[2]


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
    assert build_schema().as_str() == build_schema().as_str()


@pytest.mark.parametrize("path", sorted(ROOT.glob("gql/**/*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_function_imports(path: Path) -> None:
    for function in ast.walk(ast.parse(path.read_text())):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            imports = [it.lineno for it in ast.walk(function) if isinstance(it, ast.Import | ast.ImportFrom)]
            assert imports == [], function.name
