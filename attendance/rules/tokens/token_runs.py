"""When an absence becomes a makeup token: in the transaction of its mark, or in deferred runs (R7.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from attendance.rules.calendar.days import end_of_day_after
from attendance.rules.organization.settings import OrganizationSettings
from attendance.rules.vocabulary import OfferingKind, Source, TokenRunPhase

AFTER_CLASS_WAIT = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class DueRun:
    """A run, and the instant from which it may happen. A run that is late still happens (R7.10)."""

    phase: TokenRunPhase
    due_at: datetime


ArmedRuns: TypeAlias = Mapping[TokenRunPhase, bool]
"""The armed runs of an occurrence, each with whether only check-ins and their defaults wait for it (R4.5b)."""


@dataclass(frozen=True, slots=True)
class RunsToArm:
    """Runs for which marks wait. `by_check_in` says that these are check-ins and their defaults, and nothing else
    (R4.5b).
    """

    runs: tuple[DueRun, ...] = ()
    by_check_in: bool = False

    def beside(self, armed: ArmedRuns) -> "RunsToArm":
        """Return those that are not armed yet, or are armed only for check-ins while other marks wait for them now."""
        missing = (run for run in self.runs if run.phase not in armed or (armed[run.phase] and not self.by_check_in))
        return RunsToArm(tuple(missing), self.by_check_in)


@dataclass(frozen=True, slots=True)
class TokenTiming:
    """What a mark causes: tokens in its own transaction, or runs to arm. When both are empty, it causes nothing."""

    creates_at_once: bool
    runs: tuple[DueRun, ...] = ()


AT_ONCE = TokenTiming(creates_at_once=True)
NEVER = TokenTiming(creates_at_once=False)


def run_times(ends_at: datetime, zone: ZoneInfo) -> tuple[DueRun, DueRun]:
    """Return the two runs of a class occurrence.

    AFTER_CLASS is due 30 elapsed minutes after the end of the class, END_OF_DAY at 23:59 on the local date on which the
    class ends. For a class that ends in the last half hour of a day, END_OF_DAY comes first.
    """
    return (
        DueRun(TokenRunPhase.AFTER_CLASS, ends_at + AFTER_CLASS_WAIT),
        DueRun(TokenRunPhase.END_OF_DAY, end_of_day_after(ends_at, zone)),
    )


def token_timing(
    *,
    source: Source,
    kind: OfferingKind,
    settings: OrganizationSettings,
    now: datetime,
    runs: tuple[DueRun, DueRun],
) -> TokenTiming:
    """Return what a mark causes, by the table of R7.3. Only classes earn tokens (R7.1), so nothing else arms a run.

    source -- the source of the mark that a person made; absences by default follow the mark that caused them, so pass
        its source and not their own SYSTEM. SYSTEM as a cause (R4.13) is deferred, as for the kiosk.
    runs -- the result of `run_times`; the occurrence is past from its END_OF_DAY on
    """
    if kind is not OfferingKind.CLASS:
        return NEVER
    _, end_of_day = runs
    if _creates_at_once(source, settings, is_past=end_of_day.due_at <= now):
        return AT_ONCE
    return TokenTiming(creates_at_once=False, runs=_runs_to_arm(runs, now))


def _creates_at_once(source: Source, settings: OrganizationSettings, *, is_past: bool) -> bool:
    match source:
        case Source.OFFICE:
            return is_past or not settings.classes.office_check_in_mode
        case Source.STAFF:
            return is_past or not settings.staff_portal.staff_check_in_mode
        case Source.KIOSK | Source.SYSTEM:
            return False
        case Source.GUARDIAN:
            raise ValueError("guardians announce absences; they set no marks")


def _runs_to_arm(runs: tuple[DueRun, DueRun], now: datetime) -> tuple[DueRun, ...]:
    """Return the runs that are still ahead. When none is, return END_OF_DAY, which is then due at once."""
    ahead = tuple(run for run in runs if run.due_at > now)
    return ahead or tuple(run for run in runs if run.phase is TokenRunPhase.END_OF_DAY)
