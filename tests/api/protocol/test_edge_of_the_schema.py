"""The real schema within the real limits: what our own clients send must pass them."""

import re
from typing import Any

import pytest
from graphql import get_introspection_query

from gql.protocol import explorer
from gql.protocol.documents import RequestRefused
from gql.protocol.guard import GuardLimits
from gql.protocol.operations import Operation, Operations, read_parameters
from gql.schema import build_schema

ROSTER = """
query Roster($id: ID!) {
  occurrence(id: $id) {
    id date startsAt endsAt state canRecordAttendance attendanceState revision
    offering { id name } location { id name } instructors { id firstName lastName }
    tally { present tardy absent unmarked total }
    roster {
      id isSubdued attendanceRate
      student { id firstName lastName birthOn medicalAlert family { id } }
      enrollment { id }
      mark { status isDefaulted source markedAt note revision }
      indicators { kind label detail }
    }
  }
}
"""


@pytest.fixture(scope="module")
def operations() -> Operations:
    return Operations(build_schema(), GuardLimits())


def prepared(operations: Operations, query: str, name: str | None = None, **variables: Any) -> Operation:
    request = {"query": query, "operationName": name, "variables": variables}
    return operations.prepare(read_parameters(request), may_introspect=True)


@pytest.mark.parametrize("name", ["SignIn", "Today", "Watch"])
def test_the_explorers_first_operations_fit_the_schema(operations: Operations, name: str) -> None:
    script = (explorer.FOLDER / "page" / "explorer.js").read_text()
    (query,) = re.findall(r"firstQuery = `(.*?)`", script, re.DOTALL)
    operation = prepared(operations, query.replace("${day}", "2026-11-21"), name)
    assert operation.measure.cost <= 200


def test_a_whole_roll_sheet_is_far_below_the_limits(operations: Operations) -> None:
    measure = prepared(operations, ROSTER, id="x").measure
    assert measure.depth <= 6
    assert measure.cost <= 1000


def test_introspection_by_every_tool_passes(operations: Operations) -> None:
    query = get_introspection_query(
        descriptions=True,
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    )
    assert prepared(operations, query)


def test_pages_within_pages_are_refused_before_anything_runs(operations: Operations) -> None:
    query = """{ students(first: 100) { nodes { makeupTokens(first: 100) { nodes {
        student { makeupTokens(first: 100) { nodes { id } } } } } } } }"""
    with pytest.raises(RequestRefused, match="at most 50000 fields in its largest answer"):
        prepared(operations, query)


def test_every_occurrence_of_a_day_with_its_roster_is_allowed(operations: Operations) -> None:
    query = """query($n: Int!) { occurrences(filter: {from: "2026-11-21", to: "2026-11-21"}, first: $n) {
        nodes { id startsAt offering { name } roster { student { id firstName lastName } mark { status }
        indicators { kind detail } } } pageInfo { hasNextPage endCursor } } }"""
    assert prepared(operations, query, n=100).measure.cost <= 50_000
