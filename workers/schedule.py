"""The timetable of the workers, in UTC. Each line is done by only one of several workers (`unique`).

Jobs compare local times themselves, because arq's arithmetic on local wall time would skip the hour that a zone repeats
when its clocks go back.
"""

from arq.cron import CronJob, cron

from workers.figures import Job, observed
from workers.jobs.change_zones import change_zones_as_planned
from workers.jobs.end_days import end_days_of_locations
from workers.jobs.end_staff import end_staff_as_planned
from workers.jobs.forget_answers import forget_old_answers
from workers.jobs.forget_by_age import forget_old_rows
from workers.jobs.forget_feed import forget_old_feed
from workers.jobs.forget_tasks import forget_old_tasks
from workers.jobs.send_email import send_due_emails
from workers.jobs.sweep_offers import end_offers_over, offer_free_places
from workers.jobs.sweep_token_runs import sweep_token_runs


def _line(
    name: str, job: Job, *, timeout: int, second: int, minute: int | set[int] | None = None, hour: int | None = None
) -> CronJob:
    return cron(observed(name, job), name=name, timeout=timeout, second=second, minute=minute, hour=hour)


TIMETABLE: tuple[CronJob, ...] = (
    # Each minute at :10, so that the sweep of the same minute finds the runs that the absences of 23:59 have armed.
    _line("end_days", end_days_of_locations, second=10, timeout=600),
    # Each minute at :30, between the full minutes at which runs are due, so that arq's own wake-up comes first.
    _line("sweep_token_runs", sweep_token_runs, second=30, timeout=50),
    # Each minute at :20, so that the e-mail job of the same minute tells the next family.
    _line("end_offers_over", end_offers_over, second=20, timeout=50),
    # Every ten minutes. Acts on enrollments offer places themselves; this job offers those that imports, erasures and
    # changes of the timetable have freed.
    _line("offer_free_places", offer_free_places, minute=set(range(5, 60, 10)), second=25, timeout=300),
    # Each minute as it begins, because planned ends are the beginnings of days. Requests compare the time themselves;
    # this job ends streams, sessions and links.
    _line("end_staff", end_staff_as_planned, second=0, timeout=50),
    # Each minute at :05, since dates begin in some zone at nearly every quarter of an hour.
    _line("change_zones", change_zones_as_planned, second=5, timeout=50),
    # Each minute at :40, since cancelled tasks are kept for only ten minutes.
    _line("forget_tasks", forget_old_tasks, second=40, timeout=50),
    # Each minute at :50, away from the other jobs: messages that Redis lost, and retries.
    _line("send_due_emails", send_due_emails, second=50, timeout=50),
    # Each hour at :17, when nothing else is due.
    _line("forget_answers", forget_old_answers, minute=17, second=0, timeout=300),
    # Each hour at :47, half an hour away from `forget_answers`.
    _line("forget_feed", forget_old_feed, minute=47, second=0, timeout=300),
    # Once a day. What a day without workers has left is done on the next one.
    _line("forget_by_age", forget_old_rows, hour=9, minute=37, second=0, timeout=1800),
)
