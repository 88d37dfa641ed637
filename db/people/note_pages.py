"""The statement that reads pages of the notes about students."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.people.students import NoteFacts
from db.people.students import NOTE, note_of

_PAGES = text(f"""
SELECT k.place, x.*
FROM unnest(CAST(:ids AS uuid[]), CAST(:open AS boolean[]), CAST(:after_at AS timestamptz[]),
            CAST(:after_ids AS uuid[])) WITH ORDINALITY AS k (student_id, is_open, after_at, after_id, place)
CROSS JOIN LATERAL (
    {NOTE} AND n.student_id = k.student_id AND (k.is_open IS NULL OR k.is_open = (n.closed_at IS NULL))
      AND (k.after_at IS NULL OR (n.written_at, n.id) < (k.after_at, k.after_id))
    ORDER BY n.written_at DESC, n.id DESC LIMIT :most
) x
ORDER BY k.place, x.written_at DESC, x.id DESC
""")  # noqa: S608 - a constant


@dataclass(frozen=True, slots=True)
class NotesWanted:
    """A page of a student's notes, newest first.

    is_open -- only open or only closed notes; None means both
    after -- when the last note of the page before was written, and its id
    """

    student_id: UUID
    is_open: bool | None
    after: tuple[datetime, UUID] | None
    limit: int


async def read_note_pages(
    connection: AsyncConnection, organization_id: UUID, wanted: Sequence[NotesWanted]
) -> list[list[NoteFacts]]:
    """Return the pages in the order in which they are wanted, in one statement."""
    given = {
        "organization_id": organization_id,
        "ids": [each.student_id for each in wanted],
        "open": [each.is_open for each in wanted],
        "after_at": [each.after and each.after[0] for each in wanted],
        "after_ids": [each.after and each.after[1] for each in wanted],
        "most": max(each.limit for each in wanted),
    }
    pages: list[list[NoteFacts]] = [[] for _ in wanted]
    for row in await connection.execute(_PAGES, given):
        pages[row.place - 1].append(note_of(row))
    return [page[: each.limit] for page, each in zip(pages, wanted, strict=True)]
