"""The type StaffAbsence with its substitutions, and the refusals of mutations on it (R9.9)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.absences import substitutes as rules
from attendance.rules.calendar.occurrences import PersonFacts, may_see_occurrence
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.organization.permissions import may
from db.absences.staff_absences import read_absences
from db.absences.substitutions import Substitution as SubstitutionRow
from db.absences.substitutions import list_substitutions
from db.calendar.occurrences import read_heads
from gql.absences.vocabulary import StaffAbsenceNotPossibleReason, SubstituteNotPossibleReason
from gql.calendar.occurrence import Occurrence, show_occurrence
from gql.fields.access import requires
from gql.fields.context import Info, Reading
from gql.fields.global_ids import encode_id, encode_occurrence_id
from gql.fields.listing_arguments import AFTER, FIRST
from gql.fields.loaders import load
from gql.fields.node import Node
from gql.fields.pagination import Connection, Cursors, Page, connection, read_page
from gql.fields.user_errors import UserError, refusal
from gql.fields.vocabulary import Permission
from gql.people.people import StaffMember, show_staff_member

MANAGE_STAFF = requires([Permission.MANAGE_STAFF])
_CURSORS = Cursors("substitutions", (date, UUID))


@strawberry.type(description="An occurrence that an absent staff member would teach, and the substitute.")
class Substitution:
    occurrence: Occurrence = strawberry.field(description="The occurrence that the absent staff member would teach.")
    substitute: StaffMember | None = strawberry.field(
        description="The staff member who substitutes. Null when there is no substitute yet."
    )


@strawberry.type(
    description="An absence of a staff member, with the substitutes. Needs MANAGE_STAFF. The absent person still sees "
    "the occurrences that they teach. A substitute sees the one occurrence as its instructor does, and no other "
    "occurrence of the offering."
)
class StaffAbsence(Node):
    staff_member: StaffMember = strawberry.field(description="The staff member who is absent.")
    starts_on: date = strawberry.field(description="The first date of the absence.")
    ends_on: date = strawberry.field(description="The last date of the absence, inclusive.")
    comment: str | None = strawberry.field(
        description="A comment for those who manage staff. Null when none was given."
    )
    recorded_by: StaffMember | None = strawberry.field(
        description="The staff member who recorded the absence. Null when it is not known who did."
    )
    recorded_at: datetime = strawberry.field(description="When the absence was recorded.")
    facts: strawberry.Private[rules.StaffAbsenceFacts]

    @strawberry.field(
        description="The occurrences that the absent person would teach, by date. They are those that were known when "
        "the absence was recorded, and those to which a substitute has been assigned since. Occurrences that the "
        "viewer may not see are left out, so a page can hold fewer items than requested.",
        metadata=MANAGE_STAFF,
    )
    async def substitutions(
        self,
        info: Info,
        first: Annotated[int | None, FIRST] = None,
        after: Annotated[str | None, AFTER] = None,
    ) -> Connection[Substitution]:
        page = read_page(_CURSORS, first=first, after=after)
        rows = await load(info, _Asked(self.facts.id, page, info.context.clock()), _read_substitutions)
        shown = [(row, node) for row, node in rows[: page.size] if node is not None]
        return connection(
            shown,
            page,
            has_more=len(rows) > page.size,
            node=lambda each: each[1],
            cursor=lambda each: _CURSORS.encode(each[0].key.held_on, each[0].key.timeslot_id),
        )


@refusal(
    rules.StaffAbsenceNotPossible,
    description="A staff member cannot be marked absent on these dates, or a staff absence cannot be removed. Nothing "
    "was changed.",
)
class StaffAbsenceNotPossible(UserError):
    reason: StaffAbsenceNotPossibleReason = strawberry.field(description="Why it is not possible.")
    earliest_on: date = strawberry.field(description="The earliest possible last date of an absence, which is today.")
    most_days: int = strawberry.field(description="The largest number of days that an absence can have.")
    staff_absence_id: strawberry.ID | None = strawberry.field(
        description="The id of the absence with which this one overlaps. Null when the reason is another one."
    )


@refusal(
    rules.NoSubstituteNeeded, description="An occurrence cannot get a substitute for this absence. Nothing was changed."
)
class NoSubstituteNeeded(UserError):
    reason: SubstituteNotPossibleReason = strawberry.field(description="Why the occurrence cannot get a substitute.")
    occurrence_id: strawberry.ID = strawberry.field(description="The id of the occurrence.")

    @classmethod
    def of(cls, refusal: rules.NoSubstituteNeeded) -> "NoSubstituteNeeded":
        key = OccurrenceKey(refusal.timeslot_id, refusal.held_on)
        return cls(message=refusal.message, reason=refusal.reason, occurrence_id=encode_occurrence_id(key))


@refusal(
    rules.SubstituteNotPossible, description="A staff member cannot substitute at an occurrence. Nothing was changed."
)
class SubstituteNotPossible(UserError):
    reason: SubstituteNotPossibleReason = strawberry.field(description="Why the staff member cannot substitute.")
    occurrence_id: strawberry.ID = strawberry.field(description="The id of the occurrence.")
    substitute_id: strawberry.ID = strawberry.field(description="The id of the staff member.")
    other_occurrence_id: strawberry.ID | None = strawberry.field(
        description="The id of the occurrence that the staff member teaches at that time. Null when the reason is "
        "another one."
    )

    @classmethod
    def of(cls, refusal: rules.SubstituteNotPossible) -> "SubstituteNotPossible":
        key = OccurrenceKey(refusal.timeslot_id, refusal.held_on)
        return cls(
            message=refusal.message,
            reason=refusal.reason,
            occurrence_id=encode_occurrence_id(key),
            substitute_id=encode_id("StaffMember", refusal.substitute_id),
            other_occurrence_id=None if refusal.other is None else encode_occurrence_id(refusal.other),
        )


@refusal(
    rules.NothingToSubstitute,
    description="The absence has no present or future occurrence that the caller may see. Nothing was changed.",
)
class NothingToSubstitute(UserError):
    pass


@dataclass(frozen=True, slots=True)
class _Asked:
    absence_id: UUID
    page: Page
    now: datetime


async def find_staff_absences(source: Reading, ids: Collection[UUID]) -> dict[UUID, StaffAbsence]:
    """Return the staff absences that the viewer may see, in one statement."""
    caller = source.viewer.caller
    if not may(caller, Permission.MANAGE_STAFF) or not ids:
        return {}
    found = await read_absences(source.connection, caller.organization_id, ids)
    return {absence_id: show_staff_absence(facts) for absence_id, facts in found.items()}


def show_staff_absence(facts: rules.StaffAbsenceFacts) -> StaffAbsence:
    return StaffAbsence(
        id=encode_id("StaffAbsence", facts.id),
        staff_member=show_staff_member(facts.person),
        starts_on=facts.span.starts_on or date.min,
        ends_on=facts.span.ends_on or date.max,
        comment=facts.comment,
        recorded_by=None if facts.recorded_by is None else show_staff_member(facts.recorded_by),
        recorded_at=facts.recorded_at,
        facts=facts,
    )


async def _read_substitutions(
    source: Reading, asked: list[_Asked]
) -> list[list[tuple[SubstitutionRow, Substitution | None]]]:
    """Return the pages of substitutions, in two statements. A substitution is None when the viewer may not see its
    occurrence.
    """
    caller = source.viewer.caller
    wanted = [
        (
            each.absence_id,
            OccurrenceKey(each.page.after[1], each.page.after[0]) if each.page.after else None,
            _most(each),
        )
        for each in asked
    ]
    pages = await list_substitutions(source.connection, caller.organization_id, wanted)
    keys = {row.key for page in pages for row, _, _ in page}
    heads = {
        head.key: head
        for head in await read_heads(source.connection, caller.organization_id, keys)
        if may_see_occurrence(caller, head)
    }
    now = asked[0].now
    return [
        [
            (
                row,
                Substitution(
                    occurrence=show_occurrence(heads[row.key], now),
                    substitute=None
                    if row.substitute_id is None
                    else show_staff_member(PersonFacts(row.substitute_id, first_name or "", last_name or "")),
                )
                if row.key in heads
                else None,
            )
            for row, first_name, last_name in page
        ]
        for page in pages
    ]


def _most(asked: _Asked) -> int:
    return asked.page.size + 1
