"""Families' requests for makeups (R8.7): reading them by id or as a list, and writing them. Each function is one
statement.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.makeups.makeup_requests import AskedMakeup
from attendance.rules.vocabulary import MakeupRequestState, PersonKind
from db import models
from db.ids import new_id
from db.listing import values
from db.marks.changes import Author
from db.people.students import VISIBLE_STUDENTS, Visibility
from db.unit_of_work import UnitOfWork

# Whether an open request has lapsed follows from its token and its date, as in token_state (attendance/rules). The last
# day of the token does not matter, because a request does not lapse while staff wait (R8.6b). A viewer without SEE_ALL
# sees the requests for what the viewer teaches, or substitutes on that day.
_REQUESTS = f"""
SELECT q.*, shown.state AS shown_state,
       r.kind AS requester_kind, r.first_name AS requester_first_name, r.last_name AS requester_last_name,
       d.kind AS decider_kind, d.first_name AS decider_first_name, d.last_name AS decider_last_name
FROM makeup_request q
JOIN student s ON s.organization_id = q.organization_id AND s.id = q.student_id
JOIN makeup_token t ON t.organization_id = q.organization_id AND t.id = q.makeup_token_id
JOIN timeslot w ON w.organization_id = q.organization_id AND w.id = q.timeslot_id
JOIN offering o ON o.organization_id = w.organization_id AND o.id = w.offering_id
JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
LEFT JOIN person r ON r.organization_id = q.organization_id AND r.id = q.requested_by_id
LEFT JOIN person d ON d.organization_id = q.organization_id AND d.id = q.decided_by_id
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN q.state <> 'REQUESTED' THEN q.state
        WHEN t.deleted_at IS NULL AND t.revoked_at IS NULL AND t.makeup_enrollment_id IS NULL
             AND q.held_on >= (CAST(:now AS timestamptz) AT TIME ZONE l.time_zone)::date
             AND t.issued_on <= (
                 SELECT max((CAST(:now AS timestamptz) AT TIME ZONE h.time_zone)::date) FROM location h
                 WHERE h.organization_id = t.organization_id
                   AND CASE WHEN t.location_id IS NULL THEN h.deleted_at IS NULL ELSE h.id = t.location_id END)
             AND NOT EXISTS (SELECT FROM occurrence c WHERE c.organization_id = q.organization_id
                             AND c.timeslot_id = q.timeslot_id AND c.held_on = q.held_on
                             AND c.cancelled_at IS NOT NULL) THEN 'REQUESTED'
        ELSE 'LAPSED'
    END AS state
) shown
WHERE q.organization_id = :organization_id AND {VISIBLE_STUDENTS}
  AND (CAST(:visible_to AS uuid) IS NULL
       OR EXISTS (SELECT FROM offering_instructor i WHERE i.organization_id = w.organization_id
                  AND i.offering_id = w.offering_id AND i.person_id = :visible_to)
       OR EXISTS (SELECT FROM substitution u WHERE u.organization_id = q.organization_id
                  AND u.timeslot_id = q.timeslot_id AND u.held_on = q.held_on AND u.substitute_id = :visible_to))
"""  # noqa: S608 - a constant
_BY_ID = text(_REQUESTS + "  AND q.id = ANY (CAST(:ids AS uuid[]))")
_LAST_OF_TOKENS = text(
    _REQUESTS
    + """
  AND q.makeup_token_id = ANY (CAST(:ids AS uuid[])) AND q.state = 'REQUESTED'
"""
)
_LISTED = text(
    _REQUESTS
    + """
  AND (CAST(:stored AS text[]) IS NULL OR q.state = ANY (:stored))
  AND (CAST(:states AS text[]) IS NULL OR shown.state = ANY (:states))
  AND (CAST(:after_at AS timestamptz) IS NULL OR (q.requested_at, q.id) > (:after_at, CAST(:after_id AS uuid)))
