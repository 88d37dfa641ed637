"""What was recorded in the demo is what the product itself would have recorded."""

from collections import Counter
from datetime import timedelta

from attendance.actions.tokens.steps.plan_makeup_tokens import plan_makeup_tokens
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.tokens.makeup_tokens import TokenStep
from attendance.rules.vocabulary import AttendanceStatus, MakeupTokenAct
from db.calendar.occurrences import read_heads
from db.organization.settings import read_settings
from tests.demo.conftest import Demo, sheets_of


async def test_R3_1_marks_are_of_the_roster_save_one_enrollment_that_was_deleted(demo: Demo) -> None:
    outside = await demo.all(
        """
        SELECT DISTINCT e.id, e.deleted_at IS NOT NULL FROM mark m
        JOIN timeslot t ON t.organization_id = m.organization_id AND t.id = m.timeslot_id
        LEFT JOIN enrollment e ON e.organization_id = m.organization_id AND e.id = m.enrollment_id
        WHERE e.id IS NULL OR e.offering_id <> t.offering_id OR e.student_id <> m.student_id
           OR m.held_on < e.starts_on OR m.held_on > e.drop_on OR e.type = 'WAITLIST'
           OR e.timeslot_id <> m.timeslot_id OR e.deleted_at IS NOT NULL
        """
    )
    subdued = [row for _, rows in (await sheets_of(demo)).values() for row in rows if row.is_subdued]

    assert [is_deleted for _, is_deleted in outside] == [True]
    assert len(subdued) == 1


async def test_marks_are_where_attendance_could_be_recorded(demo: Demo) -> None:
    held = await demo.all("SELECT DISTINCT timeslot_id, held_on FROM mark WHERE organization_id = :business")
    async with demo.database.read(demo.business) as connection:
        heads = await read_heads(connection, demo.business, [OccurrenceKey(*row) for row in held])

    assert len(heads) == len(held) > 300
    assert [head.key for head in heads if head.not_recordable(demo.now) or head.starts_at > demo.now] == []


async def test_R4_1_all_six_statuses_in_the_proportions_of_life(demo: Demo) -> None:
    marks = dict(await demo.all("SELECT status, count(*) FROM mark WHERE organization_id = :business GROUP BY status"))

    assert set(marks) == set(AttendanceStatus)
    assert 0.7 < marks["PRESENT"] / sum(marks.values()) < 0.85
    assert 0.05 < marks["ABSENT"] / sum(marks.values()) < 0.15


async def test_R4_9_revisions_have_no_gaps_and_follow_the_clock(demo: Demo) -> None:
    wrong = """
        SELECT o.timeslot_id, o.held_on FROM occurrence o
        LEFT JOIN (SELECT *, lag(changed_at) OVER (PARTITION BY timeslot_id, held_on ORDER BY revision) AS earlier
                   FROM change) c USING (organization_id, timeslot_id, held_on)
        GROUP BY o.organization_id, o.timeslot_id, o.held_on, o.revision
        HAVING count(c.revision) <> o.revision OR max(c.revision) <> o.revision OR bool_or(c.changed_at < c.earlier)
    """
    assert await demo.all(wrong) == []
    assert await demo.one("SELECT max(revision) FROM occurrence") > 5


async def test_R4_9_the_changes_of_a_row_lead_to_its_mark(demo: Demo) -> None:
    last = """
        SELECT DISTINCT ON (e.organization_id, e.timeslot_id, e.held_on, e.student_id)
            e.organization_id, e.timeslot_id, e.held_on, e.student_id,
            after_status, after_note, after_is_defaulted, after_source, e.revision, c.changed_at
        FROM changed_entry e JOIN change c USING (organization_id, timeslot_id, held_on, revision)
        WHERE c.kind = 'MARKS'
        ORDER BY e.organization_id, e.timeslot_id, e.held_on, e.student_id, e.revision DESC
    """
    marks = """
        SELECT organization_id, timeslot_id, held_on, student_id,
            status, note, is_defaulted, source, revision, marked_at FROM mark
    """
    broken = """
        SELECT count(*) FROM (
            SELECT before_status, before_note, lag(after_status) OVER w AS status, lag(after_note) OVER w AS note
            FROM changed_entry e JOIN change c USING (organization_id, timeslot_id, held_on, revision)
            WHERE c.kind = 'MARKS'
            WINDOW w AS (PARTITION BY e.organization_id, timeslot_id, held_on, student_id ORDER BY revision)) chain
        WHERE before_status IS DISTINCT FROM status OR before_note IS DISTINCT FROM note
    """
    assert await demo.all(f"({last}) EXCEPT ({marks})") == []
    assert await demo.all(f"({marks}) EXCEPT ({last})") == []
    assert await demo.one(broken) == 0


