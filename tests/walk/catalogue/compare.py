"""What the API shows of a school beside what the rules say, and what of it never changes once a date is over."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from gql.fields.global_ids import decode_id
from tests.walk.catalogue.timetable import Listed
from tests.walk.model import Model, Sheet

_MARK = ("status", "note", "isDefaulted", "source")
# A later drop or transfer shows on sheets of the past too (R3.4).
_SAME = ("FIRST_DAY", "MAKEUP", "TRIAL_ENROLLMENT", "EXPECTED_ABSENT")
_ANCHORED_NOW = ("tokenRuns", "revision")


def fixed(node: dict[str, Any]) -> dict[str, Any]:
    """What of a past occurrence no act changes that is about something else. The name of the class, the rate of
    attendance, and the signs of a later drop are not of the date.
    """
    rows = [
        {key: row[key] for key in row if key != "attendanceRate"}
        | {"indicators": [each for each in row["indicators"] if each["kind"] in _SAME]}
        for row in node["roster"]
    ]
    offering = {key: node["offering"][key] for key in ("id", "program")}
    return {key: node[key] for key in node if key not in _ANCHORED_NOW} | {"roster": rows, "offering": offering}


def differences(
    model: Model, listed: Mapping[str, Listed], seen: Mapping[str, dict[str, Any]], classes: Mapping[str, str]
) -> Iterator[str]:
    shown = {}
    for node in seen.values():
        offering_id = str(decode_id(node["offering"]["id"], "Offering", "id"))
        name = f"{classes[offering_id]} {datetime.fromisoformat(node['startsAt']).isoformat()}"
        if name in shown:
            yield f"{name} is listed twice"
        shown[name] = node
    for name in sorted(shown.keys() ^ listed.keys()):
        yield f"{name}: " + ("is listed, and must not be" if name in shown else "is not listed")
    for name in sorted(shown.keys() & listed.keys()):
        is_, must = _shown(shown[name]), _said(model, listed[name], model.sheets[name])
        for what in must:
            if is_[what] != must[what]:
                yield f"{name}.{what}: the API shows {is_[what]}, the rules say {must[what]}"


def token_differences(model: Model, tokens: Mapping[str, list[dict[str, Any]]]) -> Iterator[str]:
    """One for each class missed, with its state; the sheet is told by its class's start."""
    for student, nodes in tokens.items():
        found = sorted(
            (node["missedOccurrence"] and datetime.fromisoformat(node["missedOccurrence"]["startsAt"]).isoformat(),
             node["state"], node["issuedOn"], node["expiresOn"])
            for node in nodes
        )  # fmt: skip
        today = model.local_date()
        expected = sorted(
            (sheet.slot.starts_at.isoformat(), token.state(today), str(token.issued_on), str(token.expires_on))
            for sheet in model.sheets.values()
            for whose, token in sheet.tokens.items()
            if whose == student
        )
        if found != expected:
            yield f"tokens of {student}: the API shows {found}, the rules say {expected}"


def _shown(node: dict[str, Any]) -> dict[str, Any]:
    return {
        "endsAt": datetime.fromisoformat(node["endsAt"]),
        "state": node["state"],
        "attendanceState": node["attendanceState"],
        "total": node["tally"]["total"],
        "instructors": [each["firstName"] for each in node["instructors"]],
        "capacity": node["capacity"],
        "canRecord": node["canRecordAttendance"],
        "roster": [
            {
                "student": row["student"]["firstName"],
                "isSubdued": row["isSubdued"],
                "mark": row["mark"] and {key: row["mark"][key] for key in _MARK},
                "attendanceRate": row["attendanceRate"],
            }
            for row in node["roster"]
        ],
    }


def _said(model: Model, listed: Listed, sheet: Sheet) -> dict[str, Any]:
    state, tally = model.tally(sheet)
    return {
        "endsAt": listed.slot.ends_at,
        "state": listed.state,
        "attendanceState": state,
        "total": sum(tally.values()),
        "instructors": [listed.teacher],
        "capacity": listed.capacity,
        "canRecord": listed.state == "SCHEDULED" and listed.slot.held_on <= model.today(sheet),
        "roster": [
            {key: row[key] for key in ("student", "isSubdued", "attendanceRate")}
            | {"mark": row["mark"] and {key: row["mark"][key] for key in _MARK}}
            for row in model.rows(sheet)
        ],
    }
