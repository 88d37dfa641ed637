"""The steps that change who is on which roll sheet, and what its rows show."""

from datetime import time, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from gql.fields.global_ids import encode_id
from tests.walk import places
from tests.walk.model import Absence, Place
from tests.walk.system import STUDENTS
from tests.walk.walking import ACTORS, STUDENT, Walking

DAYS = st.sampled_from([-1, 0, 1, 3, 7])
EARLY = st.sampled_from([0, 0, 0, -1, 1, 7])
NEWCOMER = st.sampled_from(["Dan", "Dan", *STUDENTS])
OFFICE = st.sampled_from(["olga", "otto"])
# The class at 17:00 to 17:45 is just missed, hit, and just missed; then what runs past midnight is hit.
WINDOWS = st.sampled_from([None, None, ("16:30", "17:00"), ("17:30", "18:00"), ("17:45", "18:00"), ("00:15", "00:45")])


class RosterSteps(Walking):
    @property
    def has_many_places(self) -> bool:
        """Sheets on which nobody is left have nothing to show."""
        return sum(place.drop_on is None and not place.is_deleted for place in self.model.places) > 8

    @rule(actor=OFFICE, student=NEWCOMER, offering=st.sampled_from(["Swim", "Swim", "Night", "Camp"]),
          type=st.sampled_from(["ACTIVE", "ACTIVE", "TRIAL", "SINGLE_DAY", "WAITLIST"]), day=EARLY,
          days=st.sampled_from([None, None, 0, 1, 6]))  # fmt: skip
    def enroll(self, actor: str, student: str, offering: str, type: str, day: int, days: int | None) -> None:
        starts_on = self.saturday + timedelta(days=day)
        drop_on = None if days is None else starts_on + timedelta(days=days)
        if type == "SINGLE_DAY":
            drop_on = starts_on
        new = Place("", student, offering, starts_on, type, drop_on)
        done = self.expected("EnrollStudentSuccess", places.enroll, new)
        answer = self.act(actor, "enrollStudent", done, studentId=self.student(student),
                          offeringId=encode_id("Offering", self.business.offerings[offering]), type=type,
                          startsOn=str(starts_on), dropOn=drop_on and str(drop_on),
                          idempotencyKey=self.key())  # fmt: skip
        if "enrollment" in answer:
            new.id = answer["enrollment"]["id"]
            self.moved = student, ACTORS[actor]

    @rule(actor=OFFICE, which=st.integers(0, 30), day=DAYS)
    @precondition(lambda self: self.has_many_places)
    def drop(self, actor: str, which: int, day: int) -> None:
        place = self.model.places[which % len(self.model.places)]
        drop_on = self.saturday + timedelta(days=day)
        done = self.expected("DropEnrollmentSuccess", places.drop, place, drop_on)
        self.act(actor, "dropEnrollment", done, enrollmentId=place.id, dropOn=str(drop_on), idempotencyKey=self.key())
        self.moved = place.student, ACTORS[actor]

    @rule(actor=OFFICE, which=st.integers(0, 30), day=DAYS,
          offering=st.sampled_from(["Swim", "Night", "Owls"]))  # fmt: skip
    @precondition(lambda self: self.has_many_places)
    def transfer(self, actor: str, which: int, day: int, offering: str) -> None:
        place = self.model.places[which % len(self.model.places)]
        starts_on = self.saturday + timedelta(days=day)
        done = self.expected("TransferEnrollmentSuccess", places.transfer, place, offering, starts_on)
        answer = self.act(actor, "transferEnrollment", done, enrollmentId=place.id, startsOn=str(starts_on),
                          offeringId=encode_id("Offering", self.business.offerings[offering]),
                          idempotencyKey=self.key())  # fmt: skip
        if "enrollment" in answer:
            self.model.places[-1].id = answer["enrollment"]["id"]
        self.moved = place.student, ACTORS[actor]

    @rule(student=STUDENT, day=st.sampled_from([-2, 0, 0, 1, 7]), days=st.sampled_from([0, 0, 1, 7]), window=WINDOWS,
          is_excused=st.booleans())  # fmt: skip
    def expect_absent(
        self, student: str, day: int, days: int, window: tuple[str, str] | None, is_excused: bool
    ) -> None:
        """R6.1: approved at once, from today on."""
        starts_on = max(self.saturday + timedelta(days=day), self.model.local_date() - timedelta(days=2))
        if starts_on == self.model.local_date() - timedelta(days=1):
            starts_on += timedelta(days=1)
        ends_on = starts_on + timedelta(days=days)
        hours = {} if window is None else {"windowStarts": window[0], "windowEnds": window[1]}
        is_over = starts_on < self.model.local_date()
        done = "ExpectedAbsenceNotPossible" if is_over else "RecordExpectedAbsenceSuccess"
        answer = self.act("olga", "recordExpectedAbsence", done, studentId=self.student(student), isExcused=is_excused,
                          startsOn=str(starts_on), endsOn=str(ends_on), idempotencyKey=self.key(), **hours)  # fmt: skip
        if not is_over:
            times = None if window is None else (time.fromisoformat(window[0]), time.fromisoformat(window[1]))
            id = answer["expectedAbsence"]["id"]
            self.model.absences.append(Absence(id, student, starts_on, ends_on, is_excused, times))
            self.moved = student, ACTORS["olga"]

    @rule(which=st.integers(0, 10))
    @precondition(lambda self: bool(self.model.absences))
    def withdraw(self, which: int) -> None:
        absence = self.model.absences.pop(which % len(self.model.absences))
        self.act("otto", "withdrawExpectedAbsence", "WithdrawExpectedAbsenceSuccess", expectedAbsenceId=absence.id)
        self.moved = absence.student, ACTORS["otto"]

    enroll_too = enroll

    @rule(student=STUDENT, comment=st.sampled_from(["has the key", "sits in front", None]))
    def remark(self, student: str, comment: str | None) -> None:
        self.act("olga", "updateStudent", "UpdateStudentSuccess", studentId=self.student(student),
                 rollSheetComment=comment)  # fmt: skip
        self.moved = student, ACTORS["olga"]

    @rule(student=STUDENT, level=st.sampled_from(["NORMAL", "CRITICAL"]))
    def note_down(self, student: str, level: str) -> None:
        self.act("otto", "addStudentNote", "AddStudentNoteSuccess", studentId=self.student(student), body="Limps.",
                 level=level)  # fmt: skip
        self.moved = student, ACTORS["otto"]
