"""The e-mails about a cancellation and its tokens, one for each family that is told (R9.1, R9.8)."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.cancelling.cancellation_mail import cancellation_facts
from attendance.rules.cancelling.cancelling import CancellationPlan
from db.tasks.emails import Message


def messages_to_families(
    head: OccurrenceHead,
    plan: CancellationPlan,
    template: str,
    reason_for: Callable[[UUID], str],
    *,
    comment: str | None,
    now: datetime,
) -> list[Message]:
    """Return the messages, which are due at once.

    reason_for -- returns the key of a family's message in the outbox
    """
    return [
        Message(
            reason=reason_for(letter.family_id),
            recipient=letter.recipient,
            template=template,
            facts=cancellation_facts(head, plan, letter, comment),
            due_at=now,
            family_id=letter.family_id,
        )
        for letter in plan.letters
    ]
