"""Makeup tokens that staff create, edit and delete (R8.1, R8.5). Each function is one statement, however many tokens
there are.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, insert, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Date, Uuid

from attendance.rules.tokens.tokens_by_hand import TokenDraft, TokenLife
from attendance.rules.vocabulary import MakeupTokenOrigin
from db import models
from db.fragments import covers, gives_place
from db.marks.changes import Author
from db.tokens.student_tokens import ZONES
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NewToken:
    id: UUID
    student_id: UUID
    draft: TokenDraft
    life: TokenLife


@dataclass(frozen=True, slots=True)
class Zones:
    """The zones of the locations that were not deleted."""

    of_locations: Mapping[UUID, ZoneInfo]

    @property
    def everywhere(self) -> frozenset[ZoneInfo]:
        """The zones whose dates decide about a token without a location (R7.7)."""
        return frozenset(self.of_locations.values())


@dataclass(frozen=True, slots=True)
class TokenNotice:
    """What a family is told of a token, and where. `recipient` is None when the family has no e-mail address."""

    token_id: UUID
    family_id: UUID
    recipient: str | None
    student: str
    location: str | None
    program: str | None
    comment: str | None
    issued_on: date
    expires_on: date | None
    zones: tuple[ZoneInfo, ...]


# The latest end, for a student in several sessions. A rolling session has no end.
_SESSION_ENDS = text(
    f"""
    SELECT wanted.student_id, wanted.issued_on, max(coalesce(s.ends_on, 'infinity')) AS ends_on
    FROM unnest(:student_ids, :dates) AS wanted (student_id, issued_on)
    JOIN enrollment e ON e.organization_id = :organization_id AND e.student_id = wanted.student_id
        AND {gives_place("e")} AND {covers("e", "wanted.issued_on")}
    JOIN offering o ON o.organization_id = e.organization_id AND o.id = e.offering_id AND o.kind = 'CLASS'
    JOIN offering_session a ON a.organization_id = o.organization_id AND a.offering_id = o.id
    JOIN session s ON s.organization_id = a.organization_id AND s.id = a.session_id AND s.deleted_at IS NULL
        AND s.starts_on <= wanted.issued_on AND (s.ends_on IS NULL OR s.ends_on >= wanted.issued_on)
    GROUP BY wanted.student_id, wanted.issued_on
    HAVING max(coalesce(s.ends_on, 'infinity')) < 'infinity'
    """  # noqa: S608 - a constant
).bindparams(bindparam("student_ids", type_=ARRAY(Uuid)), bindparam("dates", type_=ARRAY(Date)))

_NOTICES = text(
    f"""
    SELECT t.id, f.id AS family_id, nullif(btrim(f.email), '') AS email, s.first_name, l.name AS location,
        p.name AS program, t.comment, t.issued_on,
        least(t.expires_on, t.lapses_on) AS expires_on, {ZONES} AS zones
    FROM makeup_token t
    JOIN student s ON s.organization_id = t.organization_id AND s.id = t.student_id
    JOIN family f ON f.organization_id = s.organization_id AND f.id = s.family_id
    LEFT JOIN location l ON l.organization_id = t.organization_id AND l.id = t.location_id
    LEFT JOIN program p ON p.organization_id = t.organization_id AND p.id = t.program_id
    WHERE t.organization_id = :organization_id AND t.id = ANY (:ids)
    ORDER BY t.id
    """  # noqa: S608 - a constant
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))


_ZONES = text("""
SELECT l.id, l.time_zone FROM location l WHERE l.organization_id = :organization_id AND l.deleted_at IS NULL
""")


_WITHOUT_ADDRESS = text("""
SELECT s.id FROM student s
JOIN family f ON f.organization_id = s.organization_id AND f.id = s.family_id
WHERE s.organization_id = :organization_id AND s.id = ANY (CAST(:ids AS uuid[]))
  AND nullif(btrim(f.email), '') IS NULL
""")


async def read_zones(connection: AsyncConnection, organization_id: UUID) -> Zones:
    found = await connection.execute(_ZONES, {"organization_id": organization_id})
    return Zones({row.id: ZoneInfo(row.time_zone) for row in found})


async def students_without_address(
    connection: AsyncConnection, organization_id: UUID, student_ids: Collection[UUID]
) -> set[UUID]:
    """Return those of the students whose family has no e-mail address."""
    given = {"organization_id": organization_id, "ids": list(student_ids)}
    return set((await connection.execute(_WITHOUT_ADDRESS, given)).scalars())


async def ends_of_sessions(
    connection: AsyncConnection, organization_id: UUID, wanted: Collection[tuple[UUID, date]]
) -> dict[tuple[UUID, date], date]:
    """Return by student and date when the session ends in which the student is enrolled in a class on the date.

    Students without a session, or with one that has no end, are left out.
    """
    given = {
        "organization_id": organization_id,
        "student_ids": [student_id for student_id, _ in wanted],
        "dates": [on_date for _, on_date in wanted],
    }
    return {(row.student_id, row.issued_on): row.ends_on for row in await connection.execute(_SESSION_ENDS, given)}


async def add_tokens(uow: UnitOfWork, tokens: Sequence[NewToken], author: Author, now: datetime) -> None:
    await uow.connection.execute(
        insert(models.MakeupToken),
        [
            {
                "organization_id": uow.organization_id,
                "id": token.id,
                "student_id": token.student_id,
                "origin": MakeupTokenOrigin.MANUAL,
                "location_id": token.draft.location_id,
                "program_id": token.draft.program_id,
                "comment": token.draft.comment,
                "source": author.source,
                "issued_by_id": author.person_id,
                "issued_at": now,
                "issued_on": token.life.issued_on,
                "expires_on": token.life.expires_on,
            }
            for token in tokens
        ],
    )


async def change_token(uow: UnitOfWork, token_id: UUID, values: Mapping[str, Any]) -> None:
    """Change the token. The caller has locked it."""
    token = models.MakeupToken
    await uow.connection.execute(
        update(token).where(token.organization_id == uow.organization_id, token.id == token_id).values(**values)
    )


async def read_notices(
    connection: AsyncConnection, organization_id: UUID, token_ids: Collection[UUID]
) -> list[TokenNotice]:
    """Return the tokens' notices, in the order of the tokens' ids."""
    found = await connection.execute(_NOTICES, {"organization_id": organization_id, "ids": list(token_ids)})
    return [
        TokenNotice(
            token_id=row.id,
            family_id=row.family_id,
            recipient=row.email,
            student=row.first_name,
            location=row.location,
            program=row.program,
            comment=row.comment,
            issued_on=row.issued_on,
            expires_on=row.expires_on,
            zones=tuple(map(ZoneInfo, row.zones or ())),
        )
        for row in found
    ]
