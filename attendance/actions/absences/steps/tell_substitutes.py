"""The step that notifies staff and families of substitutes (R9.9, R9.8)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from attendance.rules.absences.substitutes import Assignment, AssignmentOptions, reason_prefix, substitute_facts
from attendance.rules.calendar.occurrences import OccurrenceHead, PersonFacts
from db.absences.staff_absences import LockedStaff
from db.absences.substitutions import families_to_tell, withdraw_notices
from db.ids import new_id
from db.tasks.emails import Message, queue_emails
from db.unit_of_work import UnitOfWork

ASSIGNED, RELEASED, FAMILIES = "substitute_assigned", "substitute_released", "class_substitute"


@dataclass(frozen=True, slots=True)
class Act:
    """The act of which people are notified. Its id makes the reasons of its e-mails unique.

    staff -- all present and former substitutes.
    """

    absent: PersonFacts
    staff: Mapping[UUID, LockedStaff]
    now: datetime
    id: UUID = field(default_factory=new_id)


async def tell_assigned(
    uow: UnitOfWork,
    act: Act,
    changed: Collection[tuple[OccurrenceHead, Assignment]],
    options: AssignmentOptions,
) -> int:
    """Queue one e-mail for each substitute, or family, and occurrence that has changed, and return their number. It
    takes three statements.
    """
    messages: list[Message] = []
    if options.email_substitutes:
        messages += [
            _message(act, head, held, ASSIGNED, "to")
            for head, each in changed
            if each.substitute_id is not None and (held := act.staff[each.substitute_id]).email is not None
        ]
    if options.email_families:
        messages += await _to_families(uow, act, changed)
    await queue_emails(uow, messages, now=act.now)
    return len(messages)


async def tell_released(
    uow: UnitOfWork, act: Act, released: Collection[tuple[OccurrenceHead, UUID]], *, is_told: bool
) -> int:
    """Withdraw unsent notices to substitutes of these occurrences, and return how many e-mails are queued.

    is_told -- whether substitutes who may already know of it are notified that they no longer substitute.

    It takes two statements.
    """
    prefixes = {head.key: reason_prefix(head.key, act.absent.id) for head, _ in released}
    withdrawn = await withdraw_notices(uow, prefixes.values())
    messages = [
        _message(act, head, held, RELEASED, "off")
        for head, person_id in released
        if is_told
        and (held := act.staff.get(person_id)) is not None
        and held.email is not None
        and not _was_withdrawn(withdrawn, prefixes[head.key], person_id)
    ]
    await queue_emails(uow, messages, now=act.now)
    return len(messages)


def _was_withdrawn(withdrawn: Collection[str], prefix: str, person_id: UUID) -> bool:
    return any(reason.startswith(prefix) and reason.endswith(f"to/{person_id}") for reason in withdrawn)


async def _to_families(
    uow: UnitOfWork, act: Act, changed: Collection[tuple[OccurrenceHead, Assignment]]
) -> list[Message]:
    """Return the messages to families of occurrences that have a substitute."""
    by_key = {head.key: (head, each.substitute_id) for head, each in changed if each.substitute_id is not None}
    messages = []
    for family in await families_to_tell(uow.connection, uow.organization_id, by_key):
        head, substitute_id = by_key[family.key]
        facts = substitute_facts(head, act.absent, act.staff[substitute_id].facts)
        reason = f"{reason_prefix(head.key, act.absent.id)}{act.id}/family/{family.family_id}"
        messages.append(Message(reason, family.email, FAMILIES, facts, act.now, family.family_id))
    return messages


def _message(act: Act, head: OccurrenceHead, held: LockedStaff, template: str, whom: str) -> Message:
    """Return a message to a staff member, who must have an e-mail address."""
    return Message(
        reason=f"{reason_prefix(head.key, act.absent.id)}{act.id}/{whom}/{held.facts.id}",
        recipient=held.email or "",
        template=template,
        facts=substitute_facts(head, act.absent, held.facts),
        due_at=act.now,
    )
