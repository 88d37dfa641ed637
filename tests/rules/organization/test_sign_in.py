"""Refresh tokens: what becomes of one that comes in, and what is on the wire."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from attendance.rules.organization.sign_in import (
    GRACE,
    Account,
    Refresh,
    RefreshToken,
    SessionTerms,
    SignInState,
    choose_account,
    first_token,
    judge,
)
from attendance.rules.organization.sign_in_refusals import OrganizationChoice, OrganizationChoiceRequired, SignInRefused
from attendance.rules.vocabulary import PersonKind, Portal, SignInRefusedReason

NOW = datetime(2026, 11, 16, 18, tzinfo=UTC)
TERMS = SessionTerms(b"the server's key")
FIRST = RefreshToken(UUID(int=1), UUID(int=2), b"s" * 32)
SECOND = FIRST.next(TERMS)
FRESH = SignInState(FIRST.digest, None, None, NOW + timedelta(days=30), None, NOW)
REFRESHED = SignInState(SECOND.digest, FIRST.digest, NOW, NOW + timedelta(days=30), None, NOW)


@pytest.mark.parametrize(
    ("token", "state", "later", "expected"),
    [
        (FIRST, FRESH, timedelta(0), Refresh.ROTATE),
        (FIRST, FRESH, timedelta(days=30, seconds=-1), Refresh.ROTATE),
        (FIRST, FRESH, timedelta(days=30), Refresh.EXPIRED),
        (SECOND, FRESH, timedelta(0), Refresh.UNKNOWN),
        (SECOND, REFRESHED, timedelta(0), Refresh.ROTATE),
        (FIRST, REFRESHED, GRACE, Refresh.REPEAT),
        (FIRST, REFRESHED, GRACE + timedelta(seconds=1), Refresh.REUSED),
        (FIRST, REFRESHED, timedelta(days=30), Refresh.EXPIRED),
        (FIRST, replace(REFRESHED, ended_at=NOW), timedelta(0), Refresh.ENDED),
        (SECOND, replace(REFRESHED, ended_at=NOW), timedelta(0), Refresh.ENDED),
        (SECOND.next(TERMS), replace(REFRESHED, ended_at=NOW), timedelta(0), Refresh.UNKNOWN),
        (FIRST, replace(REFRESHED, refresh_hash=b"x" * 32), timedelta(0), Refresh.REUSED),
    ],
)
def test_what_becomes_of_a_token(token: RefreshToken, state: SignInState, later: timedelta, expected: Refresh) -> None:
    assert judge(token, state, TERMS, NOW + later) is expected


def test_the_next_token_needs_the_servers_key() -> None:
    assert FIRST.next(TERMS) == SECOND
    assert FIRST.next(SessionTerms(b"another key")) != SECOND
    assert len({FIRST.secret, SECOND.secret, SECOND.next(TERMS).secret}) == 3


def test_a_token_survives_the_wire() -> None:
    assert RefreshToken.decode(SECOND.encode()) == SECOND


@pytest.mark.parametrize("text", ["", ".", "..", "a.b.c", "x" * 200, SECOND.encode()[:-1], SECOND.encode() + ".x"])
def test_other_text_is_no_token(text: str) -> None:
    assert RefreshToken.decode(text) is None


def test_R4_11_a_first_token_depends_on_all_that_it_is_for() -> None:
    def token(organization: int = 1, person: int = 2, portal: Portal = Portal.OFFICE, key: str = "k") -> RefreshToken:
        return first_token(UUID(int=organization), UUID(int=person), portal, key, TERMS)

    assert token() == token()
    others = {token(organization=3), token(person=3), token(portal=Portal.STAFF), token(key="l")}
    assert len({each.sign_in_id for each in others | {token()}}) == 5


def account(kind: PersonKind, organization: int = 1) -> Account:
    return Account(UUID(int=organization), f"Gym {organization}", UUID(int=9), kind, "hash")


def test_the_one_account_whose_password_is_right() -> None:
    assert choose_account([account(PersonKind.STAFF)], Portal.OFFICE) == account(PersonKind.STAFF)


@pytest.mark.parametrize(
    ("right", "portal", "reason"),
    [
        ([], Portal.OFFICE, SignInRefusedReason.WRONG_EMAIL_OR_PASSWORD),
        ([account(PersonKind.GUARDIAN)], Portal.OFFICE, SignInRefusedReason.WRONG_PORTAL),
        ([account(PersonKind.STAFF)], Portal.CUSTOMER, SignInRefusedReason.WRONG_PORTAL),
        ([account(PersonKind.STAFF)], Portal.KIOSK, SignInRefusedReason.WRONG_PORTAL),
    ],
)
def test_no_account_to_choose(right: list[Account], portal: Portal, reason: SignInRefusedReason) -> None:
    with pytest.raises(SignInRefused) as refused:
        choose_account(right, portal)
    assert refused.value.reason is reason


def test_several_organizations_are_told() -> None:
    with pytest.raises(OrganizationChoiceRequired) as required:
        choose_account([account(PersonKind.STAFF, 1), account(PersonKind.STAFF, 2)], Portal.STAFF)
    assert required.value.organizations == (
        OrganizationChoice(UUID(int=1), "Gym 1"),
        OrganizationChoice(UUID(int=2), "Gym 2"),
    )
