"""R12.3: which passwords may be chosen."""

import pytest

from attendance.actions.accounts.common_passwords import is_common
from attendance.rules.accounts.account_refusals import PasswordNotAllowed
from attendance.rules.accounts.passwords import require_allowed

KNOWN = ("Ann@Gym.example", "Annabella", None, "Riverside Gym")


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "TOO_SHORT"),
        ("x7!kQz2", "TOO_SHORT"),
        ("🦦" * 7, "TOO_SHORT"),
        ("ö" * 129, "TOO_LONG"),
        ("password", "COMMON"),
        ("PassWord", "COMMON"),
        ("trustno1", "COMMON"),
        ("ann@gym.EXAMPLE", "PERSONAL"),
        ("annabella", "PERSONAL"),
        ("riverside gym", "PERSONAL"),
    ],
)
def test_R12_3_what_is_refused(password: str, reason: str) -> None:
    with pytest.raises(PasswordNotAllowed) as refused:
        require_allowed(password, is_common=is_common, known=KNOWN)
    assert refused.value.password_reason == reason


@pytest.mark.parametrize("password", ["x7!kQz2.", "🦦" * 8, "ö" * 128, "        x", "only lower case", "48151623427"])
def test_R12_3_any_other_text_is_allowed(password: str) -> None:
    require_allowed(password, is_common=is_common, known=KNOWN)


def test_R12_3_the_list_has_the_common_ones_of_allowed_length() -> None:
    """ASVS 6.2.4 asks for 3,000 of them."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415

    long_enough = [each for each in FREQUENCY_LISTS["passwords"] if len(each) >= 8]
    assert len(long_enough) >= 3000
    assert all(is_common(each) for each in long_enough)
