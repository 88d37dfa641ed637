"""The two days, hour by hour: what people do through the API, all at once, while everything around them fails."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from attendance.rules.calendar.timeslots import OccurrenceKey
from gql.fields.global_ids import encode_id, encode_occurrence_id
from tests.simulation.crew import Crew
from tests.simulation.script import Act
from tests.simulation.timetable import CHICAGO
from tests.support.api import Api

AT_ONCE = 8
_ACT = "mutation($input: {type}Input!) {{ {name}(input: $input) {{ __typename ... on UserError {{ message }} }} }}"
_NAMES = ("submitAttendance", "markAttendance", "clearMark", "checkIn", "updateClassSettings",
          "updateStaffPortalSettings")  # fmt: skip
DOCUMENTS = {name: _ACT.format(type=name[0].upper() + name[1:], name=name) for name in _NAMES}


@dataclass
class Days:
    """`told` counts the answers."""

    callers: dict[str, Api]
    crew: Crew
    random: Random
    told: Counter[str] = field(default_factory=Counter)
    sent: int = 0

    @property
    def clock(self) -> Any:
        return self.callers["office"].clock

    async def pass_by(self, acts: list[Act], step: timedelta, last_at: datetime) -> None:
        """From the first act to `last_at`; after each step of the clock comes what was to happen in it."""
        now = acts[0].at
        todo = iter(acts)
        act = next(todo, None)
        while now < last_at:
            now = min(now + step, last_at)
            if now.astimezone(CHICAGO).hour < 8 and now.astimezone(CHICAGO).hour > 1:
                continue
            self.clock.now = now
            self.crew.start(now)
            await self._switch()
            batch = []
            while act is not None and act.at <= now:
                batch.append(act)
                act = next(todo, None)
            await asyncio.gather(self._carry_out(batch), self.crew.trouble(now))
        assert act is None

    async def _switch(self) -> None:
        """R1.2: two switches that know nothing of each other."""
        office, staff = self.random.random() < 0.5, self.random.random() < 0.5
        await self._ask("office", "updateClassSettings", {"officeCheckInMode": office})
        await self._ask("office", "updateStaffPortalSettings", {"staffCheckInMode": staff})
        self.told[f"check-in modes {office:d}{staff:d}"] += 1

    async def _carry_out(self, acts: list[Act]) -> None:
        """In any order, many at a time."""
        self.random.shuffle(acts)
        waiting = iter(acts)

        async def work() -> None:
            for act in waiting:
                await self._do(act)

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))

    async def _do(self, act: Act) -> None:
        name, given = self._asked(act)
        given["idempotencyKey"] = self._key()
        answer = await self._unreliably(act.who, name, given)
        if answer == "CheckInModeOff":
            status = given.get("status", "PRESENT" if name == "checkIn" else None)
            marks = [{"studentId": given["studentId"], "status": status}]
            sheet = {"occurrenceId": given["occurrenceId"], "marks": marks, "idempotencyKey": self._key()}
            await self._unreliably(act.who, "submitAttendance", sheet)

    def _asked(self, act: Act) -> tuple[str, dict[str, Any]]:
        key = OccurrenceKey(act.meeting.timeslot_id, act.meeting.held_on)
        given: dict[str, Any] = {"occurrenceId": encode_occurrence_id(key)}
        if act.student is None:
            marks = [{"studentId": encode_id("Student", each), "status": status} for each, status in act.marks or ()]
            return "submitAttendance", given | {"marks": marks, "markRest": act.rest}
        given["studentId"] = encode_id("Student", act.student)
        if act.marks is None:
            return "checkIn", given
        ((_, status),) = act.marks
        return ("clearMark", given) if status is None else ("markAttendance", given | {"status": status})

    async def _unreliably(self, who: str, name: str, given: dict[str, Any]) -> str:
        """Some requests are sent twice at once, some are broken off and sent again; the key makes them one (R4.11)."""
        chance = self.random.random()
        if chance < 0.03:
            self.told["sent twice at once"] += 1
            one, other = await asyncio.gather(self._ask(who, name, given), self._ask(who, name, given))
            assert one == other
            return one
        if chance < 0.06:
            self.told["broken off"] += 1
            request = asyncio.create_task(self._ask(who, name, given))
            await asyncio.wait({request}, timeout=self.random.uniform(0, 0.03))
            request.cancel()
            await asyncio.gather(request, return_exceptions=True)
        return await self._ask(who, name, given)

    async def _ask(self, who: str, name: str, given: dict[str, Any]) -> str:
        """The type of the answer, or the code of its error."""
        body = await self.callers[who].send(DOCUMENTS[name], input=given)
        error = body["errors"][0]["extensions"] if "errors" in body else None
        answer = str(error["code"] if error else body["data"][name]["__typename"])
        self.told[f"{name} by {who}: {answer}"] += 1
        return answer

    def _key(self) -> str:
        self.sent += 1
        return f"request {self.sent}"
