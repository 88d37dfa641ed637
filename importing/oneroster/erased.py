"""Keeps people out whom the business has erased, although the source still has them (R16.5).

The id of whoever an import brings is a digest of the organization and the sourcedId, and the row of somebody who was
erased keeps its id. So the row itself tells, without the sourcedId, that its holder must not come back.
"""

from importing.csv_rows import Record
from importing.oneroster.known import Known
from importing.oneroster.roster import Roster
from importing.report import Report


def leave_out_erased(roster: Roster, known: Known, report: Report) -> None:
    """Leave out erased students and guardians, and the rows that are about them alone. They count as unused.

    Call it when the users are sorted. A guardian who was erased stays a member of staff, if the source says so.
    """
    if not known.erased:
        return
    for kind, of_kind in (("student", roster.students), ("guardian", roster.guardians)):
        for source_id in [one for one in of_kind if known.new_id(kind, one) in known.erased]:
            del of_kind[source_id]
    for file, column in (("enrollments", "userSourcedId"), ("families", "student")):
        rows = roster.rows(file)
        kept = [
            row
            for row in rows.records
            if row[column] is None
            or (file == "enrollments" and row["role"] != "student")
            or known.new_id("student", row[column]) not in known.erased
        ]
        _keep(roster, file, kept, report)
    _leave_out_keys(roster, known, report)


def _leave_out_keys(roster: Roster, known: Known, report: Report) -> None:
    """Leave out rows of families.csv that name an erased family by its key alone."""
    rows = roster.rows("families")
    used = {row["family"] for row in rows.records if row["student"] is not None}
    kept = [
        row
        for row in rows.records
        if row["student"] is not None
        or row["family"] is None
        or row["family"] in used
        or known.new_id("family", f"family/{row['family']}") not in known.erased
    ]
    _keep(roster, "families", kept, report)


def _keep(roster: Roster, file: str, kept: list[Record], report: Report) -> None:
    rows = roster.rows(file)
    if len(kept) < len(rows.records):
        report.rows(f"{file}.csv").unused += len(rows.records) - len(kept)
        rows.records = kept
