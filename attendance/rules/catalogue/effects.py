"""What a change of the catalogue does, as staff are told before and after (R13.3): values that JSON can store."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from attendance.rules.calendar.timeslots import OccurrenceKey, Timeslot, starts_at
from attendance.rules.catalogue.meetings import Meeting, MeetingChange, MeetingChangeKind, Placed, concerned, overfull

MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class ToldMeeting:
    """An occurrence as it is held. `timeslot_id` and `held_on` are its key."""

    timeslot_id: UUID
    held_on: date
    starts_at: datetime
    minutes: int
    room: str | None
    location_id: UUID
    capacity: int | None


@dataclass(frozen=True, slots=True)
class ToldChange:
    kind: MeetingChangeKind
    offering_id: UUID
    offering_name: str
    before: ToldMeeting | None
    after: ToldMeeting | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change did or, in a preview, would do.

    counts -- how many occurrences there are of each kind of change
    changes -- the first MOST_LISTED of them, by date
    through_on -- the last date that was compared; None when no offering was concerned
    enrollment_ids, ended_enrollment_ids, makeup_ids, token_ids -- the first MOST_LISTED of them, ordered
    token_count -- tokens that can be used again, because their makeup was given back
    recorded_count, recorded_token_count -- occurrences with marks that move, and the tokens that were issued for them
    told_count -- families to which an e-mail is queued
    """

    counts: Mapping[MeetingChangeKind, int]
    changes: tuple[ToldChange, ...] = ()
    through_on: date | None = None
    enrollment_count: int = 0
    enrollment_ids: tuple[UUID, ...] = ()
    ended_enrollment_count: int = 0
    ended_enrollment_ids: tuple[UUID, ...] = ()
    makeup_count: int = 0
    makeup_ids: tuple[UUID, ...] = ()
    token_count: int = 0
    token_ids: tuple[UUID, ...] = ()
    overfull_count: int = 0
    recorded_count: int = 0
    recorded_token_count: int = 0
    student_count: int = 0
    family_count: int = 0
    told_count: int = 0


NO_EFFECT = Effect(dict.fromkeys(MeetingChangeKind, 0))


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Makeups that the change ended, with the tokens that are free again."""

    enrollment_ids: Sequence[UUID]
    token_ids: Sequence[UUID]


def tell_changes(changes: Iterable[MeetingChange], names: Mapping[UUID, str]) -> tuple[ToldChange, ...]:
    return tuple(
        ToldChange(
            each.kind,
            each.offering_id,
            names[each.offering_id],
            _told(each.before, each.was),
            _told(each.after, each.becomes),
        )
        for each in changes
    )


def count_kinds(changes: Iterable[MeetingChange]) -> dict[MeetingChangeKind, int]:
    counts = dict.fromkeys(MeetingChangeKind, 0)
    for each in changes:
        counts[each.kind] += 1
    return counts


def sum_up(
    changes: Sequence[MeetingChange],
    names: Mapping[UUID, str],
    before: Collection[Placed],
    after: Collection[Placed],
    given_back: GivenBack,
) -> Effect:
    """Return the effect, without what only the database knows.

    before, after -- the places in the offerings that the change concerns
    """
    hit = concerned(changes, before, after)
    makeups = set(given_back.enrollment_ids)
    standing = {place.enrollment_id: place.ends_on for place in after}
    ended = sorted(
        place.enrollment_id
        for place in before
        if place.enrollment_id not in makeups
        and (place.enrollment_id not in standing or standing[place.enrollment_id] != place.ends_on)
    )
    touched = {place.enrollment_id: place for place, _ in hit.values()}
    touched |= {place.enrollment_id: place for place in before if place.enrollment_id in {*ended, *makeups}}
    return Effect(
        counts=count_kinds(changes),
        changes=tell_changes(changes[:MOST_LISTED], names),
        enrollment_count=len(touched),
        enrollment_ids=tuple(sorted(touched)[:MOST_LISTED]),
        ended_enrollment_count=len(ended),
        ended_enrollment_ids=tuple(ended[:MOST_LISTED]),
        makeup_count=len(makeups),
        makeup_ids=tuple(sorted(makeups)[:MOST_LISTED]),
        token_count=len(set(given_back.token_ids)),
        token_ids=tuple(sorted(set(given_back.token_ids))[:MOST_LISTED]),
        overfull_count=overfull(changes, after),
        student_count=len({place.student_id for place in touched.values()}),
        family_count=len({place.family_id for place in touched.values()}),
    )


def _told(key: OccurrenceKey | None, meeting: Meeting | None) -> ToldMeeting | None:
    if key is None or meeting is None:
        return None
    slot = Timeslot(key.timeslot_id, meeting.start_time, meeting.minutes)
    begins = starts_at(slot, key.held_on, ZoneInfo(meeting.time_zone))
    return ToldMeeting(
        key.timeslot_id, key.held_on, begins, meeting.minutes, meeting.room, meeting.location_id, meeting.capacity
    )
