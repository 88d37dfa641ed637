"""The last act. The books are closed: what the service says of the year is what the script knows of it."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from tests.year.business import Business
from tests.year.days import SHEETS
from tests.year.makeups import key_of
from tests.year.model import Sheet

COUNTS = "present tardy leftEarly tardyAndLeftEarly absent excusedAbsence total"
STATUSES = ("PRESENT", "TARDY", "LEFT_EARLY", "TARDY_AND_LEFT_EARLY", "ABSENT", "EXCUSED_ABSENCE")
REPORT = f"""query($filter: ReportFilter!, $by: ReportGroup!, $after: String) {{
  attendanceReport(filter: $filter, groupBy: $by, first: 100, after: $after) {{
    totals {{ {COUNTS} }}
    rows {{ nodes {{ subjectId name counts {{ {COUNTS} }} }} pageInfo {{ hasNextPage endCursor }} }} }} }}"""
TOKENS = """query($after: String) { makeupTokens(first: 100, after: $after) {
  nodes { id state origin expiresOn student { id } missedOccurrence { startsAt offering { id } } }
  pageInfo { hasNextPage endCursor } } }"""


async def sheets_read_as_taken(business: Business) -> None:
    """Each sheet of the year has the marks that were recorded on it, and no others."""
    taken = business.model.sheets
    days = sorted({each.meeting.on for each in taken.values()})
    seen = set()
    for day in days:
        for sheet in (await business.owner.ask(SHEETS, date=str(day)))["daySheets"]:
            marks = {row["student"]["id"]: row["mark"]["status"] for row in sheet["roster"] if row["mark"]}
            expected = taken[sheet["id"]].marks if sheet["id"] in taken else {}
            assert marks == expected, (day, sheet["id"])
            seen.add(sheet["id"])
    assert seen >= taken.keys()


async def reports_add_up(business: Business) -> None:
    """By class, student, location and week, and in all (R15.1)."""
    sheets = business.model.sheets.values()
    days = sorted({each.meeting.on for each in sheets})
    range_ = {"from": str(days[0]), "to": str(days[-1])}
    for by in ("OFFERING", "STUDENT", "LOCATION", "WEEK"):
        expected: dict[str, Counter[str]] = {}
        for group, status in _marks(sheets, by):
            expected.setdefault(group, Counter())[status] += 1
        rows = await business.office.all(REPORT, "attendanceReport.rows", filter=range_, by=by)
        assert {row["subjectId"] or row["name"]: row["counts"] for row in rows} == {
            group: _shown(counts) for group, counts in expected.items()
        }
    totals = (await business.office.ask(REPORT, filter=range_, by="WEEK"))["attendanceReport"]["totals"]
    assert totals == _shown(Counter(status for _, status in _marks(sheets, "WEEK")))


def _marks(sheets: Iterable[Sheet], by: str) -> Iterable[tuple[str, str]]:
    for sheet in sheets:
        course, on = sheet.meeting.course, sheet.meeting.on
        monday = on.fromordinal(on.toordinal() - on.weekday())
        group = {"OFFERING": course.id, "LOCATION": course.location_id, "WEEK": str(monday)}.get(by)
        yield from ((group or student, status) for student, status in sheet.marks.items())


def _shown(counts: Counter[str]) -> dict[str, Any]:
    names = COUNTS.split()
    return dict(zip(names, [*(counts[each] for each in STATUSES), counts.total()], strict=True))


async def tokens_are_right(business: Business) -> None:
    """One token for each absence and cancelled class that earns one, in the state that its dates and use give it."""
    today = business.now.date()
    shown = await business.owner.all(TOKENS, "makeupTokens")
    held = [each for each in shown if each["state"] != "REVOKED"]
    found = {key_of(each["missedOccurrence"], each["student"]["id"]): each["state"] for each in held}
    assert len(found) == len(held)
    assert found == {key: token.state(today) for key, token in business.model.tokens.items()}


async def audit_is_clean(business: Business) -> None:
    assert "Nothing is wrong" in await business.command("audit")
