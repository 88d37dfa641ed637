"""Every statement of the product ties each of its tables to one tenant; row-level security is the second wall."""

from datetime import UTC, datetime
from itertools import product
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.roster.roster_rows import RosterParts
from db.driver import snapshot
from db.organization.viewers import names_beside
from db.roster.opened_sheets import sheet_beside
from db.roster.sheet_events import _EVENTS
from tests.support.factories import MONDAY
from tests.support.statements import held_statements, product_modules
from tests.support.tenant_watch import ACROSS_TENANTS, complaints, is_across_tenants
from tests.support.tenants import untied_tables

DOORS = {
    "access_epochs_of": "a process compares the access numbers of all organizations that have open streams",
    "backlog": "an operator sees how much waits in all organizations",
    "background_task_revisions": "a process compares the revisions of all tasks that are followed",
    "credentials_of": "before somebody has signed in there is no tenant",
    "due_background_tasks": "workers serve all organizations",
    "due_emails": "workers serve all organizations",
    "due_token_runs": "workers serve all organizations",
    "erase_texts_of_history": "it changes rows of the transaction's own organization that the application may only add",
    "feed_number": "the feed's triggers number a transaction of one organization with it",
    "feed_positions": "a process compares the feeds of all organizations that are followed",
    "feed_students": "the feed's triggers add students of one organization with it",
    "forget_answers": "a nightly job forgets what is old in all organizations",
    "forget_emails": "a nightly job forgets what is old in all organizations",
    "forget_feed": "a nightly job forgets what is old in all organizations",
    "forget_account_links": "a nightly job forgets what is old in all organizations",
    "forget_medical_reads": "a nightly job forgets what is old in all organizations",
    "forget_security_events": "a nightly job forgets what is old in all organizations",
    "forget_sign_ins": "a nightly job forgets what is old in all organizations",
    "lines_to_offer": "workers serve all organizations",
    "locations_behind": "workers serve all organizations",
    "move_history": "it changes rows of the transaction's own organization that the application may only add",
    "offers_over": "workers serve all organizations",
    "staff_to_end": "workers serve all organizations",
    "zones_to_change": "workers serve all organizations",
    "old_background_tasks": "a nightly job forgets what is old in all organizations",
    "revisions_of": "a process compares the revisions of all roll sheets that are followed",
}
"""The functions that look across tenants, and why. They give keys and numbers."""


def test_each_statement_ties_its_tables_to_a_tenant() -> None:
    statements = held_statements()
    assert len(statements) > 120
    untied = {}
    for name, sql in statements.items():
        if not is_across_tenants(name) and (found := complaints(sql)):
            untied[name] = found
    assert untied == {}


def test_an_event_of_a_sheet_ties_its_tables_to_a_tenant() -> None:
    """It is a statement when it is first needed."""
    assert untied_tables(snapshot(_EVENTS).statement) == []


@pytest.mark.parametrize("parts", [RosterParts(*each) for each in product((True, False), repeat=4)])
def test_a_sheet_that_is_opened_ties_its_tables_to_a_tenant(parts: RosterParts) -> None:
    """Its query is joined to that of a viewer when it is first needed."""
    opened = sheet_beside(OccurrenceKey(UUID(int=7), MONDAY), parts, datetime.now(UTC))
    assert opened is not None
    assert untied_tables(snapshot(names_beside(opened.query)).statement) == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT FROM mark m WHERE m.organization_id = :organization_id",
        "SELECT FROM mark WHERE organization_id = $1::UUID AND student_id = $2",
        "SELECT FROM mark m JOIN student s ON (s.organization_id, s.id) = (m.organization_id, m.student_id)"
        " WHERE s.organization_id = $1",
        "SELECT FROM student s LEFT JOIN mark m ON m.organization_id = s.organization_id WHERE s.organization_id = $1",
        "SELECT FROM (SELECT FROM mark m WHERE m.organization_id = $1) a FULL JOIN (SELECT 1) b ON false",
        "SELECT FROM student s WHERE s.organization_id = ANY (CAST($1 AS uuid[])) FOR UPDATE OF s",
        "UPDATE mark m SET note = '' FROM student s WHERE m.organization_id = s.organization_id"
        " AND s.organization_id = $1",
        "DELETE FROM mark USING unnest($2::uuid[]) AS lost (id) WHERE organization_id = $1 AND student_id = lost.id",
        "INSERT INTO mark (organization_id, student_id) SELECT $1, id FROM student WHERE organization_id = $1",
        "WITH own AS (SELECT organization_id FROM student WHERE organization_id = $1)"
        " SELECT FROM mark m JOIN own ON own.organization_id = m.organization_id",
    ],
)
def test_the_check_accepts(sql: str) -> None:
    assert untied_tables(sql) == []


@pytest.mark.parametrize(
    ("sql", "untied"),
    [
        ("SELECT FROM mark m", ["mark m"]),
        ("SELECT FROM mark m WHERE m.organization_id = $1 OR m.student_id = $2", ["mark m"]),
        ("SELECT FROM mark m WHERE NOT m.organization_id = $1", ["mark m"]),
        ("SELECT FROM mark m WHERE m.organization_id <> $1", ["mark m"]),
        ("SELECT FROM mark m JOIN student s ON s.organization_id = m.organization_id", ["mark m", "student s"]),
        (
            "SELECT FROM mark m FULL JOIN kiosk k ON k.organization_id = $1 AND m.organization_id = $1",
            ["mark m", "kiosk k"],
        ),
        (
            "SELECT FROM mark m LEFT JOIN kiosk k ON k.organization_id = m.organization_id AND m.organization_id = $1",
            ["mark m", "kiosk k"],
        ),
        ("SELECT FROM mark m JOIN student s ON s.id = m.student_id WHERE m.organization_id = $1", ["student s"]),
        ("SELECT (SELECT count(*) FROM mark m) FROM student s WHERE s.organization_id = $1", ["mark m"]),
        ("SELECT FROM student s WHERE s.organization_id = $1 AND EXISTS (SELECT FROM mark m)", ["mark m"]),
        ("SELECT FROM (SELECT FROM mark m) AS all_marks", ["mark m"]),
        ("SELECT FROM student s WHERE s.organization_id = $1 UNION SELECT FROM mark m", ["mark m"]),
        ("WITH gone AS (DELETE FROM mark WHERE student_id = $1 RETURNING 1) SELECT FROM gone", ["mark mark"]),
        ("UPDATE mark m SET note = (SELECT note FROM mark o) WHERE m.organization_id = $1", ["mark o"]),
        ("INSERT INTO mark (student_id) VALUES ($1)", ["mark mark"]),
        ("INSERT INTO mark (organization_id) SELECT $1 FROM student s", ["student s"]),
    ],
)
def test_the_check_tells(sql: str, untied: list[str]) -> None:
    assert untied_tables(sql) == untied


async def test_each_function_that_looks_across_tenants_is_known(owner: AsyncConnection) -> None:
    doors = text("""
        SELECT proname FROM pg_proc
        WHERE prosecdef AND pronamespace = 'public'::regnamespace AND prorettype <> 'trigger'::regtype
    """)
    assert set(await owner.scalars(doors)) == set(DOORS)


def test_whatever_is_excused_exists() -> None:
    modules: dict[str, object] = {"db.migrations": None} | {module.__name__: module for module in product_modules()}
    for name in ACROSS_TENANTS:
        module, _, function = name.partition(":")
        assert hasattr(modules[module], function) if function else module in modules
