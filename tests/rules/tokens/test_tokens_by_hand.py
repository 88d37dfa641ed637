"""The dates of makeup tokens by hand, what may be done to them, and when families are told (R8.1, R8.2, R8.5)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.tokens.makeup_tokens import TokenDates
from attendance.rules.tokens.student_tokens import TokenFacts
from attendance.rules.tokens.token_refusals import MakeupTokenDatesNotPossible
from attendance.rules.tokens.tokens_by_hand import (
    DELETABLE,
    EDITABLE,
    RESETTABLE,
    TokenDraft,
    TokenLife,
    edited,
    life_of,
    not_changeable,
    notice_due_at,
)
from attendance.rules.vocabulary import ExpiryAnchor, ExpiryUnit, MakeupTokenOrigin, MakeupTokenState, Source

TODAY = date(2026, 11, 16)
DAY = timedelta(days=1)
SESSION_END = date(2026, 12, 20)
SETTINGS = MakeupTokenSettings(expiry_unit=ExpiryUnit.DAYS, expiry_count=10)
FROM_MISSED = replace(SETTINGS, expiry_anchor=ExpiryAnchor.MISSED_CLASS)
CHICAGO, LORD_HOWE = ZoneInfo("America/Chicago"), ZoneInfo("Australia/Lord_Howe")
TOKEN = TokenFacts(
    id=UUID(int=1),
    student_id=UUID(int=2),
    origin=MakeupTokenOrigin.MANUAL,
    source=Source.OFFICE,
    dates=TokenDates(TODAY, TODAY + 10 * DAY),
    missed=None,
    location=None,
    program=None,
    comment="Old",
    issued_by=None,
    makeup_enrollment_id=None,
    zones=(CHICAGO,),
)


@pytest.mark.parametrize(
    ("draft", "settings", "life"),
    [
        (TokenDraft(), SETTINGS, TokenLife(TODAY, date(2026, 11, 26))),
        (TokenDraft(issue_on=TODAY + DAY), SETTINGS, TokenLife(TODAY + DAY, date(2026, 11, 27))),
        (TokenDraft(issue_on=TODAY - 10 * DAY), SETTINGS, TokenLife(TODAY - 10 * DAY, TODAY)),
        (TokenDraft(expires_on=TODAY), SETTINGS, TokenLife(TODAY, TODAY)),
        (TokenDraft(never_expires=True), SETTINGS, TokenLife(TODAY, None)),
        (TokenDraft(), MakeupTokenSettings(expiry_unit=ExpiryUnit.NEVER), TokenLife(TODAY, None)),
        (TokenDraft(), MakeupTokenSettings(expiry_unit=ExpiryUnit.END_OF_SESSION), TokenLife(TODAY, SESSION_END)),
        (
            TokenDraft(),
            replace(SETTINGS, expiry_anchor=ExpiryAnchor.MISSED_CLASS),
            TokenLife(TODAY, date(2026, 11, 26)),
        ),
        (
            TokenDraft(issue_on=date(2028, 1, 31)),
            MakeupTokenSettings(expiry_unit=ExpiryUnit.MONTHS, expiry_count=1),
            TokenLife(date(2028, 1, 31), date(2028, 2, 29)),
        ),
    ],
)
def test_R8_1_a_token_by_hand_lives_from_its_issue_to_its_expiry(
    draft: TokenDraft, settings: MakeupTokenSettings, life: TokenLife
) -> None:
    assert life_of(draft, 0, settings, today=TODAY, session_ends_on=SESSION_END) == life


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        (TokenDraft(expires_on=TODAY - DAY), "EXPIRES_BEFORE_ISSUE"),
        (TokenDraft(issue_on=TODAY + 2 * DAY, expires_on=TODAY + DAY), "EXPIRES_BEFORE_ISSUE"),
        (TokenDraft(expires_on=TODAY + DAY, never_expires=True), "EXPIRY_AND_NEVER"),
        (TokenDraft(issue_on=TODAY - 11 * DAY), "EXPIRED_ALREADY"),
        (TokenDraft(issue_on=TODAY - 9 * DAY, expires_on=TODAY - DAY), "EXPIRED_ALREADY"),
    ],
)
def test_R8_1_a_token_that_nobody_could_use_is_refused(draft: TokenDraft, reason: str) -> None:
    with pytest.raises(MakeupTokenDatesNotPossible) as refused:
        life_of(draft, 3, SETTINGS, today=TODAY, session_ends_on=None)
    assert (refused.value.reason, refused.value.draft) == (reason, 3)
    assert refused.value.message.startswith("Makeup token 4 would")


@pytest.mark.parametrize(
    ("changes", "real"),
    [
        ({}, {}),
        ({"comment": "Old", "expires_on": TODAY + 10 * DAY}, {}),
        ({"comment": None, "location_id": None}, {"comment": ("Old", None)}),
        ({"issued_on": TODAY + 10 * DAY}, {"issued_on": (TODAY, TODAY + 10 * DAY)}),
        ({"expires_on": None}, {"expires_on": (TODAY + 10 * DAY, None)}),
    ],
)
def test_R8_5_an_edit_is_what_really_changes(changes: dict[str, Any], real: dict[str, Any]) -> None:
    assert edited(TOKEN, changes) == real


def test_R8_5_an_edit_keeps_the_dates_in_order_unless_they_stay() -> None:
    with pytest.raises(MakeupTokenDatesNotPossible):
        edited(TOKEN, {"issued_on": TODAY + 11 * DAY})
    late = replace(TOKEN, dates=TokenDates(TODAY, TODAY - DAY))
    assert edited(late, {"comment": "New", "expires_on": TODAY - DAY}) == {"comment": ("Old", "New")}
    with pytest.raises(MakeupTokenDatesNotPossible):
        edited(late, {"expires_on": TODAY - 2 * DAY})


def test_R8_3_every_state_says_what_may_be_done_to_it() -> None:
    of = MakeupTokenState
    assert set(of) - EDITABLE == {of.SPENT, of.REVOKED, of.DELETED}
    assert set(of) - DELETABLE == {of.PENDING, of.SPENT, of.DELETED}
    assert {of.PENDING, of.REQUESTED} == RESETTABLE
    for state in of:
        assert not_changeable(state, "no").message.endswith("; no.")


@pytest.mark.parametrize(
    ("issued_on", "zones", "due_at"),
    [
        (date(2026, 11, 16), [CHICAGO], None),
        (date(2026, 11, 1), [CHICAGO], None),
        (date(2026, 11, 17), [CHICAGO], datetime(2026, 11, 17, 14, tzinfo=UTC)),
        (date(2027, 3, 14), [CHICAGO], datetime(2027, 3, 14, 13, tzinfo=UTC)),
        (date(2026, 11, 17), [LORD_HOWE], None),
        (date(2026, 11, 18), [LORD_HOWE], datetime(2026, 11, 17, 21, tzinfo=UTC)),
        # R7.7: where the day begins first, for a token without a location.
        (date(2026, 11, 17), [CHICAGO, LORD_HOWE], None),
        (date(2026, 11, 18), [CHICAGO, LORD_HOWE], datetime(2026, 11, 17, 21, tzinfo=UTC)),
        (date(2026, 11, 18), [], datetime(2026, 11, 18, 8, tzinfo=UTC)),
    ],
)
def test_R8_2_families_are_told_from_the_issue_date_on(
    issued_on: date, zones: list[ZoneInfo], due_at: datetime | None
) -> None:
    now = datetime(2026, 11, 17, 3, tzinfo=UTC)
    assert notice_due_at(issued_on, zones, now) == (due_at or now)
