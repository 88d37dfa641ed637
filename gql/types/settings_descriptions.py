"""What each setting does, told where it is read and where it is changed."""

from collections.abc import Mapping

from attendance.rules.settings_changes import RANGES


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
}
