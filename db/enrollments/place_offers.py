"""Statements that offer places to students who wait, and that settle offers."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.enrollments.waiting import Offer
from attendance.rules.vocabulary import PlaceOfferState
from db.enrollments.waiting_lines import TODAY
from db.fragments import found_by
from db.ids import new_id
from db.unit_of_work import UnitOfWork

_OFFER = text("""
INSERT INTO place_offer (organization_id, id, enrollment_id, starts_on, holds_until, state, offered_at, offered_by_id)
SELECT :organization_id, k.id, k.enrollment_id, k.starts_on, :holds_until, 'OPEN', :now, CAST(:offered_by_id AS uuid)
FROM unnest(CAST(:ids AS uuid[]), CAST(:enrollment_ids AS uuid[]), CAST(:starts AS date[]))
    AS k (id, enrollment_id, starts_on)
""")
_SETTLE = text("""
UPDATE place_offer p SET state = :state, settled_at = :now, settled_by_id = CAST(:settled_by_id AS uuid)
WHERE p.organization_id = :organization_id AND p.enrollment_id = ANY (CAST(:enrollment_ids AS uuid[]))
  AND p.state = 'OPEN'
RETURNING p.id
""")
_ENDED = "SELECT a.id FROM asked a WHERE a.organization_id = :organization_id AND a.has_ended"
# An offer to an enrollment that was deleted or has ended otherwise counts as withdrawn.
#
# Here and in `_END`, no table is joined to the updated one: a plan made while the tables were empty would compare all
# rows of the tenant with each other (decision 79).
_OVER = text(f"""
WITH asked AS MATERIALIZED (
    SELECT e.organization_id, e.id, e.deleted_at IS NOT NULL OR coalesce(e.drop_on < {TODAY}, false) AS has_ended
    FROM enrollment e
    JOIN {found_by("offering", "offering.id = e.offering_id")} o ON true
    JOIN {found_by("location", "location.id = o.location_id")} l ON true
    WHERE e.organization_id = :organization_id AND e.offering_id = ANY (CAST(:offering_ids AS uuid[]))
      AND e.id = ANY (ARRAY(SELECT p.enrollment_id FROM place_offer p
                            WHERE p.organization_id = :organization_id AND p.state = 'OPEN'))
)
UPDATE place_offer p SET settled_at = :now, state = CASE WHEN p.enrollment_id = ANY (ARRAY({_ENDED})) THEN 'WITHDRAWN'
                                                         ELSE 'OVER' END
WHERE p.organization_id = :organization_id AND p.state = 'OPEN'
  AND p.enrollment_id = ANY (ARRAY(SELECT a.id FROM asked a WHERE a.organization_id = :organization_id))
  AND (p.holds_until <= :now OR p.enrollment_id = ANY (ARRAY({_ENDED})))
RETURNING p.id, p.enrollment_id, p.state
""")  # noqa: S608 - constants
# The last day of the wait is yesterday. A wait that began today is deleted.
_END = text(f"""
UPDATE enrollment e SET (drop_on, end_cause, deleted_at) = (
    SELECT CASE WHEN e.starts_on < {TODAY} THEN {TODAY} - 1 ELSE e.drop_on END,
           CASE WHEN e.starts_on < {TODAY} THEN 'DROPPED' ELSE e.end_cause END,
           CASE WHEN e.starts_on < {TODAY} THEN NULL ELSE CAST(:now AS timestamptz) END
    FROM offering o JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
    WHERE o.organization_id = :organization_id AND o.id = e.offering_id
)
WHERE e.organization_id = :organization_id AND e.id = ANY (CAST(:ids AS uuid[]))
  AND e.type = 'WAITLIST' AND e.deleted_at IS NULL
""")  # noqa: S608 - a constant
_NOTICES = text("""
SELECT p.id, p.starts_on, p.holds_until AT TIME ZONE l.time_zone AS until, s.first_name, f.id AS family_id, f.email,
       o.name AS offering, l.name AS location
FROM place_offer p
JOIN enrollment e ON e.organization_id = p.organization_id AND e.id = p.enrollment_id
JOIN student s ON s.organization_id = e.organization_id AND s.id = e.student_id
JOIN family f ON f.organization_id = s.organization_id AND f.id = s.family_id
JOIN offering o ON o.organization_id = e.organization_id AND o.id = e.offering_id
JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
WHERE p.organization_id = :organization_id AND p.id = ANY (CAST(:ids AS uuid[])) AND f.email IS NOT NULL
  AND s.deleted_at IS NULL
ORDER BY p.id
""")
_OFFERS_OF = text("""
SELECT p.id, p.enrollment_id, p.state, p.starts_on, p.holds_until, p.offered_at, p.settled_at,
       o.id AS offered_by_id, o.first_name AS offered_first, o.last_name AS offered_last,
       t.id AS settled_by_id, t.first_name AS settled_first, t.last_name AS settled_last
FROM place_offer p
LEFT JOIN person o ON o.organization_id = p.organization_id AND o.id = p.offered_by_id AND :with_staff
LEFT JOIN person t ON t.organization_id = p.organization_id AND t.id = p.settled_by_id AND t.kind = 'STAFF'
    AND :with_staff
