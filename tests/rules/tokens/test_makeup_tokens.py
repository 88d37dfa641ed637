"""R7.4 and R8.3: the table of the reconciliation, row by row, the ground that it asks for, and the states."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.tokens.makeup_tokens import (
    Decision,
    TokenCause,
    TokenDates,
    TokenGround,
    TokenStep,
    missing_ground,
    reconcile,
    token_state,
)
from attendance.rules.vocabulary import (
    AttendanceStatus,
    EnrollmentType,
    MakeupTokenState,
    OfferingKind,
    TokenTrigger,
)

ABSENT = TokenGround(OfferingKind.CLASS, False, AttendanceStatus.ABSENT, EnrollmentType.ACTIVE)
PRESENT = replace(ABSENT, status=AttendanceStatus.PRESENT)
SETTINGS = MakeupTokenSettings()
NOTHING = Decision(TokenStep.NOTHING)
EVERY_STATE = [None, *MakeupTokenState]


def decide(
    ground: TokenGround,
    state: MakeupTokenState | None,
    settings: MakeupTokenSettings = SETTINGS,
    *,
    is_flagged: bool = False,
    may_create: bool = True,
    is_over_limit: bool = False,
) -> Decision:
    return reconcile(
        ground,
        settings,
        state=state,
        is_flagged=is_flagged,
        may_create=may_create,
        is_over_limit=is_over_limit,
    )


#   qualifies now, automatic token, action
R7_4 = [
    (ABSENT, None, Decision(TokenStep.ISSUE)),
    (ABSENT, MakeupTokenState.SCHEDULED, NOTHING),
    (ABSENT, MakeupTokenState.AVAILABLE, NOTHING),
    (ABSENT, MakeupTokenState.REQUESTED, NOTHING),
    (ABSENT, MakeupTokenState.REVOKED, Decision(TokenStep.REINSTATE)),
    (ABSENT, MakeupTokenState.PENDING, NOTHING),
    (ABSENT, MakeupTokenState.SPENT, NOTHING),
    (ABSENT, MakeupTokenState.EXPIRED, NOTHING),
    (PRESENT, None, NOTHING),
    (PRESENT, MakeupTokenState.SCHEDULED, Decision(TokenStep.REVOKE, TokenCause.NOT_ABSENT)),
    (PRESENT, MakeupTokenState.AVAILABLE, Decision(TokenStep.REVOKE, TokenCause.NOT_ABSENT)),
    (PRESENT, MakeupTokenState.REQUESTED, Decision(TokenStep.REVOKE, TokenCause.NOT_ABSENT)),
    (PRESENT, MakeupTokenState.PENDING, Decision(TokenStep.FLAG, TokenCause.NOT_ABSENT)),
    (PRESENT, MakeupTokenState.SPENT, Decision(TokenStep.FLAG, TokenCause.NOT_ABSENT)),
    (PRESENT, MakeupTokenState.EXPIRED, NOTHING),
    (PRESENT, MakeupTokenState.REVOKED, NOTHING),
    (ABSENT, MakeupTokenState.DELETED, NOTHING),
    (PRESENT, MakeupTokenState.DELETED, NOTHING),
]


@pytest.mark.parametrize(("ground", "state", "expected"), R7_4)
def test_R7_4_table(ground: TokenGround, state: MakeupTokenState | None, expected: Decision) -> None:
    assert decide(ground, state) == expected


def test_R7_4_over_the_limit_the_skip_is_recorded_and_nothing_is_created() -> None:
    skip = Decision(TokenStep.SKIP, TokenCause.OVER_LIMIT)
    assert decide(ABSENT, None, is_over_limit=True) == skip
    assert decide(ABSENT, MakeupTokenState.REVOKED, is_over_limit=True) == skip
    for state in set(MakeupTokenState) - {MakeupTokenState.REVOKED}:
        assert decide(ABSENT, state, is_over_limit=True) == NOTHING


def test_R7_3_a_deferred_mark_creates_nothing_but_ground_taken_away_revokes_at_once() -> None:
    for state, over in product(EVERY_STATE, (False, True)):
        assert decide(ABSENT, state, may_create=False, is_over_limit=over) == NOTHING
        assert decide(PRESENT, state, may_create=False, is_over_limit=over) == decide(PRESENT, state)


def test_R7_4_a_tied_token_is_flagged_once_and_unflagged_when_its_ground_returns() -> None:
    for state in (MakeupTokenState.PENDING, MakeupTokenState.SPENT):
        assert decide(PRESENT, state, is_flagged=True) == NOTHING
        assert decide(ABSENT, state, is_flagged=True) == Decision(TokenStep.UNFLAG)


def test_R7_2_tokens_switched_off_stop_new_ones_and_leave_earlier_ones() -> None:
    off = MakeupTokenSettings(tokens_enabled=False)
    skip = Decision(TokenStep.SKIP, TokenCause.TOKENS_OFF)
    assert decide(ABSENT, None, off) == skip
    assert decide(ABSENT, MakeupTokenState.REVOKED, off) == skip
    assert decide(ABSENT, MakeupTokenState.AVAILABLE, off) == NOTHING
    assert decide(PRESENT, MakeupTokenState.AVAILABLE, off).step is TokenStep.REVOKE


@pytest.mark.parametrize(
    ("status", "all_absences", "excused_only"),
    [
        (AttendanceStatus.PRESENT, TokenCause.NOT_ABSENT, TokenCause.NOT_ABSENT),
        (AttendanceStatus.TARDY, TokenCause.NOT_ABSENT, TokenCause.NOT_ABSENT),
        (AttendanceStatus.LEFT_EARLY, TokenCause.NOT_ABSENT, TokenCause.NOT_ABSENT),
        (AttendanceStatus.TARDY_AND_LEFT_EARLY, TokenCause.NOT_ABSENT, TokenCause.NOT_ABSENT),
        (AttendanceStatus.ABSENT, None, TokenCause.NOT_EXCUSED),
        (AttendanceStatus.EXCUSED_ABSENCE, None, None),
        (None, TokenCause.NOT_MARKED, TokenCause.NOT_MARKED),
    ],
)
def test_R7_2_the_trigger_says_which_marks_earn(
    status: AttendanceStatus | None, all_absences: TokenCause | None, excused_only: TokenCause | None
) -> None:
    ground = replace(ABSENT, status=status)
    assert missing_ground(ground, SETTINGS) is all_absences
    excused = MakeupTokenSettings(token_trigger=TokenTrigger.EXCUSED_ONLY)
    assert missing_ground(ground, excused) is excused_only


@pytest.mark.parametrize("type_", [*EnrollmentType, None])
def test_R7_2_active_enrollments_alone_earn_by_default_and_others_by_setting(
    type_: EnrollmentType | None,
) -> None:
    ground = replace(ABSENT, enrollment_type=type_)
    active = type_ is EnrollmentType.ACTIVE
    assert missing_ground(ground, SETTINGS) is (None if active else TokenCause.TYPE_DOES_NOT_EARN)
    trials = MakeupTokenSettings(earning_types=frozenset({EnrollmentType.TRIAL}))
    trial = type_ is EnrollmentType.TRIAL
    assert missing_ground(ground, trials) is (None if trial else TokenCause.TYPE_DOES_NOT_EARN)


def test_R7_1_camps_and_appointments_never_earn() -> None:
    for kind in (OfferingKind.CAMP, OfferingKind.APPOINTMENT):
        assert missing_ground(replace(ABSENT, kind=kind), SETTINGS) is TokenCause.NOT_A_CLASS


def test_R7_4_a_cancelled_class_earns_nothing_and_takes_unused_tokens_back() -> None:
    cancelled = replace(ABSENT, is_cancelled=True)
    assert missing_ground(cancelled, SETTINGS) is TokenCause.OCCURRENCE_CANCELLED
    assert decide(cancelled, MakeupTokenState.AVAILABLE) == Decision(TokenStep.REVOKE, TokenCause.OCCURRENCE_CANCELLED)


@pytest.mark.parametrize(
    ("ground", "settings", "cause"),
    [
        (replace(ABSENT, enrollment_type=EnrollmentType.TRIAL), SETTINGS, TokenCause.TYPE_DOES_NOT_EARN),
        (ABSENT, MakeupTokenSettings(token_trigger=TokenTrigger.EXCUSED_ONLY), TokenCause.NOT_EXCUSED),
        (replace(ABSENT, is_cancelled=True), SETTINGS, TokenCause.OCCURRENCE_CANCELLED),
    ],
)
def test_R7_9_an_absence_that_earns_nothing_is_skipped_with_its_cause(
    ground: TokenGround, settings: MakeupTokenSettings, cause: TokenCause
) -> None:
    assert decide(ground, None, settings) == Decision(TokenStep.SKIP, cause)
    assert decide(ground, None, settings, may_create=False) == NOTHING


@pytest.mark.parametrize("ground", [ABSENT, PRESENT, replace(ABSENT, status=None)])
@pytest.mark.parametrize("state", EVERY_STATE)
def test_R7_4_is_idempotent(ground: TokenGround, state: MakeupTokenState | None) -> None:
    """What a step leads to needs no further step."""
    available, revoked = MakeupTokenState.AVAILABLE, MakeupTokenState.REVOKED
    led_to = {TokenStep.ISSUE: available, TokenStep.REINSTATE: available, TokenStep.REVOKE: revoked}
    flagged = dict.fromkeys((*led_to, TokenStep.UNFLAG), False) | {TokenStep.FLAG: True}
    for is_flagged in (False, True):
        step = decide(ground, state, is_flagged=is_flagged).step
        again = decide(ground, led_to.get(step, state), is_flagged=flagged.get(step, is_flagged))
        assert again == NOTHING


YESTERDAY, TODAY, TOMORROW = date(2026, 11, 17), date(2026, 11, 18), date(2026, 11, 19)
GOOD = TokenDates(issued_on=YESTERDAY, expires_on=TOMORROW)


@pytest.mark.parametrize(
    ("token", "state"),
    [
        (GOOD, MakeupTokenState.AVAILABLE),
        (replace(GOOD, expires_on=None), MakeupTokenState.AVAILABLE),
        (replace(GOOD, issued_on=TODAY), MakeupTokenState.AVAILABLE),
        (replace(GOOD, issued_on=TOMORROW), MakeupTokenState.SCHEDULED),
        (replace(GOOD, expires_on=TODAY), MakeupTokenState.AVAILABLE),
        (replace(GOOD, expires_on=YESTERDAY), MakeupTokenState.EXPIRED),
        (replace(GOOD, requested_on=TODAY), MakeupTokenState.REQUESTED),
        (replace(GOOD, requested_on=YESTERDAY), MakeupTokenState.AVAILABLE),
        (replace(GOOD, requested_on=TODAY, expires_on=YESTERDAY), MakeupTokenState.REQUESTED),
        (replace(GOOD, requested_on=TODAY, lapses_on=YESTERDAY), MakeupTokenState.REQUESTED),
        (replace(GOOD, requested_on=YESTERDAY, expires_on=YESTERDAY), MakeupTokenState.EXPIRED),
        (replace(GOOD, requested_on=TOMORROW, issued_on=TOMORROW), MakeupTokenState.SCHEDULED),
        (replace(GOOD, makeup_on=TOMORROW), MakeupTokenState.PENDING),
        (replace(GOOD, makeup_on=TODAY), MakeupTokenState.PENDING),
        (replace(GOOD, makeup_on=YESTERDAY), MakeupTokenState.SPENT),
        (replace(GOOD, makeup_on=TOMORROW, expires_on=YESTERDAY), MakeupTokenState.PENDING),
        (replace(GOOD, makeup_on=YESTERDAY, expires_on=YESTERDAY), MakeupTokenState.SPENT),
        (replace(GOOD, is_revoked=True), MakeupTokenState.REVOKED),
        (replace(GOOD, is_revoked=True, expires_on=YESTERDAY), MakeupTokenState.REVOKED),
        (replace(GOOD, is_deleted=True, is_revoked=True, makeup_on=TODAY), MakeupTokenState.DELETED),
    ],
)
def test_R8_3_states_follow_from_dates_and_links(token: TokenDates, state: MakeupTokenState) -> None:
    assert token_state(token, TODAY) is state
