"""What is asked of each server."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from attendance.rules.calendar.timeslots import OccurrenceKey
from bench.peers.business import CHECK_INS, Business
from bench.peers.servers import Server
from gql.fields.global_ids import encode_id, encode_occurrence_id

DOCUMENTS = {
    document.split("(")[0].split()[-1]: document
    for document in Path(__file__).with_name("documents.graphql").read_text().strip().split("\n\n")
}
DAY = 50


@dataclass(frozen=True)
class Scenario:
    """One operation with different variables.

    requests -- how many a server is sent in one round; None when the caller may choose.
    leaves_marks -- whether its requests must be taken back before the next server's turn.
    """

    name: str
    operation: str
    variables: Callable[[Business, Server], Iterator[dict[str, Any]]]
    requests: int | None = None
    leaves_marks: bool = False

    def bodies(self, business: Business, server: Server, count: int) -> list[bytes]:
        given = itertools.islice(self.variables(business, server), count)
        return [body_of(self.operation, variables) for variables in given]


def body_of(operation: str, variables: dict[str, Any]) -> bytes:
    return orjson.dumps({"query": DOCUMENTS[operation], "operationName": operation, "variables": variables})


def occurrence_id(server: Server, timeslot_id: UUID, held_on: date) -> str:
    if server.is_ours:
        return encode_occurrence_id(OccurrenceKey(timeslot_id, held_on))
    return f"{timeslot_id}:{held_on}"


def _sheets(business: Business, server: Server) -> Iterator[dict[str, Any]]:
    for timeslot_id in itertools.cycle(business.sheets):
        yield {"id": occurrence_id(server, timeslot_id, business.held_on)}


def _check_ins(business: Business, server: Server) -> Iterator[dict[str, Any]]:
    for timeslot_id, student_id in business.check_ins:
        yield {
            "input": {
                "occurrenceId": occurrence_id(server, timeslot_id, business.today),
                "studentId": encode_id("Student", student_id) if server.is_ours else str(student_id),
            }
        }


def _days(business: Business, _: Server) -> Iterator[dict[str, Any]]:
    return itertools.repeat({"date": str(business.held_on), "first": DAY})


SCENARIOS = (
    Scenario("roll sheet of 30", "Sheet", _sheets),
    Scenario("first check-in among ten", "CheckIn", _check_ins, CHECK_INS, leaves_marks=True),
    Scenario("day's list of 50", "Day", _days),
)
