"""Mutations that name an occurrence: what the caller may not see is not found, whatever else is lacking (R4.12)."""

from collections.abc import Iterator

import pytest
from graphql import GraphQLInputObjectType, GraphQLInputType, get_named_type

from attendance.rules.vocabulary import Permission, Portal
from tests.api.organization.permission_stage import STAFF_PORTALS, new_stage, outcome
from tests.api.organization.test_permissions import SEE_ALL, TABLE
from tests.support.api import SCHEMA, Api
from tests.support.documents import mutation
from tests.support.factories import World
from tests.support.fingerprint import fingerprint

OF_FAMILIES_AND_KIOSKS = {"requestMakeup", "undoKioskCheckIn"}
# recordQueued answers each of its acts; mergeStudents names occurrences only of students who can be merged.
ANSWERED_OTHERWISE = {"recordQueued", "mergeStudents"}


def _names_occurrence(given: GraphQLInputType) -> bool:
    shape = get_named_type(given)
    return isinstance(shape, GraphQLInputObjectType) and any(
        name in {"occurrenceId", "occurrenceIds"} or _names_occurrence(each.type) for name, each in shape.fields.items()
    )


def _mutations() -> Iterator[str]:
    mutations = SCHEMA._schema.mutation_type
    assert mutations is not None
    for name, field in mutations.fields.items():
        if any(_names_occurrence(each.type) for each in field.args.values()):
            yield name


def test_there_are_such_mutations() -> None:
    assert {"submitAttendance", "cancelOccurrences", "assignSubstitutes", *OF_FAMILIES_AND_KIOSKS} < set(_mutations())


@pytest.mark.parametrize("portal", STAFF_PORTALS)
@pytest.mark.parametrize("name", sorted(set(_mutations()) - OF_FAMILIES_AND_KIOSKS - ANSWERED_OTHERWISE))
async def test_R4_12_an_occurrence_that_the_caller_cannot_see_is_not_found(
    name: str, portal: Portal, world: World, api: Api
) -> None:
    row, stage = TABLE[f"Mutation.{name}"], await new_stage(world, api)
    document = mutation(name)
    view, see_all = (Permission[f"{portal.value}_{each}"] for each in ("ATTENDANCE_VIEW", "SEE_ALL"))
    everything = frozenset(Permission) - SEE_ALL - {Permission.OWNER}
    grants = ({view}, {see_all}, everything - row.needs, everything)
    callers = [await stage.staff(*held, portal=portal) for held in grants]
    before = await fingerprint(world)
    for caller in callers:
        assert await outcome(caller, name, document, row.given(stage)) == "NOT_FOUND"
    assert await fingerprint(world) == before
