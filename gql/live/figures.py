"""Figures of live streams, which /metrics shows. docs/operations.md says which question each of them answers."""

from datetime import timedelta

from prometheus_client import Counter, Histogram

ROLL_SHEET, CHECK_INS, STUDENT = "roll_sheet", "check_ins", "student"

EVENTS = Counter(
    "rollbook_live_events", "Changes that subscribers were sent, counted once for each subscriber.", ["stream"]
)
EVENT_LAG = Histogram(
    "rollbook_live_event_lag_seconds",
    "Time from the commit of a change until it is handed to the sockets of its subscribers.",
    ["stream"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
OPENINGS = Counter(
    "rollbook_live_openings",
    "Openings of live streams: with what a subscriber missed, or with a snapshot. A subscriber that falls behind opens "
    "its stream again.",
    ["stream", "begins_with"],
)
FELL_BEHIND = Counter(
    "rollbook_live_fell_behind", "Subscribers whose queue was full, so that they get a snapshot instead of the changes."
)
WENT_BACK = Counter(
    "rollbook_live_history_went_back", "Times that the database had fewer changes than before: it was restored."
)
UNREAD = Counter("rollbook_live_reads_failed", "Failed attempts to read the changes of what is followed.")


# Finding the figure by its label takes longer than counting.
_OF_STREAM = {stream: (EVENTS.labels(stream), EVENT_LAG.labels(stream)) for stream in (ROLL_SHEET, CHECK_INS, STUDENT)}


def opened(stream: str, *, with_snapshot: bool) -> None:
    OPENINGS.labels(stream, "snapshot" if with_snapshot else "changes").inc()


def sent(stream: str, subscribers: int, lag: timedelta) -> None:
    """Count a change that was handed to this many subscribers. The lag is 0 or more, although clocks may differ."""
    events, event_lag = _OF_STREAM[stream]
    events.inc(subscribers)
    event_lag.observe(max(0.0, lag.total_seconds()))
