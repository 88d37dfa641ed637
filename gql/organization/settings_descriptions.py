"""The description of each setting, for the types that show it and the inputs that change it."""

from collections.abc import Mapping

from attendance.rules.organization.settings_changes import MOST_OF_UNIT, RANGES
from attendance.rules.vocabulary import ExpiryUnit


def _from_to(name: str) -> str:
    return f"{RANGES[name].least} to {RANGES[name].most}"


SAYS: Mapping[str, str] = {
    "office_check_in_mode": "Whether the Office Portal works in check-in mode. In this mode, students can be marked "
    "one at a time; each student who is present causes absences by default for all unmarked students; and "
    "today's absences earn their makeup tokens by deferred runs. A student's attendance then also lists cancelled "
    "occurrences. Default: off.",
    "birthday_window_days": "How many days before and after a birthday the birthday indicator is shown: "
    f"{_from_to('birthday_window_days')}. With 0, it is shown only on the birthday itself. Default: 3.",
    "mark_absent_when_nobody_checks_in": "Whether all students on a roll sheet become absent by default at the end of "
    "the day if nobody on it is marked. Default: off.",
    "consecutive_absences_notice": "After how many consecutive unexcused absences of a student in an offering the "
    f"family gets one e-mail: {_from_to('consecutive_absences_notice')}. Null: no e-mail is sent. Default: null.",
    "place_offer_hours": "For how many hours a place that becomes free is held for the next student on the waitlist: "
    f"{_from_to('place_offer_hours')}. The place is offered at once, and the family is told by e-mail. Null: places "
    "are offered only with `offerPlace`. Default: null.",
    "staff_check_in_mode": "Whether the Staff Portal works in check-in mode, independently of the Office Portal. "
    "Default: off.",
    "staff_sees_balances": "Whether the Staff Portal shows the balances of families to staff with SEE_BALANCES. "
    "Default: off.",
    "kiosk_read_only": "Whether kiosks only show who is expected, and accept no check-ins. Default: off.",
    "kiosk_early_minutes": "How many minutes before an occurrence starts the kiosk begins to accept check-ins for it: "
    f"{_from_to('kiosk_early_minutes')}. Null: from midnight on. Default: null.",
    "kiosk_late_minutes": "How many minutes after an occurrence starts the kiosk stops accepting check-ins for it: "
    f"{_from_to('kiosk_late_minutes')}. Null: until the day ends. Default: null.",
    "kiosk_marks_tardy": "Whether a check-in after the start is marked TARDY. A check-in exactly at the start is on "
    "time. Default: off.",
    "guardians_may_request_absences": "Whether guardians may announce absences beforehand. Default: on.",
    "auto_approve_absences": "Whether absences that guardians announce are approved without a decision of staff. "
    "Default: off.",
    "auto_excuse_absences": "Whether absences that are approved without a decision of staff are also excused. "
    "Default: off.",
    "absence_notice_minutes": "How many minutes before the start an absence must be announced to be on time: "
    f"{_from_to('absence_notice_minutes')}. Whole days (multiples of 1440) are days of the calendar at the location: "
    "two days before Monday 17:00 is Saturday 17:00 by the wall clock, also across a clock change. Any other number is "
    "elapsed time. Late absences are never excused without a decision of staff. Default: 0.",
    "absence_notice_in_hours": "Whether a notice of whole days is counted in hours of elapsed time too: 2880 minutes "
    "are then 48 hours. Default: off, so that they are two days of the calendar.",
    "tokens_enabled": "Whether absences earn makeup tokens. When this is off, absences earn no new tokens. Existing "
    "tokens can still be used, and staff can still create tokens, by hand and when they cancel classes. Default: on.",
    "token_trigger": "Which absences from classes earn a token. Default: ALL_ABSENCES.",
    "earning_types": "The types of enrollment whose absences earn tokens, and for which tokens are created when "
    "classes are cancelled: at least one, and not WAITLIST. Default: only ACTIVE.",
    "token_limit": "How many tokens absences may earn in a period, counted by the date of the missed class: "
    f"{_from_to('token_limit')}. Tokens created by hand and tokens of cancelled classes are neither counted nor "
    "limited. Revoked tokens are not counted. An absence over the limit earns no token, and the ledger says so. Null: "
    "no limit. Default: null.",
    "token_limit_period": "The period of `tokenLimit`. Default: MONTH.",
    "token_limit_scope": "Whether `tokenLimit` counts all absences of a student together, or separately for each "
    "enrollment. Default: STUDENT.",
    "expiry_unit": "How the expiration date of new tokens is found. A token can be used until the end of its last "
    "day. Default: DAYS.",
    "expiry_count": "For how many days, weeks or months (see `expiryUnit`) new tokens can be used: "
    f"{_from_to('expiry_count')} days, 1 to {MOST_OF_UNIT[ExpiryUnit.WEEKS]} weeks or 1 to "
    f"{MOST_OF_UNIT[ExpiryUnit.MONTHS]} months. One month after 31 January is the last day of February. It has no "
    "effect when `expiryUnit` is NEVER or END_OF_SESSION. Default: 90.",
    "expiry_anchor": "The date from which days, weeks and months are counted. Tokens that were created by hand have "
    "no missed class, so they always count from their issue date. Default: ISSUE.",
    "ignore_location_lock": "Whether all tokens can be used at every location, even if they are restricted to one. "
    "This includes existing tokens. Default: off.",
    "families_see_comments": "Whether families see the comments of staff on their tokens. Default: off.",
    "families_see_expired": "Whether families see expired tokens. Default: on.",
    "auto_approve_makeups": "Whether families book makeups themselves. If not, they request makeups, and staff "
    "approve or deny the requests. Default: on.",
    "families_may_give_back_makeups": "Whether families give back makeups that are booked, until the latest booking "
    "time (see `makeupLatestBookingMinutes`). If not, only staff do. Default: on.",
    "makeup_horizon_days": "How many days ahead a makeup can be booked, by families and by staff: "
    f"{_from_to('makeup_horizon_days')}. Default: 60.",
    "makeup_latest_booking_minutes": "How many minutes before the start a makeup must be booked at the latest: "
    f"{_from_to('makeup_latest_booking_minutes')}, and no longer than the days of `makeupHorizonDays`. With 0, it can "
    "be booked until the start. Default: 0.",
    "expire_after_last_drop_days": "For how many more days the unused tokens of a student can be used after the last "
    f"current or future enrollment was dropped: {_from_to('expire_after_last_drop_days')}. If the student enrolls "
    "again before these days are over, the tokens keep their own dates. ACTIVE, TRIAL and SINGLE_DAY enrollments "
    "count. Null: dropping the last enrollment does not change the tokens. Default: null.",
    "returned_token_days": "For how many days at least a makeup token can be used after the business has cancelled the "
    f"makeup that was booked with it: {_from_to('returned_token_days')}. A last day that is nearer, or has passed, is "
    "put off. With 0, the token can be used on the day of the cancellation. Default: 14.",
    "second_factor_required": "Whether everybody with OWNER or MANAGE_SETTINGS needs a second factor to sign in. Who "
    "has none sets one up when signing in; sessions without one end with their next refresh. People of an external "
    "identity provider are not concerned. Default: off.",
}
