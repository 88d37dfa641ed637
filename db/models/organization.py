"""The tenant, its settings, and its locations, programs, sessions and blackouts."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.vocabulary import (
    BlackoutScope,
    EnrollmentType,
    ExpiryAnchor,
    ExpiryUnit,
    LimitPeriod,
    LimitScope,
    TokenTrigger,
)
from db.models.table import Entity, Table, of, of_organization, one_of


class Organization(Table):
    """One business account, the tenant."""

    __tablename__ = "organization"
    __table_args__ = (CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_is_iso_4217"),)

    name: Mapped[str]
    currency: Mapped[str] = mapped_column(server_default="USD")
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class AccessEpoch(Table):
    """The number of changes of anybody's access in an organization, from 1. Triggers count it when a transaction
    commits (R10.4).
    """

    __tablename__ = "access_epoch"
    __table_args__ = (of_organization(),)

    epoch: Mapped[int] = mapped_column(BigInteger)


class Settings(Table):
    """The settings of an organization, in one row. The columns are the fields of
    attendance.rules.organization.settings.
    """

    __tablename__ = "settings"
    __table_args__ = (
        of_organization(),
        CheckConstraint("birthday_window_days BETWEEN 0 AND 31", name="birthday_window_is_days"),
        CheckConstraint("token_limit >= 1", name="token_limit_is_a_count"),
        CheckConstraint(
            "cardinality(earning_types) > 0 AND NOT 'WAITLIST' = ANY (earning_types)", name="somebody_earns"
        ),
        CheckConstraint("makeup_horizon_days BETWEEN 1 AND 366", name="horizon_is_in_range"),
        CheckConstraint("makeup_latest_booking_minutes >= 0", name="latest_booking_is_not_negative"),
        CheckConstraint("expire_after_last_drop_days >= 0", name="wait_after_last_drop_is_not_negative"),
        CheckConstraint("returned_token_days >= 0", name="returned_token_days_are_not_negative"),
        CheckConstraint("expiry_count BETWEEN 1 AND 3650", name="expiry_count_is_in_range"),
        CheckConstraint("absence_notice_minutes >= 0", name="notice_is_not_negative"),
        CheckConstraint("kiosk_early_minutes >= 0 AND kiosk_late_minutes >= 0", name="windows_are_not_negative"),
        CheckConstraint("consecutive_absences_notice >= 1", name="notice_needs_an_absence"),
        CheckConstraint("place_offer_hours BETWEEN 1 AND 720", name="offers_last_hours"),
    )

    office_check_in_mode: Mapped[bool] = mapped_column(server_default=text("false"))
    birthday_window_days: Mapped[int] = mapped_column(server_default="3")
    mark_absent_when_nobody_checks_in: Mapped[bool] = mapped_column(server_default=text("false"))
    consecutive_absences_notice: Mapped[int | None]
    staff_check_in_mode: Mapped[bool] = mapped_column(server_default=text("false"))
    staff_sees_balances: Mapped[bool] = mapped_column(server_default=text("false"))
    kiosk_read_only: Mapped[bool] = mapped_column(server_default=text("false"))
    kiosk_early_minutes: Mapped[int | None]
    kiosk_late_minutes: Mapped[int | None]
    kiosk_marks_tardy: Mapped[bool] = mapped_column(server_default=text("false"))
    guardians_may_request_absences: Mapped[bool] = mapped_column(server_default=text("true"))
    auto_approve_absences: Mapped[bool] = mapped_column(server_default=text("false"))
    auto_excuse_absences: Mapped[bool] = mapped_column(server_default=text("false"))
    absence_notice_minutes: Mapped[int] = mapped_column(server_default="0")
    absence_notice_in_hours: Mapped[bool] = mapped_column(server_default=text("false"))
    tokens_enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    token_trigger: Mapped[TokenTrigger] = mapped_column(one_of(TokenTrigger), server_default=TokenTrigger.ALL_ABSENCES)
    earning_types: Mapped[list[str]] = mapped_column(
        ARRAY(Text), server_default=text(f"ARRAY['{EnrollmentType.ACTIVE}']")
    )
    token_limit: Mapped[int | None]
    token_limit_period: Mapped[LimitPeriod] = mapped_column(one_of(LimitPeriod), server_default=LimitPeriod.MONTH)
    token_limit_scope: Mapped[LimitScope] = mapped_column(one_of(LimitScope), server_default=LimitScope.STUDENT)
    expiry_unit: Mapped[ExpiryUnit] = mapped_column(one_of(ExpiryUnit), server_default=ExpiryUnit.DAYS)
    expiry_count: Mapped[int] = mapped_column(server_default=str(MakeupTokenSettings().expiry_count))
    expiry_anchor: Mapped[ExpiryAnchor] = mapped_column(one_of(ExpiryAnchor), server_default=ExpiryAnchor.ISSUE)
    ignore_location_lock: Mapped[bool] = mapped_column(server_default=text("false"))
    families_see_comments: Mapped[bool] = mapped_column(server_default=text("false"))
    families_see_expired: Mapped[bool] = mapped_column(server_default=text("true"))
    auto_approve_makeups: Mapped[bool] = mapped_column(server_default=text("true"))
    families_may_give_back_makeups: Mapped[bool] = mapped_column(server_default=text("true"))
    makeup_horizon_days: Mapped[int] = mapped_column(server_default="60")
    makeup_latest_booking_minutes: Mapped[int] = mapped_column(server_default="0")
    expire_after_last_drop_days: Mapped[int | None]
    returned_token_days: Mapped[int] = mapped_column(server_default="14")
    second_factor_required: Mapped[bool] = mapped_column(server_default=text("false"))
    place_offer_hours: Mapped[int | None]


class SettingsChange(Entity):
    """The audit of the settings: who changed what, before and after."""

    __tablename__ = "settings_change"
    __table_args__ = (of_organization(), of("person", "changed_by_id"))

    changed_at: Mapped[datetime]
    changed_by_id: Mapped[UUID | None]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]


class Location(Entity):
    """A site. Every date and clock rule about what happens here uses its IANA time zone.

    Its days up to `settled_through_on` have been ended (R4.13); null: no day yet. From the date `next_zone_on` it is
    planned to be in the zone `next_zone`; until then `time_zone` holds.
    """

    __tablename__ = "location"
    __table_args__ = (
        of_organization(),
        Index("location_source_id_key", "organization_id", "source_id", unique=True),
        CheckConstraint("(next_zone IS NULL) = (next_zone_on IS NULL)", name="planned_zone_is_whole"),
    )

    name: Mapped[str]
    time_zone: Mapped[str]
    next_zone: Mapped[str | None]
    next_zone_on: Mapped[date | None]
    settled_through_on: Mapped[date | None]
    source_id: Mapped[str | None]
    deleted_at: Mapped[datetime | None]


class BlackoutSchedule(Entity):
    """Closed dates that programs share (R2.5)."""

    __tablename__ = "blackout_schedule"
    __table_args__ = (of_organization(),)

    name: Mapped[str]


class BlackoutDate(Entity):
    """A range of inclusive dates, with what is closed on them (R2.5)."""

    __tablename__ = "blackout_date"
    __table_args__ = (
        of("blackout_schedule", "blackout_schedule_id"),
        CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),
        Index("blackout_date_schedule_ix", "organization_id", "blackout_schedule_id", "starts_on"),
    )

    blackout_schedule_id: Mapped[UUID]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    scope: Mapped[BlackoutScope] = mapped_column(one_of(BlackoutScope))
    label: Mapped[str | None]


class Program(Entity):
    """A family of offerings. Deletion is soft, because tokens and past classes still refer to the program.

    blackout_schedule_from -- the date from which the blackout schedule holds; before it, the former one does. Null when
        no other date than that of the change was given.
    """

    __tablename__ = "program"
    __table_args__ = (
        of_organization(),
        of("blackout_schedule", "blackout_schedule_id"),
        of("blackout_schedule", "former_blackout_schedule_id"),
        CheckConstraint(
            "former_blackout_schedule_id IS NULL OR blackout_schedule_from IS NOT NULL",
            name="former_blackout_schedule_has_an_end",
        ),
    )

    name: Mapped[str]
    blackout_schedule_id: Mapped[UUID | None]
    former_blackout_schedule_id: Mapped[UUID | None]
    blackout_schedule_from: Mapped[date | None]
    deleted_at: Mapped[datetime | None]


class Session(Entity):
    """A named date range to which classes are attached; a rolling session has no end (R2.3)."""

    __tablename__ = "session"
    __table_args__ = (
        of_organization(),
        CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),
        Index("session_source_id_key", "organization_id", "source_id", unique=True),
    )

    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    source_id: Mapped[str | None]
    deleted_at: Mapped[datetime | None]
