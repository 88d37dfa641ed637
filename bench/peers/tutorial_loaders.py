"""The dataloaders of strawberry_tutorial.py. Each batch is a session and a statement of its own."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from strawberry.dataloader import DataLoader

from attendance.rules.vocabulary import AttendanceStatus, EnrollmentType
from db import models

Sessions = async_sessionmaker[AsyncSession]
_ABSENT = (AttendanceStatus.ABSENT, AttendanceStatus.EXCUSED_ABSENCE)


class Loaders:
    """The loaders of one request."""

    def __init__(self, sessions: Sessions, organization_id: UUID) -> None:
        self._sessions = sessions
        self._organization_id = organization_id
        self.timeslots = self._by_id(models.Timeslot)
        self.offerings = self._by_id(models.Offering)
        self.locations = self._by_id(models.Location)
        self.students = self._by_id(models.Student)
        self.families = self._by_id(models.Family)
        self.occurrences = self._one(models.Occurrence, models.Occurrence.timeslot_id, models.Occurrence.held_on)
        self.marks = self._many(models.Mark, models.Mark.timeslot_id, models.Mark.held_on)
        self.notes = self._many(
            models.StudentNote, models.StudentNote.student_id, where=models.StudentNote.closed_at.is_(None)
        )
        self.absences = self._many(models.ExpectedAbsence, models.ExpectedAbsence.student_id)
        self.places = self._many(models.Enrollment, models.Enrollment.student_id, where=_PLACES)
        self.enrollments: DataLoader[tuple[UUID, date], list[models.Enrollment]] = DataLoader(self._enrollments)
        self.instructors: DataLoader[UUID, list[models.Person]] = DataLoader(self._instructors)
        self.history: DataLoader[tuple[UUID, UUID], tuple[int, int]] = DataLoader(self._history)

    def _by_id(self, model: Any) -> DataLoader[UUID, Any]:
        return self._one(model, model.id)

    def _one(self, model: Any, *columns: Any) -> DataLoader[Any, Any]:
        many = self._load(model, *columns)

        async def load(keys: list[Any]) -> Sequence[Any]:
            return [next(iter(found), None) for found in await many(keys)]

        return DataLoader(load)

    def _many(self, model: Any, *columns: Any, where: ColumnElement[bool] | None = None) -> DataLoader[Any, list[Any]]:
        return DataLoader(self._load(model, *columns, where=where))

    def _load(
        self, model: Any, *columns: Any, where: ColumnElement[bool] | None = None
    ) -> Callable[[list[Any]], Awaitable[list[list[Any]]]]:
        names = [column.key for column in columns]

        async def load(keys: list[Any]) -> list[list[Any]]:
            wanted = columns[0].in_(keys) if len(columns) == 1 else tuple_(*columns).in_(keys)
            statement = select(model).where(model.organization_id == self._organization_id, wanted)
            found: dict[Hashable, list[Any]] = defaultdict(list)
            for row in await self._scalars(statement if where is None else statement.where(where)):
                values = tuple(getattr(row, name) for name in names)
                found[values if len(values) > 1 else values[0]].append(row)
            return [found[key] for key in keys]

        return load

    async def _enrollments(self, keys: list[tuple[UUID, date]]) -> list[list[models.Enrollment]]:
        each = models.Enrollment
        statement = select(each).where(
            each.organization_id == self._organization_id, each.offering_id.in_({key[0] for key in keys}), _PLACES
        )
        found = await self._scalars(statement)
        return [
            [
                row
                for row in found
                if row.offering_id == offering_id
                and row.starts_on <= held_on
                and (row.drop_on is None or row.drop_on >= held_on)
            ]
            for offering_id, held_on in keys
        ]

    async def _instructors(self, offering_ids: list[UUID]) -> list[list[models.Person]]:
        of, person = models.OfferingInstructor, models.Person
        statement = (
            select(of.offering_id, person)
            .join(person, (person.organization_id == of.organization_id) & (person.id == of.person_id))
            .where(of.organization_id == self._organization_id, of.offering_id.in_(offering_ids))
            .order_by(person.last_name, person.first_name)
        )
        async with self._sessions() as session:
            found = (await session.execute(statement)).all()
        return [[row for offering_id, row in found if offering_id == each] for each in offering_ids]

    async def _history(self, keys: list[tuple[UUID, UUID]]) -> list[tuple[int, int]]:
        """Return how often each student was there and was absent, in the classes of the offering."""
        mark, slot = models.Mark, models.Timeslot
        statement = (
            select(
                mark.student_id,
                slot.offering_id,
                func.count().filter(mark.status.not_in(_ABSENT)),
                func.count().filter(mark.status == AttendanceStatus.ABSENT),
            )
            .join(slot, (slot.organization_id == mark.organization_id) & (slot.id == mark.timeslot_id))
            .where(
                mark.organization_id == self._organization_id,
                mark.student_id.in_({student_id for student_id, _ in keys}),
                slot.offering_id.in_({offering_id for _, offering_id in keys}),
            )
            .group_by(mark.student_id, slot.offering_id)
        )
        async with self._sessions() as session:
            found = {(row[0], row[1]): (row[2], row[3]) for row in await session.execute(statement)}
        return [found.get(key, (0, 0)) for key in keys]

    async def _scalars(self, statement: Select[Any]) -> list[Any]:
        async with self._sessions() as session:
            return list(await session.scalars(statement))

    async def meeting_on(self, on_date: date, at_most: int) -> list[UUID]:
        """Return the timeslots of the day in the order of their start."""
        slot, offering = models.Timeslot, models.Offering
        statement = (
            select(slot.id)
            .join(offering, (offering.organization_id == slot.organization_id) & (offering.id == slot.offering_id))
            .where(
                slot.organization_id == self._organization_id,
                slot.weekday == on_date.isoweekday(),
                slot.deleted_at.is_(None),
                offering.deleted_at.is_(None),
            )
            .order_by(slot.start_time, offering.sort_key, slot.id)
            .limit(at_most)
        )
        return await self._scalars(statement)


_PLACES = (models.Enrollment.type != EnrollmentType.WAITLIST) & models.Enrollment.deleted_at.is_(None)
