"""The documents that are made from the schema are valid in it."""

from graphql import build_schema, parse, validate

from tests.support.api import SCHEMA
from tests.support.documents import mutation


def test_the_document_of_each_mutation_is_valid() -> None:
    schema = build_schema(SCHEMA.as_str())
    assert schema.mutation_type is not None
    for name in schema.mutation_type.fields:
        assert validate(schema, parse(mutation(name))) == [], name


def test_a_document_asks_for_the_facts_of_refusals_and_for_what_is_named_of_the_success() -> None:
    asked = mutation("redeemMakeupToken", "makeupToken { id }")
    assert "... on MakeupTooLate { message latestAt }" in asked
    assert "... on MakeupInOtherProgram { message program { name } }" in asked
    assert "... on RedeemMakeupTokenSuccess { makeupToken { id } }" in asked
