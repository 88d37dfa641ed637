"""What staff do with makeup tokens by hand, in the model: sections 7 and 8 of domain.md."""

from datetime import date, timedelta

from tests.walk.acts import Refused
from tests.walk.model import Model, Sheet
from tests.walk.tokens import Token

EDITABLE = ("SCHEDULED", "AVAILABLE", "EXPIRED")
DELETABLE = ("SCHEDULED", "AVAILABLE", "EXPIRED", "REVOKED")


def give(model: Model, student: str, issued_on: date | None, expires_on: date | None, *, never: bool) -> None:
    """R8.1: today and by the setting unless said otherwise; not one that has expired when it comes. The limit does not
    apply.
    """
    today = model.local_date()
    issued = issued_on or today
    until = None if never else expires_on or issued + timedelta(days=model.settings.expiry_count)
    if until is not None and (until < issued or until < today):
        raise Refused("MakeupTokenDatesNotPossible")
    model.given.append((student, Token(issued, until)))


def edit(model: Model, token: Token, issued_on: date | None, expires_on: date | None) -> None:
    """R8.5: the dates that are given; not to an end before the issue."""
    if token.state(model.local_date()) not in EDITABLE:
        raise Refused("MakeupTokenNotChangeable")
    after = issued_on or token.issued_on, expires_on or token.expires_on
    is_change = after != (token.issued_on, token.expires_on)
    if is_change and after[1] is not None and after[1] < after[0]:
        raise Refused("MakeupTokenDatesNotPossible")
    token.issued_on, token.expires_on = after


def delete(model: Model, student: str, token: Token, sheet: Sheet | None) -> None:
    """R7.4, R8.5: for good; the roll sheet of the class missed hears of it."""
    if token.state(model.local_date()) not in DELETABLE:
        raise Refused("MakeupTokenNotChangeable")
    token.is_deleted = True
    if sheet is not None:
        sheet.number("TOKENS", [student])
