"""The feed: the changes of an organization in the order of its commits. Triggers write it (decision 21)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from db.models.table import Table, of_organization


class Feed(Table):
    """One transaction that changed something. Old rows are deleted.

    `position` runs 1, 2, 3 ... without gaps, in the order of the commits. It is null until the transaction commits, so
    no other transaction ever sees a null.
    """

    __tablename__ = "feed"
    __table_args__ = (
        of_organization(),
        Index("feed_place_key", "organization_id", "position", unique=True),
        Index("feed_fed_at_ix", "fed_at"),
    )

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    position: Mapped[int | None] = mapped_column(BigInteger)
    fed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class FeedItem(Table):
    """What the transaction did, in order: a change of an occurrence, or (`student_id`) a change of a student's tokens.
    All null: too many changes to list.
    """

    __tablename__ = "feed_item"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "number"], ["feed.organization_id", "feed.number"], ondelete="CASCADE"
        ),
    )

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    item: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    timeslot_id: Mapped[UUID | None]
    held_on: Mapped[date | None]
    revision: Mapped[int | None]
    student_id: Mapped[UUID | None]


class FeedPosition(Table):
    """The last position of an organization. Its row is locked while a commit takes the next one."""

    __tablename__ = "feed_position"
    __table_args__ = (of_organization(),)

    position: Mapped[int] = mapped_column(BigInteger)
