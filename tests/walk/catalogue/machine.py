"""The steps of the walk over the catalogue: the source, the office, and the clock, in any order."""

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from gql.fields.global_ids import encode_id
from tests.walk import acts
from tests.walk.catalogue.compare import fixed
from tests.walk.catalogue.schooling import OLGA
from tests.walk.catalogue.source_steps import CLASS, WHICH, SourceSteps
from tests.walk.catalogue.stays import Stay
from tests.walk.catalogue.timetable import Listed
from tests.walk.model import KEEP

DAY = timedelta(days=1)
ABSENT = st.sampled_from(["ABSENT", "ABSENT", "PRESENT", "EXCUSED_ABSENCE", "TARDY"])
LEAP = st.sampled_from([timedelta(minutes=7), timedelta(hours=1), timedelta(hours=5), DAY, 3 * DAY, 8 * DAY])


class CatalogueWalk(SourceSteps):
    @rule(which=WHICH, first=ABSENT, rest=st.sampled_from([None, "PRESENT", "ABSENT"]))
    def take(self, which: int, first: str, rest: str | None) -> None:
        """Attendance of today or of the past is taken, or corrected."""
        today = [each for each in self._sheets() if each.state == "SCHEDULED" and each.slot.held_on <= self.today]
        rostered = [each for each in today if self.model.rows(self.model.sheets[each.name])]
        if rostered:
            listed = rostered[-1 - which % min(len(rostered), 8)]
            sheet = self.model.sheets[listed.name]
            student = self.model.rows(sheet)[0]["student"]
            acts.submit(self.model, OLGA, sheet, {student: (first, KEEP)}, rest, None)
            mark = {"studentId": self.school.student(student), "status": first}
            self.act("submitAttendance", occurrenceId=self._id(listed), marks=[mark], markRest=rest)
            self.corrected.add(self._id(listed))

    @rule(student=st.sampled_from(["Ann", "Ben", "Cas", "Dan"]), class_=CLASS, days=st.integers(0, 3))
    def enroll(self, student: str, class_: str, days: int) -> None:
        starts_on = self.today + days * DAY
        ahead = [each for each in self._sheets() if each.slot.offering == class_ and each.state == "SCHEDULED"]
        if any(each.slot.held_on >= starts_on for each in ahead) and not self._is_in(student, class_):
            self.stays.office.append(Stay(student, class_, [(starts_on, None)], is_the_offices=True))
            self.act("enrollStudent", studentId=self.school.student(student), startsOn=str(starts_on), type="ACTIVE",
                     offeringId=encode_id("Offering", self.school.classes[class_]))  # fmt: skip
            self.settle(OLGA)

    @rule(which=WHICH, days=st.integers(0, 4))
    def drop(self, which: int, days: int) -> None:
        """R13.9: the import does not bring the student back."""
        dropped = self._somebody(which)
        if dropped is not None:
            listed, stay, entry = dropped
            drop_on = listed.slot.held_on + days * DAY
            if any(last is None or last > drop_on for _, last in stay.spans):
                stay.cut(drop_on + DAY)
                stay.is_the_offices = True
                self.act("dropEnrollment", enrollmentId=entry["enrollment"]["id"], dropOn=str(drop_on))
                self.settle(OLGA)

    @rule(which=WHICH, class_=CLASS)
    def transfer(self, which: int, class_: str) -> None:
        moved = self._somebody(which, outside=class_)
        if moved is None:
            return
        listed, stay, entry = moved
        ahead = [each for each in self._sheets() if each.slot.offering == class_ and each.state == "SCHEDULED"]
        dates = [each.slot.held_on for each in ahead if each.slot.held_on > listed.slot.held_on]
        if dates and stay.covers(dates[0] - DAY):
            stay.cut(dates[0])
            stay.is_the_offices = stay.is_transferred = True
            self.stays.office.append(Stay(stay.student, class_, [(dates[0], None)], is_the_offices=True))
            self.act("transferEnrollment", enrollmentId=entry["enrollment"]["id"], startsOn=str(dates[0]),
                     offeringId=encode_id("Offering", self.school.classes[class_]))  # fmt: skip
            self.settle(OLGA)

    @rule(first=st.sampled_from([-9, -1, 0, 1, 3]), days=st.sampled_from([0, 0, 2, 9]))
    def close(self, first: int, days: int) -> None:
        """A closure is entered, perhaps for dates that are past."""
        span = self.today + first * DAY, self.today + (first + days) * DAY
        self.closures.append(span)
        for class_, changes_on in self.change_dates().items():
            before = self.timetable.latest(class_)
            self.timetable.say(class_, replace(before, closed=(*before.closed, span)), changes_on)
        self.run(self.school.close(list(self.timetable.said), *span))
        self.settle(OLGA)

    @rule(class_=CLASS, capacity=st.sampled_from([None, 8, 12]))
    def limit(self, class_: str, capacity: int | None) -> None:
        if class_ in self.timetable.said:
            changes_on = self.change_dates()[class_]
            self.timetable.say(class_, replace(self.timetable.latest(class_), capacity=capacity), changes_on)
            self.run(self.school.limit(class_, capacity))
            self.settle(OLGA)

    @rule(leap=LEAP)
    @precondition(lambda self: self.today < self.last_on)
    def wait(self, leap: timedelta) -> None:
        self.model.now = self.system.api.clock.now = self.model.now.astimezone(UTC) + leap
        self.settle(OLGA)
        self.work()

    @rule(which=WHICH)
    def open_again(self, which: int) -> None:
        """R2.2: an id that somebody kept opens the same roll sheet."""
        past = [id for id, node in self.seen.items() if node["date"] < str(self.today)]
        if past:
            id = past[which % len(past)]
            assert fixed(self.run(self.school.occurrence(id))) == fixed(self.seen[id])

    wait_too, take_too, take_still = wait, take, take

    def act(self, act: str, **given: Any) -> dict[str, Any]:
        self.keys += 1
        answer = self.run(self.school.ask(act, idempotencyKey=f"key {self.keys}", **given))
        assert answer["__typename"] == f"{act[0].upper()}{act[1:]}Success", f"{act} {given}: {answer}"
        self.answers[act] += 1
        return answer

    def _sheets(self) -> list[Listed]:
        """Those that the last look showed, by date."""
        shown = sorted(self.listed.values(), key=lambda each: (each.slot.starts_at, each.name))
        return [each for each in shown if self._find(each) is not None]

    def _find(self, listed: Listed) -> dict[str, Any] | None:
        offering_id = encode_id("Offering", self.school.classes[listed.slot.offering])
        starts_at = listed.slot.starts_at.isoformat()
        return next(
            (node for node in self.seen.values()
             if node["offering"]["id"] == offering_id and node["startsAt"].replace("Z", "+00:00") == starts_at), None
        )  # fmt: skip

    def _id(self, listed: Listed) -> str:
        node = self._find(listed)
        assert node is not None
        return str(node["id"])

    def _somebody(self, which: int, *, outside: str | None = None) -> tuple[Listed, Stay, dict[str, Any]] | None:
        """A student who is on a sheet of today or later, with the enrollment that puts them there: their last one,
        since ending an earlier one leaves those that follow it. It was not transferred.

        outside -- a class in which the student is not
        """
        ahead = [each for each in self._sheets() if each.slot.held_on >= self.today]
        rows = [
            (each, stay, row)
            for each in ahead
            for row in (self._find(each) or {})["roster"]
            if (stay := self.stays.of(row["student"]["firstName"], each.slot.offering, each.slot.held_on)) is not None
            and stay.spans[-1][0] <= each.slot.held_on
            and not stay.is_transferred
            and (outside is None or not self._is_in(stay.student, outside))
        ]
        return rows[which % len(rows)] if rows else None
