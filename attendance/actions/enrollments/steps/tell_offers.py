"""The steps that tell families of places that are offered to their students (R9.8)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from attendance.rules.vocabulary import PlaceOfferState
from db.enrollments.place_offers import OfferNotice, read_offer_notices
from db.tasks.emails import Message, queue_emails, withdraw_emails
from db.unit_of_work import UnitOfWork

OFFERED, ENDED = "place_offered", "place_offer_ended"


async def tell_offered(uow: UnitOfWork, offer_ids: Collection[UUID], *, now: datetime) -> None:
    """Queue one e-mail for each offer, in two statements. Families without an address get none."""
    notices = await read_offer_notices(uow, offer_ids)
    messages = [_message(each, OFFERED, _reason(each.offer_id), {}, now) for each in notices]
    await queue_emails(uow, messages, now=now)


async def tell_settled(uow: UnitOfWork, offer_ids: Collection[UUID], state: PlaceOfferState, *, now: datetime) -> None:
    """Withdraw the e-mails of these offers if they were not sent yet. Families that were told of an offer are told when
    it is withdrawn or its time is over.
    """
    withdrawn = await untell_offered(uow, offer_ids)
    if state not in (PlaceOfferState.WITHDRAWN, PlaceOfferState.OVER):
        return
    known = [each for each in offer_ids if _reason(each) not in withdrawn]
    if known:
        facts = {"is_over": state is PlaceOfferState.OVER}
        notices = await read_offer_notices(uow, known)
        messages = [_message(each, ENDED, f"{_reason(each.offer_id)}/ended", facts, now) for each in notices]
        await queue_emails(uow, messages, now=now)


async def untell_offered(uow: UnitOfWork, offer_ids: Collection[UUID]) -> set[str]:
    """Withdraw the e-mails of these offers that were not sent yet, and return their reasons."""
    return await withdraw_emails(uow, [_reason(each) for each in offer_ids])


def _reason(offer_id: UUID) -> str:
    return f"place-offer/{offer_id}"


def _message(notice: OfferNotice, template: str, reason: str, facts: dict[str, bool], now: datetime) -> Message:
    return Message(
        reason=reason,
        recipient=notice.recipient,
        template=template,
        facts={
            "student": notice.student,
            "offering": notice.offering,
            "location": notice.location,
            "starts_on": notice.starts_on.isoformat(),
            "until_on": notice.until.date().isoformat(),
            "until_time": notice.until.time().replace(second=0, microsecond=0).isoformat(),
            **facts,
        },
        due_at=now,
        family_id=notice.family_id,
    )
