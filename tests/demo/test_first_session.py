"""The first session with the demo, through the API: sign in, open today's roll sheet, submit, see the token."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from demo import sign_ins
from demo.load import DemoSummary
from gql.fields.global_ids import encode_occurrence_id
from tests.demo.conftest import MOMENTS, Demos
from tests.support.api import Api, serving
from tests.support.databases import pooled
from tests.support.documents import mutation

NOW = next(iter(MOMENTS.values()))
SIGN_IN = mutation("signIn", "accessToken")
TODAY = """query($filter: OccurrenceFilter!) {
  occurrences(filter: $filter, first: 100) { nodes { id attendanceState } }
}"""
SHEET = """query($id: ID!) { occurrence(id: $id) {
  canRecordAttendance revision roster { student { id } indicators { kind detail } }
} }"""
SUBMIT = mutation("submitAttendance", "occurrence { attendanceState } issuedTokens { state student { id } }")


@pytest.fixture
async def visited(demos: Demos) -> AsyncIterator[tuple[Api, DemoSummary]]:
    """The API over a copy of the demo, not signed in."""
    async with demos.copied(NOW) as (url, summary), pooled(url, 5) as database, serving(database) as api:
        yield api, summary


async def signed_in(api: Api, email: str, portal: str) -> Api:
    data = await api.ask(SIGN_IN, input={"email": email, "password": sign_ins.PASSWORD, "portal": portal})
    return replace(api, token=data["signIn"]["accessToken"])


async def test_an_absence_on_todays_roll_sheet_becomes_a_token(visited: tuple[Api, DemoSummary]) -> None:
    api, summary = visited
    api.clock.now = NOW + timedelta(minutes=3)
    sheet_id = encode_occurrence_id(summary.roll_sheet)
    owner = await signed_in(api, sign_ins.OWNER, "OFFICE")
    sheet = (await owner.ask(SHEET, id=sheet_id))["occurrence"]
    regular = next(row["student"]["id"] for row in sheet["roster"] if not row["indicators"])
    marks = {"marks": [{"studentId": regular, "status": "ABSENT"}], "markRest": "PRESENT", "seenRevision": 0}
    submission = {"occurrenceId": str(sheet_id), **marks}

    desk = await signed_in(api, sign_ins.FRONT_DESK, "OFFICE")
    refused = (await desk.ask(SUBMIT, input=submission))["submitAttendance"]
    submitted = (await owner.ask(SUBMIT, input=submission))["submitAttendance"]

    assert (sheet["canRecordAttendance"], sheet["revision"]) == (True, 0)
    assert (refused["__typename"], refused["permission"]) == ("PermissionDenied", "OFFICE_ATTENDANCE_FULL")
    assert submitted == {
        "__typename": "SubmitAttendanceSuccess",
        "occurrence": {"attendanceState": "TAKEN"},
        "issuedTokens": [{"state": "AVAILABLE", "student": {"id": regular}}],
    }


async def test_R11_1_each_sign_in_sees_its_own_day(visited: tuple[Api, DemoSummary]) -> None:
    api, summary = visited
    api.clock.now = NOW
    day = {"from": str(summary.anchored_on), "to": str(summary.anchored_on)}
    seen = {}
    for email, portal in (
        (sign_ins.OWNER, "OFFICE"),
        (sign_ins.HEAD_COACH, "STAFF"),
        (sign_ins.INSTRUCTOR, "STAFF"),
        (sign_ins.SMALL_OWNER, "OFFICE"),
    ):
        nodes = (await (await signed_in(api, email, portal)).ask(TODAY, filter=day))["occurrences"]["nodes"]
        seen[email] = {node["id"] for node in nodes}

    assert seen[sign_ins.INSTRUCTOR] < seen[sign_ins.HEAD_COACH] <= seen[sign_ins.OWNER]
    assert str(encode_occurrence_id(summary.roll_sheet)) in seen[sign_ins.INSTRUCTOR]
    assert seen[sign_ins.SMALL_OWNER].isdisjoint(seen[sign_ins.OWNER])
    assert seen[sign_ins.SMALL_OWNER]
