"""What the API shows beside what the model says: every difference, named."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tests.walk.documents import TALLY
from tests.walk.model import Model, Sheet

_MARK = ("status", "note", "isDefaulted", "source", "revision")
_TALLIED = dict(
    zip(
        TALLY.split(),
        ("PRESENT", "TARDY", "LEFT_EARLY", "TARDY_AND_LEFT_EARLY", "ABSENT", "EXCUSED_ABSENCE", "UNMARKED"),
        strict=False,
    )
)


def differences(model: Model, seen: dict[str, Any]) -> Iterator[str]:
    """Of a look at everything."""
    for name, sheet in model.sheets.items():
        shown, said = _shown(seen[name]), _said(model, sheet)
        for what in said:
            if shown[what] != said[what]:
                yield f"{name}.{what}: the API shows {shown[what]}, the rules say {said[what]}"
    names = {seen[name]["id"]: name for name in model.sheets}
    for student in (key for key in seen if key not in model.sheets):
        tokens = seen[student]["makeupTokens"]["nodes"]
        found = sorted((_missed(each, names), each["state"], str(each["expiresOn"])) for each in tokens)
        kept = [(name, sheet.tokens[student]) for name, sheet in model.sheets.items() if student in sheet.tokens]
        kept += [("", token) for whose, token in model.given if whose == student]
        today = model.local_date()
        expected = sorted((name, token.state(today), str(token.expires_on)) for name, token in kept)
        if found != expected:
            yield f"tokens of {student}: the API shows {found}, the rules say {expected}"


def folding(rows: dict[str, Any], seen: dict[str, Any]) -> Iterator[str]:
    """Rows as a subscriber has them beside a fresh look, without the rate, which marks on other sheets change too."""
    fresh = {row["id"]: {key: row[key] for key in row if key != "attendanceRate"} for row in seen["roster"]}
    for entry_id in sorted(rows.keys() | fresh.keys()):
        if rows.get(entry_id) != fresh.get(entry_id):
            yield f"a subscriber has {rows.get(entry_id)}, a fresh query gives {fresh.get(entry_id)}"


def row_of(seen: dict[str, Any], student: str) -> dict[str, Any] | None:
    """A student's row without its mark and its rate: what acts on rosters change."""
    for row in seen["roster"]:
        if row["student"]["firstName"] == student:
            return {key: row[key] for key in row if key not in ("mark", "attendanceRate")}
    return None


def _shown(seen: dict[str, Any]) -> dict[str, Any]:
    return {
        "revision": seen["revision"],
        "startsAt": datetime.fromisoformat(seen["startsAt"]),
        "endsAt": datetime.fromisoformat(seen["endsAt"]),
        "attendanceState": seen["attendanceState"],
        "tally": {_TALLIED[name]: seen["tally"][name] for name in _TALLIED},
        "total": seen["tally"]["total"],
        "runs": {run["phase"]: (datetime.fromisoformat(run["dueAt"]), run["state"]) for run in seen["tokenRuns"]},
        "roster": [
            {
                "student": row["student"]["firstName"],
                "isSubdued": row["isSubdued"],
                "mark": row["mark"] and {key: row["mark"][key] for key in _MARK},
                "attendanceRate": row["attendanceRate"],
                "place": row["enrollment"] and row["enrollment"]["id"] if not row["isSubdued"] else None,
            }
            for row in seen["roster"]
        ],
    }


def _said(model: Model, sheet: Sheet) -> dict[str, Any]:
    state, tally = model.tally(sheet)
    return {
        "revision": sheet.revision,
        "startsAt": sheet.slot.starts_at,
        "endsAt": sheet.slot.ends_at,
        "attendanceState": state,
        "tally": tally,
        "total": sum(tally.values()),
        "runs": {phase: (sheet.slot.runs[phase], state) for phase, state in sheet.runs.items()},
        "roster": model.rows(sheet),
    }


def _missed(token: dict[str, Any], names: dict[str, str]) -> str:
    """The sheet of the class missed; none of a token by hand."""
    missed = token["missedOccurrence"]
    assert token["origin"] == ("ABSENCE" if missed else "MANUAL")
    return names[missed["id"]] if missed else ""
