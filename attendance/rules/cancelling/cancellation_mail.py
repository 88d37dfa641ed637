"""The e-mails that tell families of a cancelled occurrence and its tokens (R9.1, R9.8), one for each family."""

from datetime import date
from typing import Any
from uuid import UUID

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.cancelling.cancelling import CancellationPlan, Letter

TEMPLATE = "class_cancelled"


def cancellation_reason(key: OccurrenceKey, revision: int, family_id: UUID) -> str:
    """Return the key of a message in the outbox. `revision` is that of the cancellation, so cancelling again sends new
    e-mails.
    """
    return f"cancelled/{key.timeslot_id}/{key.held_on}/{revision}/{family_id}"


def cancellation_facts(
    head: OccurrenceHead, plan: CancellationPlan, letter: Letter, comment: str | None
) -> dict[str, Any]:
    """Return the values for the template. `expires_on` is null when the tokens never expire."""
    return {
        "kind": head.offering.kind.value.lower(),
        "offering": head.offering.name,
        "location": head.offering.location.name,
        "held_on": head.key.held_on.isoformat(),
        "start_time": head.slot.start_time.isoformat("minutes"),
        "comment": comment,
        "students": [
            {
                "name": outcome.student.first_name,
                "has_token": outcome.gets_token,
                "expires_on": _iso(plan.expires_on) if outcome.gets_token else None,
                "given_back": [_iso(token.dates.good_through) for token in outcome.given_back],
            }
            for outcome in letter.outcomes
        ],
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
