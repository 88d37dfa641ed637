"""The steps of the walk: what staff, kiosks, families' places, settings and the clock do, in any order."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.walk import acts
from tests.walk.model import KEEP, STATUSES
from tests.walk.token_steps import TokenSteps
from tests.walk.walking import ACTORS, OFTEN, SHEET, STUDENT, Meant

STAFF = st.sampled_from(["olga", "otto", "stan"])
NOTE = st.sampled_from([KEEP, KEEP, "came by bus", None])
STATUS = st.sampled_from([*STATUSES, "ABSENT", "ABSENT", "PRESENT"])
# How far behind the sheet a caller's screen is; -1: ahead of it. None: the caller does not say.
BEHIND = st.sampled_from([None, None, None, None, 0, 0, 1, 2, 5, -1])
MINUTE = timedelta(minutes=1)


class Walk(TokenSteps):
    @rule(actor=STAFF, on=SHEET, marks=st.dictionaries(STUDENT, st.tuples(STATUS | st.none(), NOTE), max_size=3),
          rest=st.sampled_from([None, None, *STATUSES]), behind=BEHIND)  # fmt: skip
    def submit(self, actor: str, on: Meant, marks: dict[str, Any], rest: str | None, behind: int | None) -> None:
        sheet = self.near(on)
        named = [
            {"studentId": self.student(student), "status": status} | self._note(status, note)
            for student, (status, note) in marks.items()
        ]
        seen = self._seen(sheet, behind)
        wanted = {student: (status, note) for student, (status, note) in marks.items()}
        done = self.expected("SubmitAttendanceSuccess", acts.submit, ACTORS[actor], self.model.sheets[sheet], wanted,
                             rest, seen)  # fmt: skip
        self.act(actor, "submitAttendance", done, occurrenceId=self.business.occurrences[sheet], marks=named,
                 markRest=rest, seenRevision=seen, idempotencyKey=self.key())  # fmt: skip

    @rule(actor=STAFF, on=SHEET, student=STUDENT, status=STATUS, note=NOTE, behind=BEHIND)
    def mark(self, actor: str, on: Meant, student: str, status: str, note: str | None, behind: int | None) -> None:
        sheet = self.near(on)
        seen = self._seen(sheet, behind)
        done = self.expected("MarkAttendanceSuccess", acts.mark_one, ACTORS[actor], self.model.sheets[sheet],
                             {student: (status, note)}, seen)  # fmt: skip
        self.act(actor, "markAttendance", done, **self._row(sheet, student), status=status, seenRevision=seen,
                 idempotencyKey=self.key(), **self._note(status, note))  # fmt: skip

    @rule(actor=STAFF, on=SHEET, student=STUDENT, behind=BEHIND)
    def clear(self, actor: str, on: Meant, student: str, behind: int | None) -> None:
        sheet = self.near(on)
        seen = self._seen(sheet, behind)
        done = self.expected("ClearMarkSuccess", acts.mark_one, ACTORS[actor], self.model.sheets[sheet],
                             {student: (None, KEEP)}, seen)  # fmt: skip
        self.act(actor, "clearMark", done, **self._row(sheet, student), seenRevision=seen, idempotencyKey=self.key())

    @rule(actor=st.sampled_from(["olga", "stan", "kiosk", "kiosk"]), on=SHEET, student=STUDENT)
    def check_in(self, actor: str, on: Meant, student: str) -> None:
        sheet = self.near(on, actor)
        done = self.expected("CheckInSuccess", acts.check_in, ACTORS[actor], self.model.sheets[sheet], student)
        self.act(actor, "checkIn", done, **self._row(sheet, student), idempotencyKey=self.key())

    @rule(back=st.integers(0, 5))
    @precondition(lambda self: bool(self.sent))
    def send_again(self, back: int) -> None:
        """R4.11: the first answer, and nothing happens."""
        sent = self.sent[-1 - back % len(self.sent)]
        if self.model.now - sent.at < timedelta(days=2):
            answer = self.run(self.business.ask(sent.actor, sent.act, **sent.given))
            assert answer["__typename"] == sent.answer, answer

    @rule(office=st.sampled_from([None, None, True, True, False]), absent=st.none() | st.booleans())
    def set_classes(self, office: bool | None, absent: bool | None) -> None:
        settings = self.model.settings
        given: dict[str, bool] = {}
        if office is not None:
            settings.office_check_in_mode = given["officeCheckInMode"] = office
        if absent is not None:
            settings.mark_absent_when_nobody_checks_in = given["markAbsentWhenNobodyChecksIn"] = absent
        self.act("olga", "updateClassSettings", "UpdateClassSettingsSuccess", **given)

    @rule(staff=OFTEN, tardy=st.booleans())
    def set_portals(self, staff: bool, tardy: bool) -> None:
        self.model.settings.staff_check_in_mode, self.model.settings.kiosk_marks_tardy = staff, tardy
        self.act("olga", "updateStaffPortalSettings", "UpdateStaffPortalSettingsSuccess", staffCheckInMode=staff)
        self.act("otto", "updateKioskSettings", "UpdateKioskSettingsSuccess", kioskMarksTardy=tardy)

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

    @rule(sheet=st.sampled_from(["swim", "night", "next"]))
    def leave_or_return(self, sheet: str) -> None:
        """R10.2: who comes back with the last revision gets what came since."""
        watch = self.watches[sheet]
        if watch is not None:
            self.run(watch.leave())
            self.watches[sheet], self.left[sheet] = None, (watch.rows, watch.revision)
        else:
            rows, revision = self.left[sheet]
            self.watches[sheet] = self.run(self.business.watch(sheet, revision, rows))

    # Marks and time are what most of the walk is to be about.
    submit_too, submit_still, mark_too, mark_still = submit, submit, mark, mark
    check_in_too, check_in_still, clear_too, wait_too = check_in, check_in, clear, wait

    def _work_at(self, at: Any) -> None:
        self.model.now = self.system.api.clock.now = at
        others = self.run(self.business.work(acts.advance(self.model)))
        assert others == 0, f"{others} runs were due of which the rules know nothing"

    def _moments(self, slot: Any) -> list[Any]:
        second = timedelta(seconds=1)
        ends = list(slot.runs.values())
        return [slot.starts_at, slot.starts_at + second, slot.ends_at, *ends, *(at - second for at in ends)]

    def _seen(self, sheet: str, behind: int | None) -> int | None:
        return None if behind is None else max(self.model.sheets[sheet].revision - behind, 0)

    def _row(self, sheet: str, student: str) -> dict[str, Any]:
        return {"occurrenceId": self.business.occurrences[sheet], "studentId": self.student(student)}

    @staticmethod
    def _note(status: str | None, note: str | None) -> dict[str, Any]:
        return {} if note == KEEP or status is None else {"note": note}
