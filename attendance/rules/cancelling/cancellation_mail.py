"""The e-mails that tell families of a cancelled occurrence and its tokens (R9.1, R9.8), one for each family."""

from datetime import date
from typing import Any
from uuid import UUID

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.cancelling.cancelling import CancellationPlan, Letter, StudentOutcome, new_token_dates

TEMPLATE = "class_cancelled"
TOKENS_TEMPLATE = "cancellation_tokens"


def cancellation_reason(key: OccurrenceKey, revision: int, family_id: UUID) -> str:
    """Return the key of a message in the outbox. `revision` is that of the cancellation, so cancelling again sends new
    e-mails.
    """
    return f"{reasons_begin(key, revision)}{family_id}"


def tokens_reason(key: OccurrenceKey, revision: int, family_id: UUID, created_in: int) -> str:
    """Return the key of a message about tokens that were created later.

    revision -- that of the cancellation
    created_in -- the revision in which the tokens were created
    """
    return f"{cancellation_reason(key, revision, family_id)}/tokens/{created_in}"


def reasons_begin(key: OccurrenceKey, revision: int) -> str:
    """Return the beginning of the keys of all messages about a cancellation."""
    return f"cancelled/{key.timeslot_id}/{key.held_on}/{revision}/"


def cancellation_facts(
    head: OccurrenceHead, plan: CancellationPlan, letter: Letter, comment: str | None
) -> dict[str, Any]:
    """Return the values for the template. Dates are the last days of tokens, or null when a token has none. A token
    that cannot be used any more is not mentioned.
    """
    return {
        "kind": head.offering.kind.value.lower(),
        "offering": head.offering.name,
        "location": head.offering.location.name,
        "held_on": head.key.held_on.isoformat(),
        "start_time": head.slot.start_time.isoformat("minutes"),
        "comment": comment,
        "students": [_student(plan, outcome) for outcome in letter.outcomes],
    }


def _student(plan: CancellationPlan, outcome: StudentOutcome) -> dict[str, Any]:
    last_day = new_token_dates(plan, outcome.student).good_through
    has_token = outcome.gets_token and (last_day is None or last_day >= plan.sheet.today)
    return {
        "name": outcome.student.first_name,
        "has_token": has_token,
        "expires_on": _iso(last_day) if has_token else None,
        "given_back": [_iso(token.dates.good_through) for token in outcome.given_back],
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