WHERE p.organization_id = :organization_id AND p.enrollment_id = ANY (CAST(:ids AS uuid[]))
ORDER BY p.offered_at DESC, p.id DESC
""")
_OFFERS_TO = text(f"""
SELECT p.id, p.state, p.starts_on, p.holds_until
FROM {found_by("enrollment", "enrollment.student_id = :student_id")} e
JOIN {found_by("place_offer", "place_offer.enrollment_id = e.id")} p ON true
ORDER BY p.id
""")  # noqa: S608 - a constant
_OFFERINGS_OVER = text("SELECT organization_id, offering_id FROM offers_over(:now)")
_LINES = text("SELECT organization_id, offering_id FROM lines_to_offer(:now)")


@dataclass(frozen=True, slots=True)
class OfferRecord:
    """An offer with its history. `offered_by` is None when it was offered automatically; `settled_by` is None unless
    staff settled it.
    """

    id: UUID
    state: PlaceOfferState
    starts_on: date
    holds_until: datetime
    offered_at: datetime
    offered_by: PersonFacts | None
    settled_at: datetime | None
    settled_by: PersonFacts | None


@dataclass(frozen=True, slots=True)
class OfferNotice:
    """What an e-mail tells a family about an offer. `until` is local time."""

    offer_id: UUID
    starts_on: date
    until: datetime
    student: str
    family_id: UUID
    recipient: str
    offering: str
    location: str


async def add_offers(
    uow: UnitOfWork,
    given: Collection[tuple[UUID, date]],
    *,
    holds_until: datetime,
    offered_by_id: UUID | None,
    now: datetime,
) -> list[UUID]:
    """Offer places to these enrollments, each from its date on, and return the ids of the offers."""
    ids = [new_id() for _ in given]
    await uow.connection.execute(
        _OFFER,
        {
            "organization_id": uow.organization_id,
            "ids": ids,
            "enrollment_ids": [enrollment_id for enrollment_id, _ in given],
            "starts": [starts_on for _, starts_on in given],
            "holds_until": holds_until,
            "offered_by_id": offered_by_id,
            "now": now,
        },
    )
    return ids


async def settle_offers_of(
    uow: UnitOfWork,
    enrollment_ids: Collection[UUID],
    state: PlaceOfferState,
    *,
    settled_by_id: UUID | None,
    now: datetime,
) -> list[UUID]:
    """Settle the open offers of these enrollments, and return the ids of the offers."""
    given = {
        "organization_id": uow.organization_id,
        "enrollment_ids": list(enrollment_ids),
        "state": state.value,
        "settled_by_id": settled_by_id,
        "now": now,
    }
    return list((await uow.connection.execute(_SETTLE, given)).scalars())


async def settle_over(
    uow: UnitOfWork, offering_ids: Collection[UUID], *, now: datetime
) -> dict[PlaceOfferState, list[tuple[UUID, UUID]]]:
    """Settle the offerings' open offers whose time is over, and those to enrollments that have ended. Return them by
    their new state, each with the ids of the offer and of the enrollment.
    """
    given = {"organization_id": uow.organization_id, "offering_ids": list(offering_ids), "now": now}
    settled: dict[PlaceOfferState, list[tuple[UUID, UUID]]] = defaultdict(list)
    for row in await uow.connection.execute(_OVER, given):
        settled[PlaceOfferState(row.state)].append((row.id, row.enrollment_id))
    return settled


async def end_waits(uow: UnitOfWork, enrollment_ids: Collection[UUID], *, now: datetime) -> None:
    """End these WAITLIST enrollments."""
    given = {"organization_id": uow.organization_id, "ids": list(enrollment_ids), "now": now}
    await uow.connection.execute(_END, given)


async def read_offer_notices(uow: UnitOfWork, offer_ids: Collection[UUID]) -> list[OfferNotice]:
    """Return what e-mails tell families about these offers. Families without an address are left out."""
    given = {"organization_id": uow.organization_id, "ids": list(offer_ids)}
    return [
        OfferNotice(
            row.id, row.starts_on, row.until, row.first_name, row.family_id, row.email, row.offering, row.location
        )
        for row in await uow.connection.execute(_NOTICES, given)
    ]


async def read_offers_of(
    connection: AsyncConnection, organization_id: UUID, enrollment_ids: Collection[UUID], *, with_staff: bool
) -> dict[UUID, list[OfferRecord]]:
    """Return the offers to each of these enrollments, newest first."""
    given = {"organization_id": organization_id, "ids": list(enrollment_ids), "with_staff": with_staff}
    found: dict[UUID, list[OfferRecord]] = defaultdict(list)
    for row in await connection.execute(_OFFERS_OF, given):
        found[row.enrollment_id].append(
            OfferRecord(
                row.id,
                PlaceOfferState(row.state),
                row.starts_on,
                row.holds_until,
                row.offered_at,
                row.offered_by_id and PersonFacts(row.offered_by_id, row.offered_first, row.offered_last),
                row.settled_at,
                row.settled_by_id and PersonFacts(row.settled_by_id, row.settled_first, row.settled_last),
            )
        )
    return found


async def read_offers_to(connection: AsyncConnection, organization_id: UUID, student_id: UUID) -> list[Offer]:
    """Return all offers to the student, each with its recorded state."""
    given = {"organization_id": organization_id, "student_id": student_id}
    return [
        Offer(row.id, PlaceOfferState(row.state), row.starts_on, row.holds_until)
        for row in await connection.execute(_OFFERS_TO, given)
    ]


async def offerings_with_offers_over(connection: AsyncConnection, now: datetime) -> list[tuple[UUID, UUID]]:
    """Return the organization and id of each offering of any tenant that has an open offer whose time is over."""
    return [(row.organization_id, row.offering_id) for row in await connection.execute(_OFFERINGS_OVER, {"now": now})]


async def lines_to_offer(connection: AsyncConnection, now: datetime) -> list[tuple[UUID, UUID]]:
    """Return the organization and id of each offering of any tenant that offers places automatically and where a
    student waits without an offer.
    """
    return [(row.organization_id, row.offering_id) for row in await connection.execute(_LINES, {"now": now})]
