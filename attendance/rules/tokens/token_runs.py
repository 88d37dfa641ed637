"""When an absence becomes a makeup token: in the transaction of its mark, or by the deferred runs (R7.3)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from attendance.rules.organization.settings import OrganizationSettings
from attendance.rules.vocabulary import OfferingKind, Source, TokenRunPhase

AFTER_CLASS_WAIT = timedelta(minutes=30)
END_OF_DAY = time(23, 59)


@dataclass(frozen=True, slots=True)
class DueRun:
    """A run and the instant from which it may happen; later is late, never not (R7.10)."""

    phase: TokenRunPhase
    due_at: datetime


@dataclass(frozen=True, slots=True)
class TokenTiming:
    """What a mark sets off: tokens in its own transaction, or runs to arm, or (both empty) nothing ever."""

    creates_at_once: bool
    runs: tuple[DueRun, ...] = ()


AT_ONCE = TokenTiming(creates_at_once=True)
NEVER = TokenTiming(creates_at_once=False)


def run_times(ends_at: datetime, held_on: date, zone: ZoneInfo) -> tuple[DueRun, DueRun]:
    """The two runs of a class occurrence. AFTER_CLASS: 30 elapsed minutes after its end instant.
    END_OF_DAY: at the end of the occurrence's own date. A class past midnight has its END_OF_DAY before its
    AFTER_CLASS.
    """
    return (
        DueRun(TokenRunPhase.AFTER_CLASS, ends_at + AFTER_CLASS_WAIT),
        DueRun(TokenRunPhase.END_OF_DAY, end_of_day_at(held_on, zone)),
    )


def end_of_day_at(on_date: date, zone: ZoneInfo) -> datetime:
    """23:59 local, where a clock change meets that minute as in R2.7 (met twice, the first; skipped, later by
    the gap).
    """
    return datetime.combine(on_date, END_OF_DAY, zone).astimezone(UTC)


def token_timing(
    *,
    source: Source,
    kind: OfferingKind,
    settings: OrganizationSettings,
    held_on: date,
    today: date,
    now: datetime,
    runs: tuple[DueRun, DueRun],
) -> TokenTiming:
    """The table of R7.3 for one mark. `source` is that of the mark a person made: absences defaulted by it
    follow it, so pass the cause and not their own SYSTEM. SYSTEM as a cause (R4.13) is deferred like the
    kiosk. `today` is the local date at `now`, `runs` are those of `run_times`. R7.1: only classes earn, so
    nothing else arms anything.
    """
    if kind is not OfferingKind.CLASS:
        return NEVER
    if _creates_at_once(source, settings, is_past=held_on < today):
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
    """The runs still ahead; with none ahead, END_OF_DAY again, which is then due at once."""
    ahead = tuple(run for run in runs if run.due_at > now)
    return ahead or tuple(run for run in runs if run.phase is TokenRunPhase.END_OF_DAY)
