"""Which classes an import may no longer hold on some date."""

from uuid import UUID

from importing.oneroster.known import Known
from importing.oneroster.plan import Plan
from importing.oneroster.plan_timetable import changed_offerings


def retimed_offerings(plan: Plan, known: Known) -> set[UUID]:
    """Return the known classes that this import may no longer hold on some date."""
    named = {each.timeslot_id for each in plan.moved_timeslots} | set(plan.ended_timeslots)
    return changed_offerings(plan, known) | {each.offering_id for each in known.timeslots if each.id in named}
