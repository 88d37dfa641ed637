"""What a report of makeup tokens counts (R15.1)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """Numbers of tokens, by their states and dates as they are now. One token can be counted in several of them.

    issued -- issued in the range, and neither revoked nor deleted
    withdrawn -- issued in the range, and revoked or deleted since
    used -- used for a makeup whose date is in the range
    expired -- expired in the range
    expiring -- still usable, with the last day in the range
    outstanding -- still usable, whatever the range is
    """

    issued: int
    withdrawn: int
    used: int
    expired: int
    expiring: int
    outstanding: int
