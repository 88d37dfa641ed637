"""The steps of the walk: what staff, kiosks, families' places, settings and the clock do, in any order."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from gql.global_ids import encode_id
from tests.walk import acts, places
from tests.walk.model import KEEP, STATUSES, Place
from tests.walk.walking import ACTORS, SHEET, STUDENT, Walking

STAFF = st.sampled_from(["olga", "otto", "stan"])
NOTE = st.sampled_from([KEEP, KEEP, "came by bus", None])
STATUS = st.sampled_from(STATUSES)
# How far behind the sheet a caller's screen is; -1: ahead of it. None: the caller does not say.
BEHIND = st.sampled_from([None, None, 0, 0, 1, 2, 5, -1])
DAYS = st.sampled_from([-1, 0, 1, 3, 7])
MINUTE = timedelta(minutes=1)


class Walk(Walking):
    @rule(actor=STAFF, sheet=SHEET, marks=st.dictionaries(STUDENT, st.tuples(STATUS | st.none(), NOTE), max_size=3),
          rest=st.none() | STATUS, behind=BEHIND)  # fmt: skip
    def submit(self, actor: str, sheet: str, marks: dict[str, Any], rest: str | None, behind: int | None) -> None:
        named = [
            {"studentId": self._student(student), "status": status} | self._note(status, note)
            for student, (status, note) in marks.items()
        ]
        seen = self._seen(sheet, behind)
        wanted = {student: (status, note) for student, (status, note) in marks.items()}
        done = self.expected("SubmitAttendanceSuccess", acts.submit, ACTORS[actor], self.model.sheets[sheet], wanted,
                             rest, seen)  # fmt: skip
        self.act(actor, "submitAttendance", done, occurrenceId=self.business.occurrences[sheet], marks=named,
                 markRest=rest, seenRevision=seen, idempotencyKey=self._key())  # fmt: skip

    @rule(actor=STAFF, sheet=SHEET, student=STUDENT, status=STATUS, note=NOTE, behind=BEHIND)
    def mark(self, actor: str, sheet: str, student: str, status: str, note: str | None, behind: int | None) -> None:
        seen = self._seen(sheet, behind)
        done = self.expected("MarkAttendanceSuccess", acts.mark_one, ACTORS[actor], self.model.sheets[sheet],
                             {student: (status, note)}, seen)  # fmt: skip
        self.act(actor, "markAttendance", done, **self._row(sheet, student), status=status, seenRevision=seen,
                 idempotencyKey=self._key(), **self._note(status, note))  # fmt: skip

    @rule(actor=STAFF, sheet=SHEET, student=STUDENT, behind=BEHIND)
    def clear(self, actor: str, sheet: str, student: str, behind: int | None) -> None:
        seen = self._seen(sheet, behind)
        done = self.expected("ClearMarkSuccess", acts.mark_one, ACTORS[actor], self.model.sheets[sheet],
                             {student: (None, KEEP)}, seen)  # fmt: skip
        self.act(actor, "clearMark", done, **self._row(sheet, student), seenRevision=seen, idempotencyKey=self._key())

    @rule(actor=st.sampled_from(["olga", "stan", "kiosk", "kiosk"]), sheet=SHEET, student=STUDENT)
    def check_in(self, actor: str, sheet: str, student: str) -> None:
        done = self.expected("CheckInSuccess", acts.check_in, ACTORS[actor], self.model.sheets[sheet], student)
        self.act(actor, "checkIn", done, **self._row(sheet, student), idempotencyKey=self._key())

    @rule(back=st.integers(0, 5))
    @precondition(lambda self: bool(self.sent))
    def send_again(self, back: int) -> None:
        """R4.11: the first answer, and nothing happens."""
        sent = self.sent[-1 - back % len(self.sent)]
        if self.model.now - sent.at < timedelta(days=2):
            answer = self.run(self.business.ask(sent.actor, sent.act, **sent.given))
            assert answer["__typename"] == sent.answer, answer

    @rule(office=st.none() | st.booleans(), absent=st.none() | st.booleans())
    def set_classes(self, office: bool | None, absent: bool | None) -> None:
        settings = self.model.settings
        given: dict[str, bool] = {}
        if office is not None:
            settings.office_check_in_mode = given["officeCheckInMode"] = office
        if absent is not None:
            settings.mark_absent_when_nobody_checks_in = given["markAbsentWhenNobodyChecksIn"] = absent
        self.act("olga", "updateClassSettings", "UpdateClassSettingsSuccess", **given)

    @rule(staff=st.booleans(), tardy=st.booleans())
    def set_portals(self, staff: bool, tardy: bool) -> None:
        self.model.settings.staff_check_in_mode, self.model.settings.kiosk_marks_tardy = staff, tardy
        self.act("olga", "updateStaffPortalSettings", "UpdateStaffPortalSettingsSuccess", staffCheckInMode=staff)
        self.act("otto", "updateKioskSettings", "UpdateKioskSettingsSuccess", kioskMarksTardy=tardy)

    @rule(enabled=st.sampled_from([True, True, True, False]), trigger=st.sampled_from(["ALL_ABSENCES", "EXCUSED_ONLY"]),
          limit=st.sampled_from([None, None, 1, 2]), period=st.sampled_from(["MONTH", "OUTSTANDING"]),
          days=st.sampled_from([90, 2, 1]))  # fmt: skip
    def set_tokens(self, enabled: bool, trigger: str, limit: int | None, period: str, days: int) -> None:
        given = {"tokens_enabled": enabled, "token_trigger": trigger, "token_limit": limit,
                 "token_limit_period": period, "expiry_count": days}  # fmt: skip
        self.run(self.business.set(**given))
        for name, value in given.items():
            setattr(self.model.settings, name, value)

    @rule(leap=st.sampled_from([0, 0, 1, 2, 4, 8]))
    def wait(self, leap: int) -> None:
        """To the next moment that matters, or over some; then the workers have their minute."""
        moments = {at for sheet in self.model.sheets.values() for at in self._moments(sheet.slot)}
        ahead = sorted(at for at in moments if self.model.now < at <= self.last_at)
        if ahead:
            self._work_at(ahead[min(leap, len(ahead) - 1)])

    @rule()
    def work(self) -> None:
        """The workers' next minute."""
        self._work_at(min(self.model.now + MINUTE, self.last_at))

    @rule(actor=st.sampled_from(["olga", "otto"]), student=STUDENT, offering=st.sampled_from(["Swim", "Night", "Camp"]),
          type=st.sampled_from(["ACTIVE", "ACTIVE", "TRIAL", "SINGLE_DAY", "WAITLIST"]), day=DAYS,
          days=st.sampled_from([None, None, 0, 1, 6]))  # fmt: skip
    def enroll(self, actor: str, student: str, offering: str, type: str, day: int, days: int | None) -> None:
        starts_on = self.saturday + timedelta(days=day)
        drop_on = None if days is None else starts_on + timedelta(days=days)
        if type == "SINGLE_DAY":
            drop_on = starts_on
        new = Place("", student, offering, starts_on, type, drop_on)
        done = self.expected("EnrollStudentSuccess", places.enroll, new)
        answer = self.act(actor, "enrollStudent", done, studentId=self._student(student),
                          offeringId=encode_id("Offering", self.business.offerings[offering]), type=type,
                          startsOn=str(starts_on), dropOn=drop_on and str(drop_on),
                          idempotencyKey=self._key())  # fmt: skip
        if "enrollment" in answer:
            new.id = answer["enrollment"]["id"]
            self.moved = student, ACTORS[actor]

    @rule(actor=st.sampled_from(["olga", "otto"]), which=st.integers(0, 30), day=DAYS)
    def drop(self, actor: str, which: int, day: int) -> None:
        place = self.model.places[which % len(self.model.places)]
        drop_on = self.saturday + timedelta(days=day)
        done = self.expected("DropEnrollmentSuccess", places.drop, place, drop_on)
        self.act(actor, "dropEnrollment", done, enrollmentId=place.id, dropOn=str(drop_on), idempotencyKey=self._key())
        self.moved = place.student, ACTORS[actor]

    @rule(actor=st.sampled_from(["olga", "otto"]), which=st.integers(0, 30), day=DAYS,
          offering=st.sampled_from(["Swim", "Night", "Owls"]))  # fmt: skip
    def transfer(self, actor: str, which: int, day: int, offering: str) -> None:
        place = self.model.places[which % len(self.model.places)]
        starts_on = self.saturday + timedelta(days=day)
        done = self.expected("TransferEnrollmentSuccess", places.transfer, place, offering, starts_on)
        answer = self.act(actor, "transferEnrollment", done, enrollmentId=place.id, startsOn=str(starts_on),
                          offeringId=encode_id("Offering", self.business.offerings[offering]),
                          idempotencyKey=self._key())  # fmt: skip
        if "enrollment" in answer:
            self.model.places[-1].id = answer["enrollment"]["id"]
        self.moved = place.student, ACTORS[actor]

    @rule(sheet=SHEET)
    def leave_or_return(self, sheet: str) -> None:
        """R10.2: who comes back with the last revision gets what came since."""
        watch = self.watches[sheet]
        if watch is not None:
            self.run(watch.leave())
            self.watches[sheet], self.left[sheet] = None, (watch.rows, watch.revision)
        else:
            rows, revision = self.left[sheet]
            self.watches[sheet] = self.run(self.business.watch(sheet, revision, rows))

    def _work_at(self, at: Any) -> None:
        self.model.now = self.system.api.clock.now = at
        others = self.run(self.business.work(acts.advance(self.model)))
        assert others == 0, f"{others} runs were due of which the rules know nothing"

    @staticmethod
    def _moments(slot: Any) -> list[Any]:
        second = timedelta(seconds=1)
        ends = list(slot.runs.values())
        return [slot.starts_at, slot.starts_at + second, slot.ends_at, *ends, *(at - second for at in ends)]

    def _seen(self, sheet: str, behind: int | None) -> int | None:
        return None if behind is None else max(self.model.sheets[sheet].revision - behind, 0)

    def _student(self, student: str) -> str:
        return encode_id("Student", self.business.students[student])

    def _row(self, sheet: str, student: str) -> dict[str, Any]:
        return {"occurrenceId": self.business.occurrences[sheet], "studentId": self._student(student)}

    def _key(self) -> str:
        return f"key {len(self.sent)} {self.steps}"

    @staticmethod
    def _note(status: str | None, note: str | None) -> dict[str, Any]:
        return {} if note == KEEP or status is None else {"note": note}
