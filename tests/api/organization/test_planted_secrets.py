"""R16.4: a secret in each text argument of each root field is in no log, figure or masked error when a statement fails.

The rows of test_permissions.py say how each root field is called so that it does something. Their text arguments, and
those that they leave out, are replaced by the secret, and the driver fails each statement that gets it, as PostgreSQL
and asyncpg fail: by quoting it.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import asyncpg
import pytest
from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    OperationType,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_required_argument,
)
from prometheus_client import generate_latest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.vocabulary import Permission
from db.driver import by_driver
from gql.fields.global_ids import encode_id
from gql.protocol.strawberry_internals import core_schema
from tests.api.organization.permission_stage import Stage, new_stage
from tests.api.organization.test_permissions import TABLE
from tests.support.api import SCHEMA, Api
from tests.support.documents import mutation
from tests.support.factories import World
from tests.support.written_logs import written_logs

SECRET = "Xq7-penicillin-Zw9"
# What a search makes of it still holds this.
NEEDLE = "penicillin"
SCALARS = {"String"}
# Texts of a form that is checked before any statement.
CHECKED = {"idempotencyKey", "windowStarts", "windowEnds"}


def field_of(name: str) -> GraphQLField:
    kind, _, field = name.partition(".")
    schema = core_schema(SCHEMA)
    root = schema.get_root_type(OperationType(kind.lower()))
    assert root is not None
    found: GraphQLField = root.fields[field]
    return found


def planted(kind: GraphQLInputType, given: Any, depth: int = 0) -> Any:
    """The value with the secret in place of each text, and in each text that it leaves out."""
    named, inner = get_named_type(kind), get_nullable_type(kind)
    if is_list_type(inner):
        return given if given is None else [planted(inner.of_type, each, depth) for each in given]
    if not isinstance(named, GraphQLInputObjectType):
        return SECRET if named.name in SCALARS else given
    if given is None or named.is_one_of:
        return given
    texts = {
        name: SECRET
        for name, each in named.fields.items()
        if get_named_type(each.type).name in SCALARS and not is_list_type(get_nullable_type(each.type))
    }
    kept = {name: planted(named.fields[name].type, value, depth + 1) for name, value in given.items()}
    return {**kept, **{name: secret for name, secret in texts.items() if name not in CHECKED}}


@contextmanager
def statements_fail() -> Iterator[list[str]]:
    """Fail each statement that gets the secret; the list has these statements."""
    failed: list[str] = []

    def look(statement: str, given: Any) -> None:
        if NEEDLE not in repr(given).casefold():
            return
        failed.append(statement)
        if len(failed) % 2:
            raise asyncpg.DataError(f"invalid input for query argument $1: {given!r} (an integer is required)")
        fault = asyncpg.UniqueViolationError(f"duplicate key value violates the constraint of {given!r}")
        fault.detail = f"Key (text)=({given!r}) already exists."
        raise fault

    prepared, connection = asyncpg.prepared_stmt.PreparedStatement, asyncpg.Connection
    fetch, fetch_hot, many = prepared.fetch, connection.fetch, connection.executemany

    async def failing_fetch(self: Any, *given: Any, **options: Any) -> Any:
        look(self.get_query(), given)
        return await fetch(self, *given, **options)

    async def failing_hot_fetch(self: Any, statement: str, *given: Any, **options: Any) -> Any:
        look(statement, given)
        return await fetch_hot(self, statement, *given, **options)

    async def failing_many(self: Any, statement: str, given: Any, **options: Any) -> Any:
        given = list(given)
        look(statement, given)
        return await many(self, statement, given, **options)

    with (
        patch.object(prepared, "fetch", failing_fetch),
        patch.dict(by_driver.__kwdefaults__, run=failing_hot_fetch),
        patch.object(connection, "executemany", failing_many),
    ):
        yield failed


@pytest.mark.emptied_database
@pytest.mark.parametrize("as_json", [True, False])
async def test_R16_4_a_secret_in_each_text_argument_is_told_nobody(as_json: bool, world: World, api: Api) -> None:
    stage = await new_stage(world, api)
    guardian, reached = await stage.guardian(), set[str]()
    with written_logs(as_json=as_json) as written, statements_fail() as failed:
        for name in sorted({*TABLE} - LAST) + sorted(LAST):
            owner = await stage.staff(Permission.OWNER)
            caller = {**dict.fromkeys(OF_FAMILIES, guardian), **dict.fromkeys(OF_KIOSKS, stage.kiosk)}.get(name, owner)
            for document, variables in calls(name, stage):
                before = len(failed)
                body = await caller.send(document, **variables)
                codes = {error["extensions"]["code"] for error in body.get("errors", ())}
                if len(failed) > before:
                    reached.add(name)
                    assert codes == {"INTERNAL"} or name in FAULTS_IN_RESULTS, (name, body)
                if codes & {"INTERNAL", "UNAVAILABLE"} or (name in FAULTS_IN_RESULTS and not codes):
                    assert NEEDLE not in json.dumps(body).casefold(), name
    said = written.getvalue()
    assert said.count("request_failed") >= len(reached)
    assert NEEDLE not in said.casefold()
    assert NEEDLE not in generate_latest().decode().casefold()
    mutations = {name for name in TABLE if name.startswith("Mutation.")}
    assert mutations - reached <= NO_STATEMENT
    assert {name for name in reached if name.startswith("Query.")} >= {"Query.students", "Query.offerings"}


# It answers each of its acts, also when the server fails.
FAULTS_IN_RESULTS = {"Mutation.recordQueued"}
# No statement has their texts: tokens, passwords and codes are compared here, and their keys are ignored.
NO_STATEMENT = {
    f"Mutation.{name}"
    for name in (
        *("refreshSession", "signOut", "acceptInvitation", "resetPassword", "requestPasswordReset", "changePassword"),
        *("completeSignIn", "startSecondFactor", "confirmSecondFactor", "renewRecoveryCodes", "removeSecondFactor"),
    )
}
OF_FAMILIES = {f"Mutation.{name}" for name in ("giveBackMakeup", "requestExpectedAbsence", "requestMakeup")}
OF_FAMILIES |= {"Mutation.withdrawExpectedAbsence", "Mutation.withdrawMakeupRequest"}
OF_KIOSKS = {"Query.kioskFamily", "Mutation.undoKioskCheckIn"}
# These take away what the others need.
LAST = {"Mutation.endGuardian", "Mutation.eraseFamily", "Mutation.signOut", "Mutation.revokeKiosk"}
LAST |= {"Mutation.endFamily", "Mutation.endStudent"}


def calls(name: str, stage: Stage) -> Iterator[tuple[str, dict[str, Any]]]:
    """The documents and variables of a root field: with the secret in its text arguments, and as idempotency key."""
    kind, _, field = name.partition(".")
    row, given, arguments = TABLE[name], TABLE[name].given(stage), field_of(name).args
    document = row.document or mutation(field)
    if kind == "Mutation":
        if "input" in given:
            yield document, {"input": planted(arguments["input"].type, given["input"])}
            yield document, {"input": given["input"] | {"idempotencyKey": SECRET}}
        return
    for argument, each in arguments.items():
        others = [other for other in arguments.values() if other is not each and is_required_argument(other)]
        value = planted(each.type, {}) if isinstance(get_named_type(each.type), GraphQLInputObjectType) else SECRET
        if not others and SECRET in json.dumps(value) and not is_list_type(get_nullable_type(each.type)):
            yield f"query($it: {each.type}) {{ {field}({argument}: $it) {{ __typename }} }}", {"it": value}


async def test_text_with_u_0000_is_no_fault_of_a_query(world: World, api: Api) -> None:
    stage = await new_stage(world, api)
    owner = await stage.staff(Permission.OWNER)
    for name in sorted(each for each in TABLE if each.startswith("Query.")):
        for document, variables in calls(name, stage):
            given = json.loads(json.dumps(variables).replace(SECRET, r"a\u0000b"))
            caller = stage.kiosk if name in OF_KIOSKS else owner
            body = await caller.send(document, **given)
            assert "INTERNAL" not in json.dumps(body), (name, body)


@pytest.mark.own_database
async def test_R16_4_a_row_that_postgresql_refuses_is_not_logged(
    owner: AsyncConnection, world: World, api: Api
) -> None:
    await owner.execute(text("ALTER TABLE student ADD CONSTRAINT none_is_ill CHECK (medical_alert IS NULL)"))
    student = await world.student()
    office = await api.as_staff(world, Permission.OWNER)
    given = {"studentId": encode_id("Student", student), "medicalAlert": SECRET}
    with written_logs(as_json=True, level="INFO") as written:
        body = await office.send(mutation("updateStudent"), input=given)
    assert [error["extensions"]["code"] for error in body["errors"]] == ["INTERNAL"]
    (line,) = [json.loads(each) for each in written.getvalue().splitlines() if "request_failed" in each]
    assert "constraint_name none_is_ill; table_name student" in line["exception"]
    assert "update_student.py" in line["exception"]
    assert SECRET not in written.getvalue()
