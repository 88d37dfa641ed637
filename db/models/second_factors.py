"""Authenticator apps and recovery codes (R12.4)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from db.models.table import Table, of


class SecondFactor(Table):
    """The authenticator app of a person. It is in force once `confirmed_at` is set. Whoever changes it has locked the
    person. `sealed_secret` is encrypted with a key that is not in the database.
    """

    __tablename__ = "second_factor"
    __table_args__ = (of("person", "person_id"),)

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    sealed_secret: Mapped[bytes]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int | None] = mapped_column(BigInteger)


class RecoveryCode(Table):
    """A code that stands in for the app once. Only its digest is stored."""

    __tablename__ = "recovery_code"
    __table_args__ = (of("person", "person_id"),)

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    used_at: Mapped[datetime | None]
