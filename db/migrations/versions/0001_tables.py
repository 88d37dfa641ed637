"""The tables of domain.md: organizations, people, offerings, attendance, makeup tokens, tasks."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "organization",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), server_default="USD", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("organization_currency_is_iso_4217")),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("organization_pk")),
    )
    op.create_table(
        "blackout_schedule",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.organization_id"], name=op.f("blackout_schedule_organization_fk")
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("blackout_schedule_pk")),
    )
    op.create_table(
        "family",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column(
            "phone_digits",
            sa.Text(),
            sa.Computed("regexp_replace(phone, '\\D', '', 'g')", persisted=True),
            nullable=True,
        ),
        sa.Column("balance", sa.Numeric(precision=12, scale=2), server_default="0", nullable=False),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.organization_id"], name=op.f("family_organization_fk")
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("family_pk")),
    )
    op.create_index("family_phone_ix", "family", ["organization_id", "phone_digits"], unique=False)
    op.create_index("family_source_id_key", "family", ["organization_id", "source_id"], unique=True)
    op.create_table(
        "idempotency_key",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("caller_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("mutation", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.organization_id"], name=op.f("idempotency_key_organization_fk")
        ),
        sa.PrimaryKeyConstraint("organization_id", "caller_id", "key", name=op.f("idempotency_key_pk")),
    )
    op.create_index("idempotency_key_used_at_ix", "idempotency_key", ["used_at"], unique=False)
    op.create_table(
        "location",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.organization_id"], name=op.f("location_organization_fk")
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("location_pk")),
    )
    op.create_index("location_source_id_key", "location", ["organization_id", "source_id"], unique=True)
    op.create_table(
        "permission_group",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("permissions", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.CheckConstraint(
            "permissions <@ ARRAY['OWNER', 'OFFICE_ATTENDANCE_VIEW', 'OFFICE_ATTENDANCE_FULL', 'OFFICE_SEE_ALL', 'STAFF_ATTENDANCE_VIEW', 'STAFF_ATTENDANCE_FULL', 'STAFF_SEE_ALL', 'EXCUSE_ABSENCES', 'CREATE_MAKEUP_TOKENS', 'DELETE_MAKEUP_TOKENS', 'MAKEUPS_WITHOUT_TOKENS', 'CANCEL_OCCURRENCES', 'MANAGE_ENROLLMENTS', 'MANAGE_SETTINGS', 'LAUNCH_KIOSK', 'SEE_BALANCES', 'SEE_MEDICAL']::text[]",
            name=op.f("permission_group_permissions_are_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.organization_id"], name=op.f("permission_group_organization_fk")
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("permission_group_pk")),
    )
    op.create_table(
        "session",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("session_starts_before_it_ends")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.organization_id"], name=op.f("session_organization_fk")
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("session_pk")),
    )
    op.create_index("session_source_id_key", "session", ["organization_id", "source_id"], unique=True)
    op.create_table(
        "settings",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("office_check_in_mode", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("birthday_window_days", sa.Integer(), server_default="3", nullable=False),
        sa.Column("mark_absent_when_nobody_checks_in", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("consecutive_absences_notice", sa.Integer(), nullable=True),
        sa.Column("staff_check_in_mode", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("staff_sees_balances", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("kiosk_read_only", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("kiosk_early_minutes", sa.Integer(), nullable=True),
        sa.Column("kiosk_late_minutes", sa.Integer(), nullable=True),
        sa.Column("kiosk_marks_tardy", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("guardians_may_request_absences", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("auto_approve_absences", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("auto_excuse_absences", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("absence_notice_minutes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tokens_enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "token_trigger",
            sa.Enum(
                "ALL_ABSENCES",
                "EXCUSED_ONLY",
                name="token_trigger",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="ALL_ABSENCES",
            nullable=False,
        ),
        sa.Column(
            "earning_types", postgresql.ARRAY(sa.Text()), server_default=sa.text("ARRAY['ACTIVE']"), nullable=False
        ),
        sa.Column("token_limit", sa.Integer(), nullable=True),
        sa.Column(
            "token_limit_period",
            sa.Enum(
                "OUTSTANDING",
                "MONTH",
                "YEAR",
                "SESSION",
                "ENROLLMENT",
                name="limit_period",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="MONTH",
            nullable=False,
        ),
        sa.Column(
            "token_limit_scope",
            sa.Enum("STUDENT", "ENROLLMENT", name="limit_scope", native_enum=False, create_constraint=True, length=32),
            server_default="STUDENT",
            nullable=False,
        ),
        sa.Column(
            "expiry_unit",
            sa.Enum(
                "NEVER",
                "DAYS",
                "WEEKS",
                "MONTHS",
                "END_OF_SESSION",
                name="expiry_unit",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="DAYS",
            nullable=False,
        ),
        sa.Column("expiry_count", sa.Integer(), server_default="90", nullable=False),
        sa.Column(
            "expiry_anchor",
            sa.Enum(
                "ISSUE", "MISSED_CLASS", name="expiry_anchor", native_enum=False, create_constraint=True, length=32
            ),
            server_default="ISSUE",
            nullable=False,
        ),
        sa.Column("ignore_location_lock", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("families_see_comments", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("families_see_expired", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("auto_approve_makeups", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("makeup_horizon_days", sa.Integer(), server_default="60", nullable=False),
        sa.Column("makeup_latest_booking_minutes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("expire_after_last_drop_days", sa.Integer(), nullable=True),
        sa.CheckConstraint("absence_notice_minutes >= 0", name=op.f("settings_notice_is_not_negative")),
        sa.CheckConstraint("birthday_window_days BETWEEN 0 AND 31", name=op.f("settings_birthday_window_is_days")),
        sa.CheckConstraint("consecutive_absences_notice >= 1", name=op.f("settings_notice_needs_an_absence")),
        sa.CheckConstraint("expiry_count BETWEEN 1 AND 3650", name=op.f("settings_expiry_count_is_in_range")),
        sa.CheckConstraint(
            "kiosk_early_minutes >= 0 AND kiosk_late_minutes >= 0", name=op.f("settings_windows_are_not_negative")
        ),
        sa.CheckConstraint("token_limit >= 0", name=op.f("settings_token_limit_is_a_count")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.organization_id"], name=op.f("settings_organization_fk")
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("settings_pk")),
    )
    op.create_table(
        "blackout_date",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("blackout_schedule_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "BILLING",
                "ATTENDANCE",
                "BOTH",
                name="blackout_scope",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("label", sa.Text(), nullable=True),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("blackout_date_starts_before_it_ends")),
        sa.ForeignKeyConstraint(
            ["organization_id", "blackout_schedule_id"],
            ["blackout_schedule.organization_id", "blackout_schedule.id"],
            name=op.f("blackout_date_blackout_schedule_id_fk"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("blackout_date_pk")),
    )
    op.create_index(
        "blackout_date_schedule_ix",
        "blackout_date",
        ["organization_id", "blackout_schedule_id", "starts_on"],
        unique=False,
    )
    op.create_table(
        "person",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("STAFF", "GUARDIAN", name="person_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("family_id", sa.Uuid(), nullable=True),
        sa.Column("permissions", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(family_id IS NOT NULL) = (kind = 'GUARDIAN')", name=op.f("person_guardians_have_a_family")
        ),
        sa.CheckConstraint("kind = 'STAFF' OR permissions = '{}'", name=op.f("person_only_staff_hold_permissions")),
        sa.CheckConstraint(
            "permissions <@ ARRAY['OWNER', 'OFFICE_ATTENDANCE_VIEW', 'OFFICE_ATTENDANCE_FULL', 'OFFICE_SEE_ALL', 'STAFF_ATTENDANCE_VIEW', 'STAFF_ATTENDANCE_FULL', 'STAFF_SEE_ALL', 'EXCUSE_ABSENCES', 'CREATE_MAKEUP_TOKENS', 'DELETE_MAKEUP_TOKENS', 'MAKEUPS_WITHOUT_TOKENS', 'CANCEL_OCCURRENCES', 'MANAGE_ENROLLMENTS', 'MANAGE_SETTINGS', 'LAUNCH_KIOSK', 'SEE_BALANCES', 'SEE_MEDICAL']::text[]",
            name=op.f("person_permissions_are_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "family_id"], ["family.organization_id", "family.id"], name=op.f("person_family_id_fk")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.organization_id"], name=op.f("person_organization_fk")
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("person_pk")),
    )
    op.create_index(
        "person_email_key", "person", ["organization_id", "kind", sa.literal_column("lower(email)")], unique=True
    )
    op.create_index("person_family_ix", "person", ["organization_id", "family_id"], unique=False)
    op.create_index("person_sign_in_ix", "person", [sa.literal_column("lower(email)"), "kind"], unique=False)
    op.create_index("person_source_id_key", "person", ["organization_id", "source_id"], unique=True)
    op.create_table(
        "program",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("blackout_schedule_id", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "blackout_schedule_id"],
            ["blackout_schedule.organization_id", "blackout_schedule.id"],
            name=op.f("program_blackout_schedule_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.organization_id"], name=op.f("program_organization_fk")
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("program_pk")),
    )
    op.create_table(
        "student",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column(
            "sort_name",
            sa.Text(collation="C"),
            sa.Computed("lower(last_name || ', ' || first_name)", persisted=True),
            nullable=False,
        ),
        sa.Column("birth_on", sa.Date(), nullable=True),
        sa.Column("gender", sa.Text(), nullable=True),
        sa.Column("medical_alert", sa.Text(), nullable=True),
        sa.Column("roll_sheet_comment", sa.Text(), nullable=True),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "family_id"], ["family.organization_id", "family.id"], name=op.f("student_family_id_fk")
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("student_pk")),
    )
    op.create_index("student_family_ix", "student", ["organization_id", "family_id"], unique=False)
    op.create_index("student_sort_name_ix", "student", ["organization_id", "sort_name", "id"], unique=False)
    op.create_index("student_source_id_key", "student", ["organization_id", "source_id"], unique=True)
    op.create_table(
        "background_task",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "CANCEL_OCCURRENCES",
                "CREATE_MAKEUP_TOKENS",
                "ASSIGN_SUBSTITUTES",
                "SEND_STATEMENTS",
                name="task_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "QUEUED",
                "RUNNING",
                "COMPLETED",
                "FAILED",
                "CANCELLING",
                "CANCELLED",
                name="task_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("input", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_by", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("done BETWEEN 0 AND total", name=op.f("background_task_progress_is_in_range")),
        sa.ForeignKeyConstraint(
            ["organization_id", "created_by_id"],
            ["person.organization_id", "person.id"],
            name=op.f("background_task_created_by_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.organization_id"], name=op.f("background_task_organization_fk")
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("background_task_pk")),
    )
    op.create_index(
        "background_task_created_ix", "background_task", ["organization_id", "created_at", "id"], unique=False
    )
    op.create_index(
        "background_task_open_ix",
        "background_task",
        ["lease_until"],
        unique=False,
        postgresql_where=sa.text("state IN ('QUEUED', 'RUNNING', 'CANCELLING')"),
    )
    op.create_table(
        "expected_absence",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("window_starts", sa.Time(), nullable=True),
        sa.Column("window_ends", sa.Time(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("is_excused", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_late", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "REQUESTED",
                "APPROVED",
                "DENIED",
                "WITHDRAWN",
                name="expected_absence_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("requested_by_id", sa.Uuid(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(window_starts IS NULL) = (window_ends IS NULL)", name=op.f("expected_absence_a_window_has_both_ends")
        ),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("expected_absence_starts_before_it_ends")),
        sa.CheckConstraint("window_starts < window_ends", name=op.f("expected_absence_a_window_is_not_empty")),
        sa.ForeignKeyConstraint(
            ["organization_id", "decided_by_id"],
            ["person.organization_id", "person.id"],
            name=op.f("expected_absence_decided_by_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "requested_by_id"],
            ["person.organization_id", "person.id"],
            name=op.f("expected_absence_requested_by_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "student_id"],
            ["student.organization_id", "student.id"],
            name=op.f("expected_absence_student_id_fk"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("expected_absence_pk")),
    )
    op.create_index(
        "expected_absence_student_ix", "expected_absence", ["organization_id", "student_id", "starts_on"], unique=False
    )
    op.create_table(
        "group_member",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "group_id"],
            ["permission_group.organization_id", "permission_group.id"],
            name=op.f("group_member_group_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "person_id"],
            ["person.organization_id", "person.id"],
            name=op.f("group_member_person_id_fk"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "person_id", "group_id", name=op.f("group_member_pk")),
    )
    op.create_table(
        "kiosk",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("location_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("launched_by_id", sa.Uuid(), nullable=False),
        sa.Column("launched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "launched_by_id"],
            ["person.organization_id", "person.id"],
            name=op.f("kiosk_launched_by_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "location_id"],
            ["location.organization_id", "location.id"],
            name=op.f("kiosk_location_id_fk"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("kiosk_pk")),
    )
    op.create_table(
        "offering",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "CLASS",
                "APPOINTMENT",
                "CAMP",
                name="offering_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("location_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("min_age_months", sa.Integer(), nullable=True),
        sa.Column("max_age_months", sa.Integer(), nullable=True),
        sa.Column("gender", sa.Text(), nullable=True),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("capacity >= 0", name=op.f("offering_capacity_is_a_count")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("offering_starts_before_it_ends")),
        sa.ForeignKeyConstraint(
            ["organization_id", "location_id"],
            ["location.organization_id", "location.id"],
            name=op.f("offering_location_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "program_id"],
            ["program.organization_id", "program.id"],
            name=op.f("offering_program_id_fk"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("offering_pk")),
    )
    op.create_index("offering_name_ix", "offering", ["organization_id", "name", "id"], unique=False)
    op.create_index("offering_source_id_key", "offering", ["organization_id", "source_id"], unique=True)
    op.create_table(
        "settings_change",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "changed_by_id"],
            ["person.organization_id", "person.id"],
            name=op.f("settings_change_changed_by_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.organization_id"], name=op.f("settings_change_organization_fk")
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("settings_change_pk")),
    )
    op.create_table(
        "sign_in",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "portal",
            sa.Enum(
                "OFFICE",
                "STAFF",
                "CUSTOMER",
                "KIOSK",
                name="portal",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("refresh_hash", sa.LargeBinary(), nullable=False),
        sa.Column("previous_refresh_hash", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "person_id"], ["person.organization_id", "person.id"], name=op.f("sign_in_person_id_fk")
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("sign_in_pk")),
    )
    op.create_index("sign_in_person_ix", "sign_in", ["organization_id", "person_id"], unique=False)
    op.create_table(
        "staff_absence",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("staff_absence_starts_before_it_ends")),
        sa.ForeignKeyConstraint(
            ["organization_id", "person_id"],
            ["person.organization_id", "person.id"],
            name=op.f("staff_absence_person_id_fk"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("staff_absence_pk")),
    )
    op.create_index(
        "staff_absence_person_ix", "staff_absence", ["organization_id", "person_id", "starts_on"], unique=False
    )
    op.create_table(
        "student_note",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column(
            "level",
            sa.Enum("NORMAL", "CRITICAL", name="note_level", native_enum=False, create_constraint=True, length=32),
            server_default="NORMAL",
            nullable=False,
        ),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_by_id", sa.Uuid(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "closed_by_id"],
            ["person.organization_id", "person.id"],
            name=op.f("student_note_closed_by_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "student_id"],
            ["student.organization_id", "student.id"],
            name=op.f("student_note_student_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "written_by_id"],
            ["person.organization_id", "person.id"],
            name=op.f("student_note_written_by_id_fk"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("student_note_pk")),
    )
    op.create_index(
        "student_note_student_ix", "student_note", ["organization_id", "student_id", "closed_at"], unique=False
    )
    op.create_table(
        "background_task_item",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("background_task_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=True),
        sa.Column("input", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "WAITING",
                "DONE",
                "EXCEPTION",
                "SKIPPED",
                name="task_item_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("exception", sa.Text(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "background_task_id"],
            ["background_task.organization_id", "background_task.id"],
            name=op.f("background_task_item_background_task_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "student_id"],
            ["student.organization_id", "student.id"],
            name=op.f("background_task_item_student_id_fk"),
        ),
        sa.PrimaryKeyConstraint(
            "organization_id", "background_task_id", "position", name=op.f("background_task_item_pk")
        ),
    )
    op.create_index(
        "background_task_item_waiting_ix",
        "background_task_item",
        ["organization_id", "background_task_id", "position"],
        unique=False,
        postgresql_where=sa.text("state = 'WAITING'"),
    )
    op.create_table(
        "email",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "QUEUED",
                "SENT",
                "FAILED",
                "WITHDRAWN",
                name="email_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("family_id", sa.Uuid(), nullable=True),
        sa.Column("background_task_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'SENT') = (sent_at IS NOT NULL)", name=op.f("email_sent_has_an_instant")),
        sa.ForeignKeyConstraint(
            ["organization_id", "background_task_id"],
            ["background_task.organization_id", "background_task.id"],
            name=op.f("email_background_task_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "family_id"], ["family.organization_id", "family.id"], name=op.f("email_family_id_fk")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.organization_id"], name=op.f("email_organization_fk")
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("email_pk")),
    )
    op.create_index("email_due_ix", "email", ["due_at"], unique=False, postgresql_where=sa.text("state = 'QUEUED'"))
    op.create_index("email_reason_key", "email", ["organization_id", "reason"], unique=True)
    op.create_table(
        "offering_instructor",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "offering_id"],
            ["offering.organization_id", "offering.id"],
            name=op.f("offering_instructor_offering_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "person_id"],
            ["person.organization_id", "person.id"],
            name=op.f("offering_instructor_person_id_fk"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "offering_id", "person_id", name=op.f("offering_instructor_pk")),
    )
    op.create_index(
        "offering_instructor_person_ix", "offering_instructor", ["organization_id", "person_id"], unique=False
    )
    op.create_table(
        "offering_session",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "offering_id"],
            ["offering.organization_id", "offering.id"],
            name=op.f("offering_session_offering_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "session_id"],
            ["session.organization_id", "session.id"],
            name=op.f("offering_session_session_id_fk"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "offering_id", "session_id", name=op.f("offering_session_pk")),
    )
    op.create_table(
        "timeslot",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("start_time", sa.Time(), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("room", sa.Text(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(starts_on IS NULL) = (ends_on IS NULL)", name=op.f("timeslot_dates_have_both_ends")),
        sa.CheckConstraint("(weekday IS NULL) = (starts_on IS NOT NULL)", name=op.f("timeslot_weekly_or_on_dates")),
        sa.CheckConstraint("duration_minutes BETWEEN 1 AND 1440", name=op.f("timeslot_duration_is_a_day_at_most")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("timeslot_starts_before_it_ends")),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("timeslot_weekday_is_iso")),
        sa.ForeignKeyConstraint(
            ["organization_id", "offering_id"],
            ["offering.organization_id", "offering.id"],
            name=op.f("timeslot_offering_id_fk"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("timeslot_pk")),
    )
    op.create_index("timeslot_offering_ix", "timeslot", ["organization_id", "offering_id"], unique=False)
    op.create_table(
        "enrollment",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("timeslot_id", sa.Uuid(), nullable=True),
        sa.Column(
            "type",
            sa.Enum(
                "ACTIVE",
                "TRIAL",
                "MAKEUP",
                "SINGLE_DAY",
                "WAITLIST",
                name="enrollment_type",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("drop_on", sa.Date(), nullable=True),
        sa.Column(
            "end_cause",
            sa.Enum(
                "DROPPED",
                "TRANSFERRED",
                "SESSION_ENDED",
                name="enrollment_end",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("transferred_from_id", sa.Uuid(), nullable=True),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "type <> 'MAKEUP' OR timeslot_id IS NOT NULL", name=op.f("enrollment_a_makeup_has_a_timeslot")
        ),
        sa.CheckConstraint(
            "type NOT IN ('MAKEUP', 'SINGLE_DAY') OR starts_on = drop_on", name=op.f("enrollment_one_day_types")
        ),
        sa.CheckConstraint("end_cause IS NULL OR drop_on IS NOT NULL", name=op.f("enrollment_an_end_has_a_date")),
        sa.CheckConstraint("starts_on <= drop_on", name=op.f("enrollment_starts_before_it_drops")),
        sa.ForeignKeyConstraint(
            ["organization_id", "offering_id"],
            ["offering.organization_id", "offering.id"],
            name=op.f("enrollment_offering_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "student_id"],
            ["student.organization_id", "student.id"],
            name=op.f("enrollment_student_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "timeslot_id"],
            ["timeslot.organization_id", "timeslot.id"],
            name=op.f("enrollment_timeslot_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "transferred_from_id"],
            ["enrollment.organization_id", "enrollment.id"],
            name=op.f("enrollment_transferred_from_id_fk"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("enrollment_pk")),
    )
    op.create_index(
        "enrollment_offering_ix", "enrollment", ["organization_id", "offering_id", "starts_on"], unique=False
    )
    op.create_index("enrollment_one_transfer", "enrollment", ["organization_id", "transferred_from_id"], unique=True)
    op.create_index("enrollment_source_id_key", "enrollment", ["organization_id", "source_id"], unique=True)
    op.create_index("enrollment_student_ix", "enrollment", ["organization_id", "student_id"], unique=False)
    op.create_table(
        "occurrence",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("timeslot_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by_id", sa.Uuid(), nullable=True),
        sa.Column("cancellation_comment", sa.Text(), nullable=True),
        sa.CheckConstraint("revision >= 0", name=op.f("occurrence_revision_is_a_count")),
        sa.ForeignKeyConstraint(
            ["organization_id", "cancelled_by_id"],
            ["person.organization_id", "person.id"],
            name=op.f("occurrence_cancelled_by_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "timeslot_id"],
            ["timeslot.organization_id", "timeslot.id"],
            name=op.f("occurrence_timeslot_id_fk"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "timeslot_id", "held_on", name=op.f("occurrence_pk")),
    )
    op.create_index("occurrence_held_on_ix", "occurrence", ["organization_id", "held_on"], unique=False)
    op.create_table(
        "substitution",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("timeslot_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("absent_person_id", sa.Uuid(), nullable=False),
        sa.Column("substitute_id", sa.Uuid(), nullable=True),
        sa.Column("staff_absence_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "absent_person_id"],
            ["person.organization_id", "person.id"],
            name=op.f("substitution_absent_person_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "staff_absence_id"],
            ["staff_absence.organization_id", "staff_absence.id"],
            name=op.f("substitution_staff_absence_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "substitute_id"],
            ["person.organization_id", "person.id"],
            name=op.f("substitution_substitute_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "timeslot_id"],
            ["timeslot.organization_id", "timeslot.id"],
            name=op.f("substitution_timeslot_id_fk"),
        ),
        sa.PrimaryKeyConstraint(
            "organization_id", "timeslot_id", "held_on", "absent_person_id", name=op.f("substitution_pk")
        ),
    )
    op.create_index(
        "substitution_substitute_ix", "substitution", ["organization_id", "substitute_id", "held_on"], unique=False
    )
    op.create_table(
        "change",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("timeslot_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "MARKS",
                "ROSTER",
                "CANCELLED",
                "RESTORED",
                "TOKENS",
                name="change_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum(
                "OFFICE",
                "STAFF",
                "KIOSK",
                "GUARDIAN",
                "SYSTEM",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("kiosk_id", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("revision >= 1", name=op.f("change_revision_starts_at_one")),
        sa.ForeignKeyConstraint(
            ["organization_id", "actor_id"], ["person.organization_id", "person.id"], name=op.f("change_actor_id_fk")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "kiosk_id"], ["kiosk.organization_id", "kiosk.id"], name=op.f("change_kiosk_id_fk")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "timeslot_id", "held_on"],
            ["occurrence.organization_id", "occurrence.timeslot_id", "occurrence.held_on"],
            name=op.f("change_timeslot_id_held_on_fk"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "timeslot_id", "held_on", "revision", name=op.f("change_pk")),
    )
    op.create_table(
        "expected_absence_enrollment",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("expected_absence_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "enrollment_id"],
            ["enrollment.organization_id", "enrollment.id"],
            name=op.f("expected_absence_enrollment_enrollment_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "expected_absence_id"],
            ["expected_absence.organization_id", "expected_absence.id"],
            name=op.f("expected_absence_enrollment_expected_absence_id_fk"),
        ),
        sa.PrimaryKeyConstraint(
            "organization_id", "expected_absence_id", "enrollment_id", name=op.f("expected_absence_enrollment_pk")
        ),
    )
    op.create_table(
        "makeup_token",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "ABSENCE",
                "CANCELLATION",
                "MANUAL",
                name="makeup_token_origin",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("timeslot_id", sa.Uuid(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("enrollment_id", sa.Uuid(), nullable=True),
        sa.Column("location_id", sa.Uuid(), nullable=True),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "OFFICE",
                "STAFF",
                "KIOSK",
                "GUARDIAN",
                "SYSTEM",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("issued_by_id", sa.Uuid(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by_id", sa.Uuid(), nullable=True),
        sa.Column("makeup_enrollment_id", sa.Uuid(), nullable=True),
        sa.Column("needs_review", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "(origin = 'MANUAL') = (timeslot_id IS NULL)", name=op.f("makeup_token_automatic_ones_name_a_class")
        ),
        sa.CheckConstraint(
            "origin <> 'MANUAL' OR issued_on <= expires_on", name=op.f("makeup_token_issued_before_it_expires")
        ),
        sa.CheckConstraint("(timeslot_id IS NULL) = (held_on IS NULL)", name=op.f("makeup_token_occurrence_is_whole")),
        sa.CheckConstraint(
            "revoked_at IS NULL OR makeup_enrollment_id IS NULL", name=op.f("makeup_token_tied_ones_stay")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "deleted_by_id"],
            ["person.organization_id", "person.id"],
            name=op.f("makeup_token_deleted_by_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "enrollment_id"],
            ["enrollment.organization_id", "enrollment.id"],
            name=op.f("makeup_token_enrollment_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "issued_by_id"],
            ["person.organization_id", "person.id"],
            name=op.f("makeup_token_issued_by_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "location_id"],
            ["location.organization_id", "location.id"],
            name=op.f("makeup_token_location_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "makeup_enrollment_id"],
            ["enrollment.organization_id", "enrollment.id"],
            name=op.f("makeup_token_makeup_enrollment_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "program_id"],
            ["program.organization_id", "program.id"],
            name=op.f("makeup_token_program_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "student_id"],
            ["student.organization_id", "student.id"],
            name=op.f("makeup_token_student_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "timeslot_id", "held_on"],
            ["occurrence.organization_id", "occurrence.timeslot_id", "occurrence.held_on"],
            name=op.f("makeup_token_timeslot_id_held_on_fk"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("makeup_token_pk")),
    )
    op.create_index(
        "makeup_token_occurrence_ix", "makeup_token", ["organization_id", "timeslot_id", "held_on"], unique=False
    )
    op.create_index(
        "makeup_token_one_automatic",
        "makeup_token",
        ["organization_id", "student_id", "timeslot_id", "held_on", "origin"],
        unique=True,
        postgresql_where=sa.text("origin <> 'MANUAL'"),
    )
    op.create_index(
        "makeup_token_one_live",
        "makeup_token",
        ["organization_id", "student_id", "timeslot_id", "held_on"],
        unique=True,
        postgresql_where=sa.text("origin <> 'MANUAL' AND revoked_at IS NULL AND deleted_at IS NULL"),
    )
    op.create_index("makeup_token_one_makeup", "makeup_token", ["organization_id", "makeup_enrollment_id"], unique=True)
    op.create_index(
        "makeup_token_student_ix", "makeup_token", ["organization_id", "student_id", "expires_on", "id"], unique=False
    )
    op.create_table(
        "mark",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("timeslot_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "PRESENT",
                "TARDY",
                "LEFT_EARLY",
                "TARDY_AND_LEFT_EARLY",
                "ABSENT",
                "EXCUSED_ABSENCE",
                name="attendance_status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("is_defaulted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "OFFICE",
                "STAFF",
                "KIOSK",
                "GUARDIAN",
                "SYSTEM",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("marked_by_id", sa.Uuid(), nullable=True),
        sa.Column("kiosk_id", sa.Uuid(), nullable=True),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("NOT is_defaulted OR source = 'SYSTEM'", name=op.f("mark_defaults_come_from_the_system")),
        sa.ForeignKeyConstraint(
            ["organization_id", "enrollment_id"],
            ["enrollment.organization_id", "enrollment.id"],
            name=op.f("mark_enrollment_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "kiosk_id"], ["kiosk.organization_id", "kiosk.id"], name=op.f("mark_kiosk_id_fk")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "marked_by_id"],
            ["person.organization_id", "person.id"],
            name=op.f("mark_marked_by_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "student_id"],
            ["student.organization_id", "student.id"],
            name=op.f("mark_student_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "timeslot_id", "held_on"],
            ["occurrence.organization_id", "occurrence.timeslot_id", "occurrence.held_on"],
            name=op.f("mark_timeslot_id_held_on_fk"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "timeslot_id", "held_on", "student_id", name=op.f("mark_pk")),
    )
    op.create_index(
        "mark_student_ix", "mark", ["organization_id", "student_id", "timeslot_id", "held_on"], unique=False
    )
    op.create_table(
        "token_run",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("timeslot_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column(
            "phase",
            sa.Enum(
                "AFTER_CLASS",
                "END_OF_DAY",
                name="token_run_phase",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum("ARMED", "DONE", name="token_run_state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("armed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued", sa.Integer(), server_default="0", nullable=False),
        sa.Column("revoked", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("(state = 'DONE') = (done_at IS NOT NULL)", name=op.f("token_run_done_has_an_instant")),
        sa.ForeignKeyConstraint(
            ["organization_id", "timeslot_id", "held_on"],
            ["occurrence.organization_id", "occurrence.timeslot_id", "occurrence.held_on"],
            name=op.f("token_run_timeslot_id_held_on_fk"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "timeslot_id", "held_on", "phase", name=op.f("token_run_pk")),
    )
    op.create_index(
        "token_run_due_ix", "token_run", ["due_at"], unique=False, postgresql_where=sa.text("state = 'ARMED'")
    )
    op.create_table(
        "changed_entry",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("timeslot_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column(
            "before_status",
            sa.Enum(
                "PRESENT",
                "TARDY",
                "LEFT_EARLY",
                "TARDY_AND_LEFT_EARLY",
                "ABSENT",
                "EXCUSED_ABSENCE",
                name="before_status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("before_note", sa.Text(), nullable=True),
        sa.Column("before_is_defaulted", sa.Boolean(), nullable=True),
        sa.Column(
            "after_status",
            sa.Enum(
                "PRESENT",
                "TARDY",
                "LEFT_EARLY",
                "TARDY_AND_LEFT_EARLY",
                "ABSENT",
                "EXCUSED_ABSENCE",
                name="after_status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("after_note", sa.Text(), nullable=True),
        sa.Column("after_is_defaulted", sa.Boolean(), nullable=True),
        sa.Column(
            "after_source",
            sa.Enum(
                "OFFICE",
                "STAFF",
                "KIOSK",
                "GUARDIAN",
                "SYSTEM",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("left_roster", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "student_id"],
            ["student.organization_id", "student.id"],
            name=op.f("changed_entry_student_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "timeslot_id", "held_on", "revision"],
            ["change.organization_id", "change.timeslot_id", "change.held_on", "change.revision"],
            name=op.f("changed_entry_timeslot_id_held_on_revision_fk"),
        ),
        sa.PrimaryKeyConstraint(
            "organization_id", "timeslot_id", "held_on", "revision", "student_id", name=op.f("changed_entry_pk")
        ),
    )
    op.create_index(
        "changed_entry_student_ix",
        "changed_entry",
        ["organization_id", "student_id", "timeslot_id", "held_on"],
        unique=False,
    )
    op.create_table(
        "makeup_request",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("makeup_token_id", sa.Uuid(), nullable=True),
        sa.Column("timeslot_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "REQUESTED",
                "APPROVED",
                "DENIED",
                "WITHDRAWN",
                name="makeup_request_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("requested_by_id", sa.Uuid(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "decided_by_id"],
            ["person.organization_id", "person.id"],
            name=op.f("makeup_request_decided_by_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "makeup_token_id"],
            ["makeup_token.organization_id", "makeup_token.id"],
            name=op.f("makeup_request_makeup_token_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "requested_by_id"],
            ["person.organization_id", "person.id"],
            name=op.f("makeup_request_requested_by_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "student_id"],
            ["student.organization_id", "student.id"],
            name=op.f("makeup_request_student_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "timeslot_id"],
            ["timeslot.organization_id", "timeslot.id"],
            name=op.f("makeup_request_timeslot_id_fk"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("makeup_request_pk")),
    )
    op.create_index(
        "makeup_request_one_open",
        "makeup_request",
        ["organization_id", "makeup_token_id"],
        unique=True,
        postgresql_where=sa.text("state = 'REQUESTED'"),
    )
    op.create_index("makeup_request_state_ix", "makeup_request", ["organization_id", "state", "id"], unique=False)
    op.create_table(
        "makeup_token_entry",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("makeup_token_id", sa.Uuid(), nullable=True),
        sa.Column("timeslot_id", sa.Uuid(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column(
            "act",
            sa.Enum(
                "ISSUED",
                "SKIPPED",
                "REVOKED",
                "REINSTATED",
                "FLAGGED",
                "UNFLAGGED",
                "REQUESTED",
                "REDEEMED",
                "RESET",
                "EDITED",
                "DELETED",
                "EXPIRED",
                name="makeup_token_act",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "OFFICE",
                "STAFF",
                "KIOSK",
                "GUARDIAN",
                "SYSTEM",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "actor_id"],
            ["person.organization_id", "person.id"],
            name=op.f("makeup_token_entry_actor_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "makeup_token_id"],
            ["makeup_token.organization_id", "makeup_token.id"],
            name=op.f("makeup_token_entry_makeup_token_id_fk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "student_id"],
            ["student.organization_id", "student.id"],
            name=op.f("makeup_token_entry_student_id_fk"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("makeup_token_entry_pk")),
    )
    op.create_index(
        "makeup_token_entry_student_ix",
        "makeup_token_entry",
        ["organization_id", "student_id", "timeslot_id", "held_on"],
        unique=False,
    )
    op.create_index(
        "makeup_token_entry_token_ix", "makeup_token_entry", ["organization_id", "makeup_token_id"], unique=False
    )
