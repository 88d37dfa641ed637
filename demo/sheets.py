"""Writes a roll sheet's history as the API writes it: numbered changes with what they did to each row (R4.9)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from attendance.rules.roster.roster import RosterEnrollment
from attendance.rules.vocabulary import AttendanceStatus, ChangeKind, Source
from db import models
from demo.business import Business, Meeting


@dataclass(frozen=True, slots=True)
class Hand:
    """Who does something, and through which source (R1.1)."""

    source: Source
    person_id: UUID | None = None
    kiosk_id: UUID | None = None


SYSTEM = Hand(Source.SYSTEM)


@dataclass(frozen=True, slots=True)
class Entry:
    """A status for a row, with a note. A defaulted one comes from the system (R4.5)."""

    status: AttendanceStatus
    note: str | None = None
    is_defaulted: bool = False


@dataclass
class Sheet:
    """One occurrence. `marks` are the rows of the current marks, by student."""

    business: Business
    meeting: Meeting
    roster: Mapping[UUID, RosterEnrollment]
    revision: int = 0
    marks: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    row: dict[str, Any] | None = None

    def mark(self, hand: Hand, at: datetime, entries: Mapping[UUID, Entry]) -> None:
        """Add one submission, or one check-in with its defaulted marks."""
        self._number(ChangeKind.MARKS, hand, at)
        for student_id, entry in entries.items():
            before = self.marks.get(student_id)
            source = Source.SYSTEM if entry.is_defaulted else hand.source
            self._changed(
                student_id,
                before_status=before and before["status"],
                before_note=before and before["note"],
                before_is_defaulted=before and before["is_defaulted"],
                after_status=entry.status,
                after_note=entry.note,
                after_is_defaulted=entry.is_defaulted,
                after_source=source,
            )
            mark = before or self._new_mark(student_id)
            is_check_in = hand.source is Source.KIOSK or bool(before and before["by_check_in"])
            mark.update(
                by_check_in=is_check_in and (entry.is_defaulted or not entry.status.is_absence),
                status=entry.status,
                is_defaulted=entry.is_defaulted,
                source=source,
                marked_by_id=None if entry.is_defaulted else hand.person_id,
                kiosk_id=None if entry.is_defaulted else hand.kiosk_id,
                marked_at=at,
                note=entry.note,
                revision=self.revision,
            )

    def change(self, kind: ChangeKind, hand: Hand, at: datetime, students: Iterable[UUID]) -> None:
        """Add a change that changed no mark: tokens, the roster, or a cancellation."""
        self._number(kind, hand, at)
        if kind is ChangeKind.CANCELLED and self.row:
            self.row.update(cancelled_at=at, cancelled_by_id=hand.person_id)
        for student_id in students:
            self._changed(student_id)

    def _of_occurrence(self) -> dict[str, Any]:
        return {"timeslot_id": self.meeting.slot.id, "held_on": self.meeting.held_on}

    def _new_mark(self, student_id: UUID) -> dict[str, Any]:
        place = self.roster.get(student_id)
        mark = self.business.rows.add(
            models.Mark, **self._of_occurrence(), student_id=student_id, enrollment_id=place and place.id
        )
        self.marks[student_id] = mark
        return mark

    def _number(self, kind: ChangeKind, hand: Hand, at: datetime) -> None:
        if self.row is None:
            self.row = self.business.rows.add(
                models.Occurrence,
                **self._of_occurrence(),
                cancelled_at=None,
                cancelled_by_id=None,
                cancellation_comment=None,
            )
        self.revision += 1
        self.row["revision"] = self.revision
        self.business.rows.add(
            models.Change,
            **self._of_occurrence(),
            revision=self.revision,
            kind=kind,
            source=hand.source,
            actor_id=hand.person_id,
            kiosk_id=hand.kiosk_id,
            changed_at=at,
        )

    def _changed(self, student_id: UUID, **values: Any) -> None:
        self.business.rows.add(
            models.ChangedEntry,
            **self._of_occurrence(),
            revision=self.revision,
            student_id=student_id,
            **values,
            left_roster=False,
        )
