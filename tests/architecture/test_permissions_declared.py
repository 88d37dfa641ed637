"""Every root field says who may use it (gql/fields/access.py), and every mutation that can lack one says so."""

from collections.abc import Iterator

import pytest
import strawberry
from strawberry.types import get_object_definition
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.union import StrawberryUnion

from attendance.rules.organization.permissions import counting
from attendance.rules.vocabulary import Portal
from gql.fields.access import access_of
from gql.fields.user_errors import PermissionDenied
from gql.schema import the_schema

OPEN = {
    "viewer",
    "check_account_link",
    "sign_in",
    "refresh_session",
    "accept_invitation",
    "reset_password",
    "request_password_reset",
    "complete_sign_in",
    "start_second_factor",
    "confirm_second_factor",
}


def fields_of(root: type) -> Iterator[StrawberryField]:
    yield from get_object_definition(root, strict=True).fields


def root_fields() -> Iterator[StrawberryField]:
    schema = the_schema()
    for root in (schema.query, schema.mutation, schema.subscription):
        if root is not None:
            yield from fields_of(root)


def test_each_root_field_declares_its_access() -> None:
    undeclared = []
    for field in root_fields():
        try:
            access_of(field)
        except LookupError:
            undeclared.append(field.python_name)
    assert undeclared == []


def nested_fields() -> Iterator[StrawberryField]:
    """Those below the root that read something of their own."""
    schema = the_schema()
    roots = {schema.query, schema.mutation, schema.subscription}
    for each in schema.schema_converter.type_map.values():
        definition = each.definition
        if isinstance(definition, StrawberryObjectDefinition) and definition.origin not in roots:
            yield from (it for it in definition.fields if it.base_resolver and it.base_resolver.is_async)


def test_each_nested_field_that_reads_declares_its_access() -> None:
    assert {"roster", "notes", "makeup_tokens"} <= {field.python_name for field in nested_fields()}
    undeclared = []
    for field in nested_fields():
        try:
            assert not access_of(field).is_open
        except (LookupError, AssertionError):
            undeclared.append(field.python_name)
    assert undeclared == []


def test_few_are_open_to_all() -> None:
    assert {field.python_name for field in root_fields() if access_of(field).is_open} == OPEN


def test_what_is_required_can_be_held_where_it_is_required() -> None:
    for field in root_fields():
        access = access_of(field)
        for portal in access.portals if access.permissions else ():
            assert access.permissions & counting(portal), f"{field.python_name}: nobody in {portal} could hold that"


def test_each_mutation_that_needs_a_permission_can_say_so() -> None:
    mutation = the_schema().mutation
    assert mutation is not None
    for field in fields_of(mutation):
        if access_of(field).permissions:
            union = getattr(field.type, "of_type", field.type)
            assert isinstance(union, StrawberryUnion)
            assert PermissionDenied in union.types, f"{field.python_name} needs PermissionDenied in its union"


def test_kiosks_and_guardians_are_let_in_by_name_alone() -> None:
    for field in root_fields():
        access = access_of(field)
        if access.permissions:
            assert access.portals <= {Portal.OFFICE, Portal.STAFF}, field.python_name


def test_a_field_without_a_declaration_is_found() -> None:
    @strawberry.type
    class Root:
        @strawberry.field
        def forgotten(self) -> int:
            return 1

    (field,) = fields_of(Root)
    with pytest.raises(LookupError, match="forgotten"):
        access_of(field)
