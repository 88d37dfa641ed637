"""The links with which people choose a password (R12.2)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from attendance.rules.vocabulary import AccountLinkPurpose
from db.models.table import Entity, of, one_of


class AccountLink(Entity):
    """An invitation or a reset. It is used once or revoked, and a person has at most one open link of each purpose.
    Whoever changes a link has locked its person. A trigger ends the open links when the e-mail address changes.
    The secret itself is stored nowhere.

    created_by_id -- the staff member who sent it; null: the person asked for it, or an operator made it
    """

    __tablename__ = "account_link"
    __table_args__ = (
        of("person", "person_id"),
        of("person", "created_by_id"),
        CheckConstraint("used_at IS NULL OR revoked_at IS NULL", name="is_used_or_revoked"),
        Index(
            "account_link_open_key",
            "organization_id",
            "person_id",
            "purpose",
            unique=True,
            postgresql_where=text("used_at IS NULL AND revoked_at IS NULL"),
        ),
        Index("account_link_person_ix", "organization_id", "person_id", "created_at"),
        Index("account_link_expires_ix", "expires_at"),
    )

    person_id: Mapped[UUID]
    purpose: Mapped[AccountLinkPurpose] = mapped_column(one_of(AccountLinkPurpose))
    secret_hash: Mapped[bytes]
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID | None]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
