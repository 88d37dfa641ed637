"""The blackout schedule of a program, and another one that it is to have from a date on (R13.2)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ClosurePlan:
    """The last blackout schedule that a program was given, and the one that holds before its first date. A schedule is
    None when the program has none, and so never closes.

    blackout_schedule_from -- None when the schedule held at once
    """

    blackout_schedule_id: UUID | None
    former_blackout_schedule_id: UUID | None = None
    blackout_schedule_from: date | None = None

    @property
    def present_id(self) -> UUID | None:
        """The schedule that holds before the date of the plan."""
        return self.blackout_schedule_id if self.blackout_schedule_from is None else self.former_blackout_schedule_id

    def settled(self, today: date) -> "ClosurePlan":
        """Return the plan as it stands when its date has come, without what held before; else the plan itself."""
        is_ahead = self.blackout_schedule_from is not None and self.blackout_schedule_from > today
        return self if is_ahead else ClosurePlan(self.blackout_schedule_id)

    def after(self, schedule_id: UUID | None, since: date | None, today: date) -> "ClosurePlan":
        """Return what holds when somebody asks for a schedule from a date on. A plan that was made before gives way.
        Asking for the schedule that holds now takes the plan back.

        since -- None: from now on
        """
        present_id = self.settled(today).present_id
        if since is not None and since > today and schedule_id != present_id:
            return ClosurePlan(schedule_id, present_id, since)
        return ClosurePlan(schedule_id)
