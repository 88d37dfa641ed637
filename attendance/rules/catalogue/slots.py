"""What a timeslot of each kind of offering looks like (R2.1)."""

from dataclasses import dataclass
from datetime import date, time

from attendance.rules.catalogue.catalogue_refusals import NotPossible
from attendance.rules.catalogue.timeslot_versions import SlotFacts
from attendance.rules.vocabulary import OfferingKind


@dataclass(frozen=True, slots=True)
class SlotDraft:
    """A timeslot as the office describes it. It meets weekly when there is a weekday, and otherwise on every date from
    `starts_on` to `ends_on`. For a weekly one these bound it, and None leaves that side open.
    """

    weekday: int | None
    start_time: time
    minutes: int
    room: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None

    @property
    def facts(self) -> SlotFacts:
        return SlotFacts(self.weekday, self.start_time, self.minutes, self.room)


def check_slot(kind: OfferingKind, draft: SlotDraft) -> None:
    """Raise NotPossible for a timeslot that an offering of this kind cannot have."""
    if kind is OfferingKind.CLASS:
        if draft.weekday is None:
            raise NotPossible("A class meets weekly, so its timeslot needs a weekday.")
    elif draft.weekday is not None:
        raise NotPossible("A camp or an appointment meets on dates, so its timeslot has no weekday.")
    elif draft.starts_on is None or draft.ends_on is None:
        raise NotPossible("The timeslot of a camp or an appointment needs a first and a last date.")
    elif kind is OfferingKind.APPOINTMENT and draft.starts_on != draft.ends_on:
        raise NotPossible("An appointment meets on one date.")
    if draft.starts_on is not None and draft.ends_on is not None and draft.ends_on < draft.starts_on:
        raise NotPossible(f"A timeslot that starts on {draft.starts_on} cannot end on {draft.ends_on}.")