async def test_R7_4_no_sheet_owes_a_token_or_has_one_too_many(demo: Demo) -> None:
    """Sheets with a run ahead are left to it; for the rest the product's own reconciliation finds nothing to do."""
    marked = await demo.all(
        """
        SELECT timeslot_id, held_on, array_agg(student_id) FROM mark
        WHERE organization_id = :business AND NOT EXISTS (
            SELECT FROM token_run r WHERE r.timeslot_id = mark.timeslot_id AND r.held_on = mark.held_on
            AND r.state = 'ARMED')
        GROUP BY 1, 2
        """
    )
    async with demo.database.read(demo.business) as connection:
        settings = (await read_settings(connection, demo.business)).makeup_tokens
        plans = await plan_makeup_tokens(
            connection,
            demo.business,
            {OccurrenceKey(slot, held_on): students for slot, held_on, students in marked},
            may_create=True,
            settings=settings,
            now=demo.now,
        )
    steps = Counter(step.decision.step for plan in plans.values() for step in plan.steps)

    assert len(plans) > 300
    assert set(steps) == {TokenStep.NOTHING, TokenStep.SKIP}


async def test_R7_1_only_class_absences_earn_tokens(demo: Demo) -> None:
    elsewhere = """
        SELECT count(*) FROM makeup_token k JOIN timeslot t ON t.id = k.timeslot_id
        JOIN offering o ON o.id = t.offering_id WHERE o.kind <> 'CLASS'
    """
    absent_at_camps = """
        SELECT count(*) FROM mark m JOIN timeslot t ON t.id = m.timeslot_id JOIN offering o ON o.id = t.offering_id
        WHERE o.kind <> 'CLASS' AND m.status IN ('ABSENT', 'EXCUSED_ABSENCE')
    """
    assert await demo.one(elsewhere) == 0
    assert await demo.one(absent_at_camps) > 0


async def test_R7_3_runs_are_done_when_due_and_one_is_due_within_minutes(demo: Demo) -> None:
    wrong = "SELECT count(*) FROM token_run WHERE (state = 'DONE') <> (due_at <= :now)"
    after_class = "SELECT min(due_at) FROM token_run WHERE state = 'ARMED' AND phase = 'AFTER_CLASS'"
    head, _ = (await sheets_of(demo))[demo.summary.roll_sheet]
    is_just_past_midnight = demo.now.astimezone(head.zone).hour == 0

    assert await demo.one(wrong, now=demo.now) == 0
    assert await demo.one(after_class) - demo.now <= timedelta(hours=2 if is_just_past_midnight else 0, minutes=5)


async def test_R8_3_tokens_are_in_every_state(demo: Demo) -> None:
    states = await demo.all(
        """
        SELECT DISTINCT CASE
            WHEN k.deleted_at IS NOT NULL THEN 'DELETED' WHEN k.revoked_at IS NOT NULL THEN 'REVOKED'
            WHEN e.starts_on < :today THEN 'SPENT' WHEN e.id IS NOT NULL THEN 'PENDING'
            WHEN k.expires_on < :today THEN 'EXPIRED' WHEN r.id IS NOT NULL THEN 'REQUESTED'
            WHEN k.issued_on > :today THEN 'SCHEDULED' ELSE 'AVAILABLE' END
        FROM makeup_token k LEFT JOIN enrollment e ON e.id = k.makeup_enrollment_id
        LEFT JOIN makeup_request r ON r.makeup_token_id = k.id WHERE k.organization_id = :business ORDER BY 1
        """,
        today=demo.summary.anchored_on,
    )
    assert [state for (state,) in states] == [
        "AVAILABLE", "DELETED", "EXPIRED", "PENDING", "REQUESTED", "REVOKED", "SCHEDULED", "SPENT",
    ]  # fmt: skip


async def test_R7_9_the_ledger_tells_of_every_token(demo: Demo) -> None:
    acts = {act for (act,) in await demo.all("SELECT DISTINCT act FROM makeup_token_entry")}
    untold = """
        SELECT count(*) FROM makeup_token k WHERE NOT EXISTS (
            SELECT FROM makeup_token_entry e WHERE e.makeup_token_id = k.id AND e.act = 'ISSUED'
            AND e.entered_at = k.issued_at AND e.student_id = k.student_id)
    """
    assert await demo.one(untold) == 0
    unheard_of = {
        MakeupTokenAct.UNFLAGGED, MakeupTokenAct.RESET, MakeupTokenAct.EDITED, MakeupTokenAct.DENIED,
        MakeupTokenAct.WITHDRAWN,
    }  # fmt: skip
    # Expiries follow from the dates: entered too, they would be told twice.
    assert set(MakeupTokenAct) - acts == unheard_of | {MakeupTokenAct.EXPIRED}
    limits = "SELECT DISTINCT facts ->> 'counted', facts ->> 'limit' FROM makeup_token_entry WHERE cause = 'OVER_LIMIT'"
    assert await demo.all(limits) == [("3", "3")]


async def test_R7_9_the_ledger_is_numbered_in_the_order_of_its_times(demo: Demo) -> None:
    out_of_order = await demo.all(
        """SELECT id FROM (SELECT id, entered_at, lag(entered_at) OVER (PARTITION BY makeup_token_id ORDER BY number)
                AS former_at, number FROM makeup_token_entry WHERE makeup_token_id IS NOT NULL) l
           WHERE entered_at < former_at OR number IS NULL"""
    )
    assert out_of_order == []
