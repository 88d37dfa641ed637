"""The list of common passwords (R12.3). It ships with the package zxcvbn."""

from functools import cache


def is_common(folded: str) -> bool:
    """Return whether a text in lower case is on the list. The first call reads the list, which takes some
    milliseconds.
    """
    return folded in _passwords()


@cache
def _passwords() -> frozenset[str]:
    # 1 MB that a process without a new password does not need.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415

    return frozenset(FREQUENCY_LISTS["passwords"])
