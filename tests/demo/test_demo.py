"""What the demo promises, at moments that are awkward for its dates."""

from collections import Counter
from datetime import UTC, timedelta

from attendance.rules.roster.roster import tally
from attendance.rules.vocabulary import (
    AttendanceState,
    ExpectedAbsenceState,
    IndicatorKind,
    OccurrenceState,
    OfferingKind,
)
from tests.demo.conftest import Demo, sheets_of


async def test_it_is_as_large_as_a_real_business(demo: Demo) -> None:
    counted = Counter(
        {
            (organization, table): await demo.one(
                f"SELECT count(*) FROM {table} WHERE organization_id = :{organization}"
            )
            for organization in ("business", "small")
            for table in ("location", "program", "family", "student")
        }
    )
    kinds = await demo.all(
        "SELECT kind, count(*) FROM offering WHERE organization_id = :business GROUP BY 1 ORDER BY 1"
    )

    assert counted == {
        ("business", "location"): 2,
        ("business", "program"): 3,
        ("business", "family"): 380,
        ("business", "student"): 600,
        ("small", "location"): 1,
        ("small", "program"): 1,
        ("small", "family"): 14,
        ("small", "student"): 20,
    }
    assert kinds == [("APPOINTMENT", 6), ("CAMP", 4), ("CLASS", 40)]
    assert await demo.one("SELECT count(*) FROM offering WHERE organization_id = :small AND kind = 'CLASS'") == 3


async def test_classes_meet_at_both_locations_on_every_weekday(demo: Demo) -> None:
    for day in range(7):
        sheets = await sheets_of(demo, day)
        meeting = {
            head.offering.location.name
            for head, _ in sheets.values()
            if head.offering.kind is OfferingKind.CLASS
            and head.state in (OccurrenceState.SCHEDULED, OccurrenceState.CLOSED)
        }
        assert meeting == {"Copper Lake Lakeshore", "Copper Lake Foothills"}


async def test_something_ended_something_runs_and_something_is_ahead(demo: Demo) -> None:
    held = [head for head, _ in (await sheets_of(demo)).values() if head.is_held]

    assert [head for head in held if head.ends_at <= demo.now]
    assert [head for head in held if head.starts_at <= demo.now < head.ends_at]
    assert [head for head in held if head.starts_at > demo.now]


async def test_R3_4_the_roll_sheet_to_open_first_has_every_indicator(demo: Demo) -> None:
    head, rows = (await sheets_of(demo))[demo.summary.roll_sheet]

    assert {indicator.kind for row in rows for indicator in row.indicators} == set(IndicatorKind)
    assert head.not_recordable(demo.now) is None
    assert tally(row.status for row in rows).state is AttendanceState.NOT_TAKEN
    assert head.starts_at <= demo.now < head.ends_at
    assert len(rows) >= 20


async def test_R2_9_todays_sheets_are_in_every_state(demo: Demo) -> None:
    sheets = await sheets_of(demo)

    assert {tally(row.status for row in rows).state for _, rows in sheets.values()} == set(AttendanceState)
    assert OccurrenceState.CANCELLED in {head.state for head, _ in sheets.values()}


async def test_R2_4_some_dates_are_closed_and_some_cancelled(demo: Demo) -> None:
    states = Counter[OccurrenceState]()
    for day in (-10, -5, 3, 6):
        states.update(head.state for head, _ in (await sheets_of(demo, day)).values())

    assert states[OccurrenceState.CLOSED] >= 2
    assert states[OccurrenceState.CANCELLED] >= 2
    assert states[OccurrenceState.NOT_SCHEDULED] >= 2


async def test_R6_2_expected_absences_are_in_every_state(demo: Demo) -> None:
    states = await demo.all("SELECT DISTINCT state FROM expected_absence")

    assert {state for (state,) in states} == set(ExpectedAbsenceState)


async def test_R9_9_a_substitute_stands_in_and_once_nobody_does(demo: Demo) -> None:
    stands_in = await demo.all(
        "SELECT substitute_id IS NOT NULL FROM substitution WHERE held_on >= :today",
        today=(demo.summary.anchored_on - timedelta(days=1)),
    )

    assert {each for (each,) in stands_in} == {True, False}


async def test_nothing_happened_in_the_future(demo: Demo) -> None:
    instants = await demo.all(
        """
        SELECT max(changed_at) FROM change UNION ALL SELECT max(marked_at) FROM mark
        UNION ALL SELECT max(issued_at) FROM makeup_token UNION ALL SELECT max(entered_at) FROM makeup_token_entry
        UNION ALL SELECT max(done_at) FROM token_run UNION ALL SELECT max(created_at) FROM enrollment
        UNION ALL SELECT max(requested_at) FROM expected_absence UNION ALL SELECT max(decided_at) FROM expected_absence
        UNION ALL SELECT max(written_at) FROM student_note UNION ALL SELECT max(closed_at) FROM student_note
        UNION ALL SELECT max(requested_at) FROM makeup_request UNION ALL SELECT max(cancelled_at) FROM occurrence
        """
    )
    assert max(instant for (instant,) in instants) <= demo.now.astimezone(UTC)
    assert await demo.one("SELECT count(*) FROM student WHERE birth_on > :today", today=demo.summary.anchored_on) == 0


async def test_phones_and_addresses_reach_nobody(demo: Demo) -> None:
    american, british = "\\(\\d{3}\\) 555-01\\d\\d", "\\+44 20 7946 0\\d{3}"
    phones = f"SELECT count(*) FROM family WHERE phone !~ '^({american}|{british})$'"
    guardians = "SELECT count(*) FROM guardian_phone WHERE number !~ '^(\\d{3}\\.555\\.01\\d\\d|07700 900\\d{3})$'"
    addresses = "SELECT count(*) FROM person WHERE email !~ '@(example\\.com|[a-z]+\\.example)$'"

    assert await demo.one(phones) == 0
    assert await demo.one(guardians) == 0
    assert await demo.one("SELECT count(*) > 100 AND count(*) = count(DISTINCT number) FROM guardian_phone") is True
    assert await demo.one(addresses) == 0
    assert await demo.one("SELECT count(DISTINCT phone_digits) FROM family WHERE organization_id = :business") == 380
