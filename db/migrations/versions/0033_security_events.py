"""Adds the security events and the record of who read medical texts (R12.7)."""

import sqlalchemy as sa
from alembic import op

revision: str = "0033"
down_revision: str | None = "0032"
branch_labels: str | None = None
depends_on: str | None = None

KINDS = (
    "SIGNED_IN",
    "SIGN_IN_REFUSED",
    "SIGN_IN_LIMITED",
    "REFRESH_REFUSED",
    "REFRESH_REUSED",
    "SESSION_ENDED",
    "PERMISSION_DENIED",
    "KIOSK_LAUNCHED",
    "KIOSK_REVOKED",
    "KIOSK_LIMITED",
    "FAMILY_ERASED",
    "FAMILY_EXPORTED",
)
PORTALS = ("OFFICE", "STAFF", "CUSTOMER", "KIOSK")
POLICY = """
CREATE POLICY tenant ON {table} USING (organization_id =
    (SELECT nullif(current_setting('rollbook.organization_id', true), '')::uuid))
"""


def upgrade() -> None:
    _security_event()
    _medical_read()
    for table in ("security_event", "medical_read"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(POLICY.format(table=table))


def _security_event() -> None:
    op.create_table(
        "security_event",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", _one_of(KINDS, "security_event_kind"), nullable=False),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("kiosk_id", sa.Uuid()),
        sa.Column("portal", _one_of(PORTALS, "portal")),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text()),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("count >= 1", name=op.f("security_event_count_is_at_least_one")),
        *_keys("security_event", ("organization_id", "id"), {"person_id": "person", "kiosk_id": "kiosk"}),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.organization_id"], name=op.f("security_event_organization_fk")
        ),
    )
    op.create_index("security_event_listed_ix", "security_event", ["organization_id", "first_at", "id"])
    op.create_index("security_event_person_ix", "security_event", ["organization_id", "person_id"])
    op.create_index("security_event_first_at_ix", "security_event", ["first_at"])


def _medical_read() -> None:
    op.create_table(
        "medical_read",
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("read_on", sa.Date(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        *_keys(
            "medical_read",
            ("organization_id", "read_on", "person_id", "student_id"),
            {"person_id": "person", "student_id": "student"},
        ),
    )
    op.create_index("medical_read_student_ix", "medical_read", ["organization_id", "student_id", "read_on"])
    op.create_index("medical_read_read_on_ix", "medical_read", ["read_on"])


def _keys(table: str, primary: tuple[str, ...], links: dict[str, str]) -> list[sa.Constraint]:
    return [
        sa.PrimaryKeyConstraint(*primary, name=op.f(f"{table}_pk")),
        *(
            sa.ForeignKeyConstraint(
                ["organization_id", column],
                [f"{target}.organization_id", f"{target}.id"],
                name=op.f(f"{table}_{column}_fk"),
            )
            for column, target in links.items()
        ),
    ]


def _one_of(words: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
