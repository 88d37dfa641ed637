"""Reports of makeup tokens over a range of dates (R15.1), counted in one statement."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import DateSpan, bounded
from attendance.rules.reports.token_counts import TokenCounts
from attendance.rules.vocabulary import TokenReportGroup
from db.driver import HotStatement
from db.listing import values
from db.reports.details import OF_STUDENT
from db.reports.grouped import PAGE, ReportPage, page_of, position, totals_and_page
from db.reports.named_groups import LOCATIONS, NAMED_NAME, NAMED_SORT_KEY, PROGRAMS, key_of, named, read_names
from db.tokens.state_of_token import GOOD_THROUGH, STATE, TODAY
from db.tokens.student_tokens import REQUESTED_ON

_USABLE = "('SCHEDULED', 'AVAILABLE', 'REQUESTED')"
_WITHIN = "BETWEEN :from_on AND :to_on"
_CONDITIONS = {
    "issued": f"token.issued_on {_WITHIN} AND token.state NOT IN ('REVOKED', 'DELETED')",
    "withdrawn": f"token.issued_on {_WITHIN} AND token.state IN ('REVOKED', 'DELETED')",
    "used": f"token.makeup_on {_WITHIN} AND token.state IN ('PENDING', 'SPENT')",
    "expired": f"token.good_through {_WITHIN} AND token.state = 'EXPIRED'",
    "expiring": f"token.good_through {_WITHIN} AND token.state IN {_USABLE}",
    "outstanding": f"token.state IN {_USABLE}",
}
_COUNTED = ", ".join(f"count(*) FILTER (WHERE {condition}) AS {name}" for name, condition in _CONDITIONS.items())
_TOTALS = ", ".join(f"coalesce(CAST(sum(counted.{name}) AS bigint), 0) AS all_{name}" for name in _CONDITIONS)


def _report(key: str, sorted_by: str, name: str, joined: str, details: str = "") -> HotStatement:
    """Return the statement for one way of grouping.

    key, sorted_by, name -- expressions for a group's id as text, its position in the order, and its name.
    joined -- the joins to the tokens that these expressions need.
    details -- the join to the details of a row, or an empty text.

    Tokens that expired before :since, and that were neither issued nor used in the range, are not read. A token with an
    open request is read, because a request can be open after its token's last day.
    """
    return HotStatement(f"""
WITH token AS MATERIALIZED (
    SELECT t.student_id, t.program_id, t.location_id, t.issued_on, m.starts_on AS makeup_on,
           {GOOD_THROUGH} AS good_through, {STATE} AS state
    FROM makeup_token t {TODAY}
    WHERE t.organization_id = :organization_id
      AND (CAST(:location_ids AS uuid[]) IS NULL OR t.location_id = ANY (:location_ids))
      AND (CAST(:program_ids AS uuid[]) IS NULL OR t.program_id = ANY (:program_ids))
      AND ({GOOD_THROUGH} >= CAST(:since AS date) OR t.issued_on {_WITHIN} OR m.starts_on {_WITHIN}
           OR m.starts_on IS NULL AND {REQUESTED_ON} IS NOT NULL)
), counted AS MATERIALIZED (
    SELECT {key} AS key, {sorted_by} AS sorted_by, {name} AS name, {_COUNTED}
    FROM token {joined}
    GROUP BY 1, 2, 3
), total AS (
    SELECT {_TOTALS} FROM counted
), grouped AS (
    SELECT counted.* FROM counted WHERE ({" + ".join(f"counted.{name}" for name in _CONDITIONS)}) > 0
), page AS ({PAGE})
{totals_and_page(details)}""")  # noqa: S608 - constants


_REPORTS = {
    TokenReportGroup.PROGRAM: _report(
        key_of("token.program_id"), NAMED_SORT_KEY, NAMED_NAME, named("token.program_id")
    ),
    TokenReportGroup.LOCATION: _report(
        key_of("token.location_id"), NAMED_SORT_KEY, NAMED_NAME, named("token.location_id")
    ),
    TokenReportGroup.STUDENT: _report(
        'CAST(s.id AS text) COLLATE "C"',
        "s.sort_key",
        "s.first_name || ' ' || s.last_name",
        "JOIN student s ON s.organization_id = :organization_id AND s.id = token.student_id",
        OF_STUDENT,
    ),
}
_NAMES = {TokenReportGroup.PROGRAM: PROGRAMS, TokenReportGroup.LOCATION: LOCATIONS}
# The date at a location differs from the date in UTC by less than this.
_STILL_TODAY = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class TokenFilter:
    """Which tokens a report counts: those of the locations and programs, and the dates. None or an empty collection
    sets no condition.
    """

    within: DateSpan
    location_ids: Collection[UUID] | None = None
    program_ids: Collection[UUID] | None = None


async def read_token_report(
    connection: AsyncConnection,
    organization_id: UUID,
    chosen: TokenFilter,
    group: TokenReportGroup,
    *,
    now: datetime,
    after: tuple[str, str] | None,
    limit: int,
) -> ReportPage[TokenCounts]:
    """Return the rows after a position and key, and the totals of all rows. This takes one statement, or two when the
    database has no sort keys for the names.
    """
    starts_on, ends_on = bounded(chosen.within)
    given: dict[str, object] = {
        "organization_id": organization_id,
        "from_on": starts_on,
        "to_on": ends_on,
        "since": min(starts_on, now.date() - _STILL_TODAY),
        "location_ids": values(chosen.location_ids),
        "program_ids": values(chosen.program_ids),
        "now": now,
    }
    names = await read_names(connection, organization_id, _NAMES.get(group))
    return page_of(await _REPORTS[group].rows(connection, given | position(after, limit) | names), _counts)


def _counts(row: Row[Any], prefix: str) -> TokenCounts:
    return TokenCounts(**{name: getattr(row, prefix + name) for name in _CONDITIONS})
