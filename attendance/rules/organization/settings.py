"""An organization's settings as values. The defaults are those of a new organization."""

from dataclasses import dataclass

from attendance.rules.vocabulary import (
    EnrollmentType,
    ExpiryAnchor,
    ExpiryUnit,
    LimitPeriod,
    LimitScope,
    TokenTrigger,
)


@dataclass(frozen=True, slots=True)
class ClassSettings:
    """Settings of R1.2, R3.4 (birthday window in days on each side), R4.13 and R4.14 (None means that no e-mail is
    sent).

    place_offer_hours -- for how many hours a place that becomes free is held for the next student who waits. None
        means that places are not offered automatically.
    """

    office_check_in_mode: bool = False
    birthday_window_days: int = 3
    mark_absent_when_nobody_checks_in: bool = False
    consecutive_absences_notice: int | None = None
    place_offer_hours: int | None = None


@dataclass(frozen=True, slots=True)
class StaffPortalSettings:
    """Settings of R1.2. The Staff Portal shows balances only when the organization wants it (R3.4)."""

    staff_check_in_mode: bool = False
    staff_sees_balances: bool = False


@dataclass(frozen=True, slots=True)
class KioskSettings:
    """Settings of R5.3. The windows are in minutes; None means no window."""

    kiosk_read_only: bool = False
    kiosk_early_minutes: int | None = None
    kiosk_late_minutes: int | None = None
    kiosk_marks_tardy: bool = False


@dataclass(frozen=True, slots=True)
class AbsenceSettings:
    """Settings of R6.2. The notice is in minutes before the start; 0 means no notice. Whole days of it are days of the
    calendar unless `absence_notice_in_hours` is on.
    """

    guardians_may_request_absences: bool = True
    auto_approve_absences: bool = False
    auto_excuse_absences: bool = False
    absence_notice_minutes: int = 0
    absence_notice_in_hours: bool = False


@dataclass(frozen=True, slots=True)
class MakeupTokenSettings:
    """Settings of R7.2, R7.6 (None means no limit), R7.7 (`expiry_count` in `expiry_unit`), R8.6, R8.6c, R8.7 and R8.11
    (None means never).
    """

    tokens_enabled: bool = True
    token_trigger: TokenTrigger = TokenTrigger.ALL_ABSENCES
    earning_types: frozenset[EnrollmentType] = frozenset({EnrollmentType.ACTIVE})
    token_limit: int | None = None
    token_limit_period: LimitPeriod = LimitPeriod.MONTH
    token_limit_scope: LimitScope = LimitScope.STUDENT
    expiry_unit: ExpiryUnit = ExpiryUnit.DAYS
    expiry_count: int = 90
    expiry_anchor: ExpiryAnchor = ExpiryAnchor.ISSUE
    ignore_location_lock: bool = False
    families_see_comments: bool = False
    families_see_expired: bool = True
    auto_approve_makeups: bool = True
    families_may_give_back_makeups: bool = True
    makeup_horizon_days: int = 60
    makeup_latest_booking_minutes: int = 0
    expire_after_last_drop_days: int | None = None
    returned_token_days: int = 14


@dataclass(frozen=True, slots=True)
class SecuritySettings:
    """Settings of R12.4."""

    second_factor_required: bool = False


@dataclass(frozen=True, slots=True)
class OrganizationSettings:
    classes: ClassSettings = ClassSettings()
    staff_portal: StaffPortalSettings = StaffPortalSettings()
    kiosk: KioskSettings = KioskSettings()
    absences: AbsenceSettings = AbsenceSettings()
    makeup_tokens: MakeupTokenSettings = MakeupTokenSettings()
    security: SecuritySettings = SecuritySettings()
