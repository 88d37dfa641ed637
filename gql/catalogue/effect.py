"""What a change of the catalogue does, as mutations answer it and previews tell it beforehand."""

from datetime import date, datetime
from typing import Annotated, TypeAlias

import strawberry

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.catalogue.effects import MOST_LISTED, Effect, ToldChange, ToldMeeting
from gql.catalogue.catalogue_refusals import MarksInTheWay, NotPossible, PastIsFixed, StillUsed
from gql.catalogue.vocabulary import MeetingChangeKind
from gql.fields.context import REHEARSED
from gql.fields.global_ids import encode_id, encode_occurrence_id
from gql.people.erasure_refusals import ImportIsRunning


@strawberry.type(description="An occurrence as it is held before or after a change.")
class HeldOccurrence:
    occurrence_id: strawberry.ID = strawberry.field(description="The id of the occurrence.")
    held_on: date = strawberry.field(name="date", description="The local date on which it is held.")
    starts_at: datetime = strawberry.field(description="When it starts.")
    duration_minutes: int = strawberry.field(description="How long it lasts, in elapsed minutes.")
    room: str | None = strawberry.field(description="The room. Null when none is set.")
    location_id: strawberry.ID = strawberry.field(description="The id of the location where it is held.")
    capacity: int | None = strawberry.field(description="The number of places. Null when it is unlimited.")


@strawberry.type(description="What happens to one occurrence.")
class OccurrenceChange:
    kind: MeetingChangeKind = strawberry.field(description="Whether it appears, disappears, moves or changes places.")
    offering_id: strawberry.ID = strawberry.field(description="The id of the offering.")
    offering_name: str = strawberry.field(description="The name of the offering.")
    before: HeldOccurrence | None = strawberry.field(description="The occurrence as it was held. Null when it appears.")
    after: HeldOccurrence | None = strawberry.field(
        description="The occurrence as it is held then. Null when it disappears."
    )


@strawberry.type(
    description="What a change of the catalogue does to occurrences, places, makeups and makeup tokens. Mutations and "
    f"their previews answer the same. Lists hold the first {MOST_LISTED}, and counts are of all. Occurrences are "
    "compared from the first date of the change to `throughOn`; cancelled ones are left out."
)
class CatalogueEffect:
    appearing_count: int = strawberry.field(description="How many occurrences are held that were not before.")
    disappearing_count: int = strawberry.field(description="How many occurrences are not held any more.")
    moving_count: int = strawberry.field(
        description="How many occurrences are held at another time or place, or on another date of their week."
    )
    places_changed_count: int = strawberry.field(
        description="How many occurrences keep time and place and have another number of places."
    )
    overfull_count: int = strawberry.field(
        description="How many of the occurrences that change then have more students than places. Nobody loses a "
        "place by it."
    )
    through_on: date | None = strawberry.field(
        description="The last date that was compared, 366 days after the first one. Null when no offering is concerned."
    )
    occurrences: list[OccurrenceChange] = strawberry.field(description="The changes, ordered by date.")
    enrollment_count: int = strawberry.field(
        description="How many enrollments are touched: their student goes to an occurrence that changes, or they end."
    )
    enrollment_ids: list[strawberry.ID] = strawberry.field(description="The ids of these enrollments.")
    ended_enrollment_count: int = strawberry.field(description="How many enrollments end or are deleted.")
    ended_enrollment_ids: list[strawberry.ID] = strawberry.field(description="The ids of these enrollments.")
    makeup_count: int = strawberry.field(
        description="How many booked makeups are given back, because their class is not held on their date."
    )
    makeup_ids: list[strawberry.ID] = strawberry.field(description="The ids of these makeups, which are enrollments.")
    makeup_token_count: int = strawberry.field(
        description="How many makeup tokens become free, because their makeup is given back."
    )
    makeup_token_ids: list[strawberry.ID] = strawberry.field(description="The ids of these tokens.")
    recorded_occurrence_count: int = strawberry.field(
        description="How many occurrences with recorded attendance a correction of the past moves to another hour or "
        "place. Their marks stay."
    )
    recorded_makeup_token_count: int = strawberry.field(
        description="How many makeup tokens were issued for those occurrences. They stay."
    )
    student_count: int = strawberry.field(description="How many students the touched enrollments have.")
    family_count: int = strawberry.field(description="How many families these students have.")
    told_family_count: int = strawberry.field(
        description="How many families are told by e-mail: with `notifyFamilies`, those with an address and a student "
        "at an occurrence that appears, disappears or moves."
    )


PREVIEW_DESCRIPTION = f"{REHEARSED} Needs MANAGE_CATALOGUE, in the Office Portal or the Staff Portal."

CataloguePreview: TypeAlias = Annotated[
    CatalogueEffect | PastIsFixed | MarksInTheWay | StillUsed | NotPossible | ImportIsRunning,
    strawberry.union(
        "CataloguePreview", description="What the change would do, or the reason why it would be refused."
    ),
]


def show_effect(effect: Effect) -> CatalogueEffect:
    kinds = MeetingChangeKind
    return CatalogueEffect(
        appearing_count=effect.counts[kinds.APPEARS],
        disappearing_count=effect.counts[kinds.DISAPPEARS],
        moving_count=effect.counts[kinds.MOVES],
        places_changed_count=effect.counts[kinds.PLACES],
        overfull_count=effect.overfull_count,
        through_on=effect.through_on,
        occurrences=[_show_change(each) for each in effect.changes],
        enrollment_count=effect.enrollment_count,
        enrollment_ids=[encode_id("Enrollment", each) for each in effect.enrollment_ids],
        ended_enrollment_count=effect.ended_enrollment_count,
        ended_enrollment_ids=[encode_id("Enrollment", each) for each in effect.ended_enrollment_ids],
        makeup_count=effect.makeup_count,
        makeup_ids=[encode_id("Enrollment", each) for each in effect.makeup_ids],
        makeup_token_count=effect.token_count,
        makeup_token_ids=[encode_id("MakeupToken", each) for each in effect.token_ids],
        recorded_occurrence_count=effect.recorded_count,
        recorded_makeup_token_count=effect.recorded_token_count,
        student_count=effect.student_count,
        family_count=effect.family_count,
        told_family_count=effect.told_count,
    )


def _show_change(change: ToldChange) -> OccurrenceChange:
    return OccurrenceChange(
        kind=change.kind,
        offering_id=encode_id("Offering", change.offering_id),
        offering_name=change.offering_name,
        before=_show_meeting(change.before),
        after=_show_meeting(change.after),
    )


def _show_meeting(told: ToldMeeting | None) -> HeldOccurrence | None:
    if told is None:
        return None
    return HeldOccurrence(
        occurrence_id=encode_occurrence_id(OccurrenceKey(told.timeslot_id, told.held_on)),
        held_on=told.held_on,
        starts_at=told.starts_at,
        duration_minutes=told.minutes,
        room=told.room,
        location_id=encode_id("Location", told.location_id),
        capacity=told.capacity,
    )
