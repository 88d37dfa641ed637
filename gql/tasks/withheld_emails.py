"""The e-mails that a cancelled background task keeps back (R9.5)."""

from dataclasses import dataclass
from uuid import UUID

import strawberry

from db.tasks.withheld_emails import WithheldWanted, read_withheld
from gql.fields.context import Info, Reading
from gql.fields.loaders import load
from gql.fields.pagination import Connection, Cursors, Page, first_page, read_page
from gql.fields.visible import find_families
from gql.people.student import Family

_CURSORS = Cursors("withheldEmails", (UUID,))


@strawberry.type(description="An e-mail that a cancelled background task keeps back.")
class WithheldEmail:
    family: Family | None = strawberry.field(
        description="The family that was not told. Null when the e-mail is for a staff member, or when the viewer may "
        "not see the family."
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    task_id: UUID
    page: Page


async def withheld_emails_of(
    info: Info, task_id: UUID, *, first: int | None, after: str | None
) -> Connection[WithheldEmail]:
    """Return a page of the e-mails that the task keeps back. Raises BadInput. The number of statements does not depend
    on the number of tasks of a batch.
    """
    page = read_page(_CURSORS, first=first, after=after)
    rows = await load(info, _Asked(task_id, page), _read)
    return first_page(
        rows,
        page,
        node=lambda row: row[1],
        cursor=lambda row: _CURSORS.encode(row[0]),
    )


async def _read(source: Reading, asked: list[_Asked]) -> list[list[tuple[UUID, WithheldEmail]]]:
    wanted = [
        WithheldWanted(each.task_id, each.page.after[0] if each.page.after else None, each.page.size + 1)
        for each in asked
    ]
    pages = await read_withheld(source.connection, source.viewer.caller.organization_id, wanted)
    families = await find_families(source, {row.family_id for page in pages for row in page if row.family_id})
    return [
        [(row.id, WithheldEmail(family=families.get(row.family_id) if row.family_id else None)) for row in page]
        for page in pages
    ]
