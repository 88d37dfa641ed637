"""R2.3 to R2.6: states and reasons."""

from datetime import date, timedelta

import pytest

from attendance.rules.calendar.recordability import NotRecordable, closing_scopes, not_recordable, occurrence_state
from attendance.rules.vocabulary import BlackoutScope, NotRecordableReason, OccurrenceState, OfferingKind

TODAY = date(2026, 11, 21)
BILLING, ATTENDANCE, BOTH = BlackoutScope.BILLING, BlackoutScope.ATTENDANCE, BlackoutScope.BOTH
CLASS, APPOINTMENT, CAMP = OfferingKind.CLASS, OfferingKind.APPOINTMENT, OfferingKind.CAMP


@pytest.mark.parametrize(
    ("kind", "scopes", "expected"),
    [
        (CLASS, [], False),
        (CLASS, [BILLING], False),
        (CLASS, [ATTENDANCE], True),
        (CLASS, [BOTH], True),
        (CLASS, [BILLING, ATTENDANCE], True),
        (APPOINTMENT, [BILLING], False),
        (APPOINTMENT, [ATTENDANCE], False),
        (APPOINTMENT, [BOTH], True),
        (CAMP, [BILLING], False),
        (CAMP, [ATTENDANCE], False),
        (CAMP, [BOTH], False),
    ],
)
def test_R2_5_blackouts_close_by_kind_and_scope(
    kind: OfferingKind, scopes: list[BlackoutScope], expected: bool
) -> None:
    assert (not closing_scopes(kind).isdisjoint(scopes)) is expected


@pytest.mark.parametrize("is_cancelled", [True, False])
@pytest.mark.parametrize("is_scheduled", [True, False])
@pytest.mark.parametrize("is_closed", [True, False])
def test_R2_4_state_by_precedence(is_cancelled: bool, is_scheduled: bool, is_closed: bool) -> None:
    expected = (
        OccurrenceState.CANCELLED
        if is_cancelled
        else OccurrenceState.NOT_SCHEDULED
        if not is_scheduled
        else OccurrenceState.CLOSED
        if is_closed
        else OccurrenceState.SCHEDULED
    )
    state = occurrence_state(is_cancelled=is_cancelled, is_scheduled=is_scheduled, is_closed=is_closed)
    assert state is expected


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (CLASS, "Class is not scheduled to meet on this date."),
        (APPOINTMENT, "Appointment is not scheduled to meet on this date."),
        (CAMP, "Camp is not scheduled to meet on this date."),
    ],
)
def test_R2_3_the_sentence_for_a_date_outside_the_schedule(kind: OfferingKind, message: str) -> None:
    assert not_recordable(kind, OccurrenceState.NOT_SCHEDULED, TODAY, TODAY) == NotRecordable(
        NotRecordableReason.NOT_SCHEDULED, message
    )


@pytest.mark.parametrize(
    ("state", "days_ahead", "reason"),
    [
        (OccurrenceState.SCHEDULED, 0, None),
        (OccurrenceState.SCHEDULED, -400, None),
        (OccurrenceState.SCHEDULED, 1, NotRecordableReason.IN_THE_FUTURE),
        (OccurrenceState.CLOSED, 0, NotRecordableReason.CLOSED),
        (OccurrenceState.CANCELLED, -1, NotRecordableReason.CANCELLED),
        (OccurrenceState.CANCELLED, 1, NotRecordableReason.CANCELLED),
        (OccurrenceState.NOT_SCHEDULED, 1, NotRecordableReason.NOT_SCHEDULED),
    ],
)
def test_R2_6_today_and_the_past_can_be_recorded_unless_the_state_forbids(
    state: OccurrenceState, days_ahead: int, reason: NotRecordableReason | None
) -> None:
    found = not_recordable(CLASS, state, TODAY + timedelta(days_ahead), TODAY)
    assert (found and found.reason) == reason
