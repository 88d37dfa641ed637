"""Which passwords may be chosen (R12.3): long enough, not a common one, and not what is known of the person."""

from collections.abc import Callable, Iterable

from attendance.rules.accounts.account_refusals import PasswordNotAllowed
from attendance.rules.vocabulary import PasswordNotAllowedReason

SHORTEST, LONGEST = 8, 128

_MESSAGES = {
    PasswordNotAllowedReason.TOO_SHORT: f"A password has at least {SHORTEST} characters.",
    PasswordNotAllowedReason.TOO_LONG: f"A password has at most {LONGEST} characters.",
    PasswordNotAllowedReason.COMMON: "Many people use this password, so others would try it first.",
    PasswordNotAllowedReason.PERSONAL: "This password is your name, your e-mail address or the name of the business.",
}


def require_allowed(password: str, *, is_common: Callable[[str], bool], known: Iterable[str | None]) -> None:
    """Raise PasswordNotAllowed unless the password may be chosen.

    is_common -- whether a text in lower case is on the list of common passwords
    known -- what others know of the person, such as the e-mail address; None is skipped
    """
    reason = _refused(password, is_common, known)
    if reason is not None:
        raise PasswordNotAllowed(reason, _MESSAGES[reason])


def _refused(
    password: str, is_common: Callable[[str], bool], known: Iterable[str | None]
) -> PasswordNotAllowedReason | None:
    if len(password) < SHORTEST:
        return PasswordNotAllowedReason.TOO_SHORT
    if len(password) > LONGEST:
        return PasswordNotAllowedReason.TOO_LONG
    folded = password.casefold()
    if is_common(folded):
        return PasswordNotAllowedReason.COMMON
    if folded in {text.casefold() for text in known if text}:
        return PasswordNotAllowedReason.PERSONAL
    return None
