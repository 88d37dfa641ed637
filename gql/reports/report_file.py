"""The file to which a background task has written a report, as the API gives it (R15.1)."""

from uuid import UUID

import strawberry

from attendance.rules.reports.report_files import file_name
from db.reports.written_parts import WrittenPart, read_parts
from gql.fields.context import Info, Reading
from gql.fields.loaders import load


@strawberry.type(description="A part of a file in CSV (RFC 4180), in UTF-8.")
class ReportFilePart:
    name: str = strawberry.field(description='A name for the file, for example "absences 2026-09-01 2026-12-20.csv".')
    part: int = strawberry.field(description="The number of this part, from 1.")
    parts: int = strawberry.field(description="The number of all parts. The file is their texts, one after the other.")
    text: str = strawberry.field(
        description="The lines of this part. The first part begins with a byte order mark, by which spreadsheets "
        "recognize UTF-8, and with the names of the columns. A cell that a spreadsheet would execute as a formula has "
        "an apostrophe in front."
    )


async def report_file_of(info: Info, task_id: UUID, part: int) -> ReportFilePart | None:
    """Return the part of the task's file, or None when there is none. It takes one statement for a batch."""
    found = await load(info, (task_id, part), _read_parts)
    if found is None:
        return None
    name = file_name(found.file, found.starts_on, found.ends_on)
    return ReportFilePart(name=name, part=found.part, parts=found.parts, text=found.text)


async def _read_parts(source: Reading, wanted: list[tuple[UUID, int]]) -> list[WrittenPart | None]:
    found = await read_parts(source.connection, source.viewer.caller.organization_id, wanted)
    return [found.get(each) for each in wanted]
