"""A day of the business: each class that meets has its roll sheet taken, and in the night the workers settle the day.

A sheet is taken at the kiosk, by its instructor in the Staff Portal, or by the office. What the script records there it
draws by itself; who is on the sheet it knows from its model, and the service must show the same.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from random import Random
from typing import Any

from tests.support.api import Api
from tests.year.business import OFFICE, Business
from tests.year.model import DAY, Meeting, token_key
from tests.year.plan import WHOLE, YEAR
from tests.year.registering import Register

SHEETS = """query($date: Date!) { daySheets(date: $date) {
  id state startsAt offering { id } roster { student { id } isSubdued mark { status } } } }"""
STATUSES = ("PRESENT", "TARDY", "LEFT_EARLY", "ABSENT", "EXCUSED_ABSENCE")
WEIGHTS = (78, 6, 3, 9, 4)
LATE = timedelta(minutes=10)


@dataclass
class Days:
    """The business from day to day. `kiosks` are the devices by the id of their location."""

    business: Business
    register: Register
    kiosks: dict[str, str]
    taken: list[str] = field(default_factory=list)
    """The sheets of the last day of classes."""

    async def live(self, first: date, last: date) -> None:
        """Every day from the first to the last."""
        for number in range((last - first).days + 1):
            await self.day(on := first + number * DAY)
            if on.isoweekday() == 7 or on == last:
                if YEAR is WHOLE:
                    await self.business.look_after_the_database()
                self.business.say(f"{len(self.business.model.sheets)} sheets are taken")

    async def day(self, on: date) -> None:
        business = self.business
        business.until(datetime.combine(on, time(7), next(iter(business.model.courses.values())).zone))
        due = sorted(business.model.meetings(on), key=lambda each: (each.starts_at, each.course.name))
        if not due:
            return
        await self._correct_yesterday()
        sheets = await self._sheets(on, due)
        for starts_at, together in groupby(due, key=lambda each: each.starts_at):
            open_ = [each for each in together if (each.slot.id, each.on) not in business.model.cancelled]
            await self._take_together(starts_at, open_, sheets)
        # After the end of the day at every location, with the runs that are due then.
        business.until(datetime.combine(on + DAY, time(0, 30), due[-1].course.zone))
        await business.work()

    async def _correct_yesterday(self) -> None:
        """In the morning the office corrects a few marks; a token that has been used already is left alone."""
        model, taken = self.business.model, self.taken
        self.taken = []
        for sheet_id in taken:
            sheet = model.sheets[sheet_id]
            dice = Random(f"{self._dice(sheet.meeting).random()} corrected")
            student = dice.choice(sorted(sheet.marks, key=self.register.name))
            token = model.tokens.get(token_key(sheet.meeting, student))
            if dice.random() < 0.2 and (token is None or token.use is None):
                status = dice.choice(STATUSES)
                marks = [{"studentId": student, "status": status}]
                await self.business.office.act("submitAttendance", occurrenceId=sheet_id, marks=marks)
                model.mark(sheet, student, status)

    async def _sheets(self, on: date, due: Sequence[Meeting]) -> dict[tuple[str, datetime], str]:
        """The ids of the day's sheets, which are those of the timetable with the students who have a place."""
        shown = (await self.business.office.ask(SHEETS, date=str(on)))["daySheets"]
        found = {_key(each): each for each in shown if each["state"] in ("SCHEDULED", "CANCELLED")}
        assert found.keys() == {(each.course.id, each.starts_at) for each in due}, on
        for each in due:
            sheet = found[each.course.id, each.starts_at]
            is_cancelled = (each.slot.id, on) in self.business.model.cancelled
            assert (sheet["state"] == "CANCELLED") == is_cancelled, (each.course.name, on)
            there = {row["student"]["id"] for row in sheet["roster"]}
            assert there == self.business.model.present_at(each).keys(), (each.course.name, on)
        return {key: each["id"] for key, each in found.items()}

    async def _take_together(
        self, starts_at: datetime, meetings: list[Meeting], sheets: dict[tuple[str, datetime], str]
    ) -> None:
        """First those who come to a kiosk in time and late, then the sheets of all others at once."""
        self.business.until(starts_at - timedelta(minutes=5))
        at_kiosk = [each for each in meetings if self._way(each) == "kiosk"]
        drawn = {(each.slot.id, each.on): self._draw(each) for each in meetings}
        for is_late in (False, True):
            for each in at_kiosk:
                await self._check_in(each, sheets[each.course.id, starts_at], drawn[each.slot.id, each.on], is_late)
            self.business.until(starts_at + LATE)
        others = [each for each in meetings if each not in at_kiosk]
        await asyncio.gather(
            *(self._submit(each, sheets[each.course.id, starts_at], drawn[each.slot.id, each.on]) for each in others)
        )

    def _way(self, meeting: Meeting) -> str:
        return self._dice(meeting).choices(("kiosk", "staff", "office"), (YEAR.kiosk_share, 65, 30))[0]

    def _dice(self, meeting: Meeting) -> Random:
        """The same for a meeting, whatever else is drawn."""
        return Random(f"{self.business.seed} {meeting.course.name} {meeting.slot.start} {meeting.on}")

    def _draw(self, meeting: Meeting) -> dict[str, str]:
        dice = self._dice(meeting)
        there = sorted(self.business.model.present_at(meeting), key=self.register.name)
        return {student: dice.choices(STATUSES, WEIGHTS)[0] for student in there}

    async def _submit(self, meeting: Meeting, sheet_id: str, drawn: dict[str, str]) -> None:
        """The instructor, or the office, hands in the whole sheet: who is there is the rest."""
        if not drawn:
            return
        desk = self.business.desk(OFFICE)
        if self._way(meeting) == "staff":
            desk = self.business.desk(meeting.course.teacher, "STAFF")
        marks = [{"studentId": each, "status": status} for each, status in drawn.items() if status != "PRESENT"]
        await desk.act("submitAttendance", occurrenceId=sheet_id, marks=marks, markRest="PRESENT")
        self._record(sheet_id, meeting, drawn)

    async def _check_in(self, meeting: Meeting, sheet_id: str, drawn: dict[str, str], is_late: bool) -> None:
        """Families come to the kiosk: who is drawn as tardy comes late, and the absent do not come (R4.5, R5.3)."""
        coming = [each for each, status in drawn.items() if status not in ("ABSENT", "EXCUSED_ABSENCE")]
        if not coming:
            if not is_late:
                await self._submit(meeting, sheet_id, drawn)
            return
        device = Api(**(vars(self.business.outside) | {"token": self.kiosks[meeting.course.location_id]}))
        for student in coming:
            if (drawn[student] == "TARDY") == is_late:
                done: dict[str, Any] = await device.act("checkIn", "status", occurrenceId=sheet_id, studentId=student)
                assert done["__typename"] == "CheckInSuccess", done
                assert done["status"] == ("TARDY" if is_late else "PRESENT")
        if is_late:
            came = {each: "TARDY" if drawn[each] == "TARDY" else "PRESENT" for each in coming}
            self._record(sheet_id, meeting, {each: came.get(each, "ABSENT") for each in drawn})

    def _record(self, sheet_id: str, meeting: Meeting, marks: dict[str, str]) -> None:
        self.business.model.record(sheet_id, meeting, marks)
        self.taken.append(sheet_id)


def _key(sheet: dict[str, Any]) -> tuple[str, datetime]:
    return sheet["offering"]["id"], datetime.fromisoformat(sheet["startsAt"])


async def launch_kiosks(business: Business) -> dict[str, str]:
    """A device at the door of each location, good for the whole year."""
    found = {}
    for name in ("Dock Street", "Mile High"):
        given = {"locationId": business.ids[name], "name": f"Door of {name}"}
        found[business.ids[name]] = (await business.owner.act("launchKiosk", "deviceToken", **given))["deviceToken"]
    return found
