"""Tells families that their classes change (R13.3), one e-mail for each family."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from attendance.rules.catalogue.change_mail import TEMPLATE, change_facts, change_reason
from attendance.rules.catalogue.meetings import MeetingChange, Placed, concerned
from db.ids import new_id
from db.tasks.emails import Message, queue_emails
from db.unit_of_work import UnitOfWork


async def tell_families(
    uow: UnitOfWork,
    changes: Sequence[MeetingChange],
    names: Mapping[UUID, str],
    before: Collection[Placed],
    after: Collection[Placed],
    *,
    now: datetime,
) -> int:
    """Queue an e-mail to each family with an address that has a student at an occurrence that changes. Return how many
    families that are.
    """
    letters: dict[UUID, list[tuple[Placed, list[MeetingChange]]]] = defaultdict(list)
    for place, hit in concerned(changes, before, after).values():
        if place.email:
            letters[place.family_id].append((place, hit))
    act = new_id()
    messages = [
        Message(
            reason=change_reason(act, family_id),
            recipient=found[0][0].email or "",
            template=TEMPLATE,
            facts=change_facts(found, names),
            due_at=now,
            family_id=family_id,
        )
        for family_id, found in sorted(letters.items())
    ]
    await queue_emails(uow, messages, now=now)
    return len(messages)
