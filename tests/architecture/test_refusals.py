"""Each refusal has one answer, which is declared in one place."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pkgutil import walk_packages
from uuid import uuid4

import pytest
import strawberry
from graphql import GraphQLObjectType, GraphQLSchema, GraphQLUnionType

import attendance
from attendance.rules.cancelling.cancellation_refusals import OccurrenceNotCancellable
from attendance.rules.enrollments.enrollment_refusals import AlreadyEnrolled
from attendance.rules.refusals import AskedWrongly, NothingFound, Refusal
from gql.fields.global_ids import encode_id
from gql.fields.user_errors import UserError, declared_refusals, refusal, type_in_name
from gql.schema import the_schema

# It is a value, which the refusal NothingToCancel and the answer of cancelOccurrences list.
NEVER_RAISED = {OccurrenceNotCancellable}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return the_schema()._schema


def subclasses(of: type[Refusal]) -> Iterator[type[Refusal]]:
    for each in of.__subclasses__():
        yield each
        yield from subclasses(each)


def test_each_refusal_is_answered(schema: GraphQLSchema) -> None:
    for module in walk_packages(attendance.__path__, "attendance."):
        import_module(module.name)
    told = {each.exception_type for each in declared_refusals()}
    found = [it for it in subclasses(Refusal) if it.__module__.startswith("attendance.")]
    assert len(found) > 50
    for it in found:
        at_the_top = issubclass(it, NothingFound | AskedWrongly)
        assert (it in told) + at_the_top + (it in NEVER_RAISED) == 1, it.__name__


def test_each_declared_refusal_is_the_member_of_some_result(schema: GraphQLSchema) -> None:
    unions = [it for it in schema.type_map.values() if isinstance(it, GraphQLUnionType)]
    members = {member.name for union in unions for member in union.types}
    assert {each.error_type.__name__ for each in declared_refusals()} <= members


def test_the_name_of_an_id_says_what_it_is_of(schema: GraphQLSchema) -> None:
    for each in declared_refusals():
        if not hasattr(each.error_type, "of"):
            definition = schema.type_map[each.error_type.__name__]
            assert isinstance(definition, GraphQLObjectType)
            for name, field in definition.fields.items():
                if str(field.type).strip("[]!") == "ID":
                    assert type_in_name(to_snake(name)) in schema.type_map, f"{definition.name}.{name}"


def to_snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def test_a_refusal_is_declared_once() -> None:
    with pytest.raises(TypeError, match="AlreadyEnrolled is declared by AlreadyEnrolled already"):

        @refusal(AlreadyEnrolled, description="A second one.")
        class Second(UserError):
            enrollment_id: strawberry.ID


def test_a_member_has_no_fields_that_its_refusal_lacks() -> None:
    @dataclass(eq=False)
    class Unlike(Refusal):
        message: str = "No."

    with pytest.raises(TypeError, match=r"Unlike has no reason; write Member\.of"):

        @refusal(Unlike, description="It has a field too many.")
        class Member(UserError):
            reason: str


def test_a_refusal_is_told_with_its_facts() -> None:
    enrollment = uuid4()
    (told,) = [each for each in declared_refusals() if each.exception_type is AlreadyEnrolled]
    answer = told.tell(AlreadyEnrolled(enrollment, "There is a place."))
    assert vars(answer) == {"message": "There is a place.", "enrollment_id": encode_id("Enrollment", enrollment)}


def test_the_code_of_a_refusal_is_the_name_of_its_type() -> None:
    types = [each.error_type for each in declared_refusals()]
    codes = [UserError.code(object.__new__(each)) for each in types]
    assert "OFFERING_FULL" in codes
    assert [code.replace("_", "") for code in codes] == [each.__name__.upper() for each in types]
