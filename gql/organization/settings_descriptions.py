"""What each setting does, told where it is read and where it is changed."""

from collections.abc import Mapping

from attendance.rules.organization.settings_changes import MOST_OF_UNIT, RANGES
from attendance.rules.vocabulary import ExpiryUnit


def _from_to(name: str) -> str:
    return f"{RANGES[name].least} to {RANGES[name].most}"


SAYS: Mapping[str, str] = {
    "office_check_in_mode": "Check-in mode of the Office Portal: students can be marked one at a time, the first who "
    "is there marks the others absent by default, and today's absences earn their makeup tokens by deferred runs. "
    "With it on, a student's attendance shows cancelled occurrences too. Off unless changed.",
    "birthday_window_days": "How many days before and after an occurrence a birthday is shown beside a student: "
    f"{_from_to('birthday_window_days')}, 3 unless changed; 0: on the day itself.",
    "mark_absent_when_nobody_checks_in": "Whether, at the end of the day, an occurrence on whose roll sheet nobody is "
    "marked gets absences by default. Off unless changed.",
    "consecutive_absences_notice": "After so many unexcused absences in a row of a student in an offering the family "
    f"gets one e-mail: {_from_to('consecutive_absences_notice')}. Null, as it is unless changed: none is sent.",
    "staff_check_in_mode": "Check-in mode of the Staff Portal, independent of the Office Portal's. Off unless changed.",
    "staff_sees_balances": "Whether staff with SEE_BALANCES see in the Staff Portal what families owe. Off unless "
    "changed.",
    "kiosk_read_only": "Whether kiosks only show who is expected, and take no check-ins. Off unless changed.",
    "kiosk_early_minutes": "How many minutes before its start an occurrence takes check-ins at a kiosk at the "
    f"earliest: {_from_to('kiosk_early_minutes')}. Null, as it is unless changed: from midnight on.",
    "kiosk_late_minutes": "How many minutes after its start an occurrence takes check-ins at a kiosk at the latest: "
    f"{_from_to('kiosk_late_minutes')}. Null, as it is unless changed: until the day is over.",
    "kiosk_marks_tardy": "Whether checking in after the start is TARDY; the start itself is on time. Off unless "
    "changed.",
    "guardians_may_request_absences": "Whether guardians may tell of absences beforehand. On unless changed.",
    "auto_approve_absences": "Whether absences that guardians tell of are approved without staff. Off unless changed.",
    "auto_excuse_absences": "Whether absences that are approved without staff are excused too. Off unless changed.",
    "absence_notice_minutes": "How many minutes before the start an absence must be told so as not to be late: "
    f"{_from_to('absence_notice_minutes')}, 0 unless changed. Late ones are never excused without staff.",
    "tokens_enabled": "Whether absences earn makeup tokens. Off, no new ones come by themselves; those that are there "
    "stay good, and staff can still create some by hand. On unless changed.",
    "token_trigger": "Which absences from classes earn a token. ALL_ABSENCES unless changed.",
    "earning_types": "The types of enrollment whose absences earn tokens: one at least, and not WAITLIST. ACTIVE alone "
    "unless changed.",
    "token_limit": "How many tokens absences may earn in a period, counted by the date of the class missed: "
    f"{_from_to('token_limit')}. Tokens by hand and those of cancelled classes neither count nor are limited; revoked "
    "ones do not count. An absence over the limit earns nothing, and the ledger says so. Null, as it is unless "
    "changed: no limit.",
    "token_limit_period": "The period of `tokenLimit`. MONTH unless changed.",
    "token_limit_scope": "Whether `tokenLimit` is for all absences of a student together, or for those of each "
    "enrollment. STUDENT unless changed.",
    "expiry_unit": "When new tokens expire. DAYS unless changed. A token is good through the end of its last day.",
    "expiry_count": "How many days, weeks or months (`expiryUnit`) new tokens are good: "
    f"{_from_to('expiry_count')} days, 1 to {MOST_OF_UNIT[ExpiryUnit.WEEKS]} weeks or 1 to "
    f"{MOST_OF_UNIT[ExpiryUnit.MONTHS]} months. A month from 31 January is the last day of February. 90 unless "
    "changed; without effect where the unit is NEVER or END_OF_SESSION.",
    "expiry_anchor": "What days, weeks and months are counted from. ISSUE unless changed; tokens that were created by "
    "hand have no class missed and count from their issue always.",
    "ignore_location_lock": "Whether tokens are good at every location, whichever one they are locked to, earlier "
    "ones too. Off unless changed.",
    "families_see_comments": "Whether families are shown the comments of staff on their tokens. Off unless changed.",
    "families_see_expired": "Whether families are shown tokens that have expired. On unless changed.",
    "auto_approve_makeups": "Whether families book makeups by themselves; if not, they request them and staff approve "
    "or deny. On unless changed.",
    "makeup_horizon_days": "How many days ahead a makeup can be booked, by families and staff alike: "
    f"{_from_to('makeup_horizon_days')}, 60 unless changed.",
    "makeup_latest_booking_minutes": "How many minutes before the start a makeup must be booked at the latest: "
    f"{_from_to('makeup_latest_booking_minutes')}, and no more than the days of `makeupHorizonDays` have. 0 unless "
    "changed: until the start.",
    "expire_after_last_drop_days": "When the last current or future enrollment of a student is dropped, the unused "
    f"tokens are good for so many days more: {_from_to('expire_after_last_drop_days')}. Enrolling again before "
    "they are over keeps the tokens. ACTIVE, TRIAL and SINGLE_DAY enrollments count. Null, as it is unless changed: "
    "tokens stay as they are.",
}