ORDER BY q.requested_at, q.id
LIMIT :limit
"""
)


@dataclass(frozen=True, slots=True)
class NewRequest:
    student_id: UUID
    token_id: UUID
    occurrence: OccurrenceKey
    comment: str | None


async def read_makeup_requests(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID], visibility: Visibility, now: datetime
) -> dict[UUID, AskedMakeup]:
    """Return the requests by id. Those that do not exist or that the viewer may not see are left out."""
    given = {"organization_id": organization_id, "ids": list(ids), "now": now, **_seen(visibility)}
    return {row.id: _asked(row) for row in await connection.execute(_BY_ID, given)}


async def read_open_requests(
    connection: AsyncConnection,
    organization_id: UUID,
    token_ids: Collection[UUID],
    visibility: Visibility,
    now: datetime,
) -> dict[UUID, AskedMakeup]:
    """Return the unsettled requests by token, whether they have lapsed or not."""
    given = {"organization_id": organization_id, "ids": list(token_ids), "now": now, **_seen(visibility)}
    return {row.makeup_token_id: _asked(row) for row in await connection.execute(_LAST_OF_TOKENS, given)}


async def list_makeup_requests(
    connection: AsyncConnection,
    organization_id: UUID,
    visibility: Visibility,
    states: Collection[MakeupRequestState],
    *,
    now: datetime,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[AskedMakeup]:
    """Return the requests after the position, oldest first. Without states, requests in all states are returned."""
    lapsed = {MakeupRequestState.REQUESTED} if MakeupRequestState.LAPSED in states else set()
    given = {
        "organization_id": organization_id,
        **_seen(visibility),
        "now": now,
        "states": values(states),
        "stored": values(lapsed.union(states)),
        "after_at": after[0] if after else None,
        "after_id": after[1] if after else None,
        "limit": limit,
    }
    return [_asked(row) for row in await connection.execute(_LISTED, given)]


async def add_makeup_request(uow: UnitOfWork, new: NewRequest, author: Author, now: datetime) -> UUID:
    """Add a request. The caller has locked the token, which has no other open request."""
    request_id = new_id()
    await uow.connection.execute(
        insert(models.MakeupRequest).values(
            organization_id=uow.organization_id,
            id=request_id,
            student_id=new.student_id,
            makeup_token_id=new.token_id,
            timeslot_id=new.occurrence.timeslot_id,
            held_on=new.occurrence.held_on,
            state=MakeupRequestState.REQUESTED,
            comment=new.comment,
            requested_by_id=author.person_id,
            requested_at=now,
        )
    )
    return request_id


async def settle_makeup_request(
    uow: UnitOfWork,
    request_id: UUID,
    state: MakeupRequestState,
    author: Author,
    *,
    comment: str | None = None,
    makeup_enrollment_id: UUID | None = None,
    now: datetime,
) -> None:
    """Settle a request. The caller has locked its token."""
    request = models.MakeupRequest
    decision = {"state": state, "decided_by_id": author.person_id, "decided_at": now, "decision_comment": comment}
    await uow.connection.execute(
        update(request)
        .where(request.organization_id == uow.organization_id, request.id == request_id)
        .values(**decision, makeup_enrollment_id=makeup_enrollment_id)
    )


async def close_lapsed_request(uow: UnitOfWork, token_id: UUID, now: datetime) -> None:
    """Close a lapsed request to make way for another one.

    The caller has locked the token, which has no request that could still be approved.
    """
    request = models.MakeupRequest
    await uow.connection.execute(
        update(request)
        .where(
            request.organization_id == uow.organization_id,
            request.makeup_token_id == token_id,
            request.state == MakeupRequestState.REQUESTED,
        )
        .values(state=MakeupRequestState.LAPSED, decided_at=now)
    )


def _seen(visibility: Visibility) -> dict[str, UUID | None]:
    return {"family_id": visibility.family_id, "visible_to": visibility.visible_to}


def _asked(row: Row[Any]) -> AskedMakeup:
    return AskedMakeup(
        id=row.id,
        student_id=row.student_id,
        token_id=row.makeup_token_id,
        occurrence=OccurrenceKey(row.timeslot_id, row.held_on),
        state=MakeupRequestState(row.shown_state),
        comment=row.comment,
        requested_by=_actor(row.requester_kind, row.requested_by_id, row.requester_first_name, row.requester_last_name),
        requested_at=row.requested_at,
        decided_by=_actor(row.decider_kind, row.decided_by_id, row.decider_first_name, row.decider_last_name),
        decided_at=row.decided_at,
        decision_comment=row.decision_comment,
        makeup_enrollment_id=row.makeup_enrollment_id,
    )


def _actor(
    kind: str | None, person_id: UUID | None, first_name: str, last_name: str
) -> tuple[PersonKind, PersonFacts] | None:
    if person_id is None or kind is None:
        return None
    return PersonKind(kind), PersonFacts(person_id, first_name, last_name)
