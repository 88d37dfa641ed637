"""A family about which every table says something, and a dump of all tables to search."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.vocabulary import (
    AccountLinkPurpose,
    AttendanceStatus,
    ChangeKind,
    EmailState,
    ExpectedAbsenceState,
    MakeupRequestState,
    MakeupTokenAct,
    Portal,
    SecurityEventKind,
    Source,
    TaskItemState,
    TaskKind,
    TaskState,
)
from db import models
from db.ids import new_id
from db.models.privacy import ERASED
from tests.support.factories import JANUARY, LONG_AGO, MONDAY, Lesson, World

JSON_SHAPES: dict[str, str] = {
    "background_task.input": '{"draft": {"comment": "%s"}}',
    "makeup_token_entry.facts": '{"before": {"comment": "%s"}, "after": {"comment": "%s"}}',
}
# Any part may name anybody, so all are deleted: see test_write_report.py.
_OF_EVERYBODY = {"report_part.text"}
_COMPUTED = {"family.phone_digits", "family.phone_key", "guardian_phone.key", "student.sort_name"}
_WORDS = {"email.template", "idempotency_key.mutation", "idempotency_key.fingerprint"}
# How the rows of a table that are about a family are found.
_STUDENTS = "student_id IN (SELECT id FROM student WHERE family_id = :family_id)"
_GUARDIANS = "IN (SELECT id FROM person WHERE family_id = :family_id)"
_ROWS: Mapping[str, str] = {
    "account_link": f"person_id {_GUARDIANS}",
    "background_task": f"id IN (SELECT background_task_id FROM background_task_item WHERE {_STUDENTS})",
    "email": "family_id = :family_id",
    "family": "id = :family_id",
    "guardian_phone": f"person_id {_GUARDIANS}",
    "idempotency_key": f"caller_id {_GUARDIANS}",
    "imported_enrollment": f"enrollment_id IN (SELECT id FROM enrollment WHERE {_STUDENTS})",
    "imported_family": "family_id = :family_id",
    "imported_row": f"row_id = :family_id OR row_id {_GUARDIANS}",
    "person": "family_id = :family_id",
    "recovery_code": f"person_id {_GUARDIANS}",
    "second_factor": f"person_id {_GUARDIANS}",
    "security_event": f"person_id {_GUARDIANS}",
    "sign_in": f"person_id {_GUARDIANS}",
    "student": "family_id = :family_id",
}


@dataclass(frozen=True, slots=True)
class Household:
    family_id: UUID
    gail: UUID
    ann: UUID


async def new_household(world: World, lesson: Lesson, name: str) -> Household:
    """A family with a row in every table that can be about one; Ann is enrolled and was marked on MONDAY."""
    family_id = await world.family(name=name, balance=Decimal(12), phone=f"+1 512 555 01{len(name)}", email="a@b.co")
    gail = await world.guardian(family_id, email=f"{name}@example.com", password_hash="x", source_id=f"g/{name}")
    ann = await world.student(family_id=family_id, birth_on=JANUARY, source_id=f"s/{name}", first_name=name)
    place = await world.enroll(ann, lesson.offering_id, source_id=f"e/{name}")
    await world.mark(ann, lesson.timeslot_id, status=AttendanceStatus.ABSENT, note="x", enrollment_id=place)
    await _changes(world, lesson, ann)
    token = await world.makeup_token(ann, comment="x")
    await world.add(
        models.MakeupTokenEntry,
        student_id=ann,
        makeup_token_id=token,
        act=MakeupTokenAct.EDITED,
        source=Source.OFFICE,
        entered_at=LONG_AGO,
        facts={},
    )
    await world.makeup_request(
        token, ann, lesson.timeslot_id, state=MakeupRequestState.DENIED, comment="x", decision_comment="x"
    )
    await world.note(ann)
    await world.expected_absence(ann, state=ExpectedAbsenceState.DENIED, comment="x")
    await _imported(world, family_id, place)
    await world.add(models.GuardianPhone, person_id=gail, number="+1 512 555 0177")
    await world.add(
        models.SecurityEvent,
        kind=SecurityEventKind.SIGNED_IN,
        person_id=gail,
        address="x",
        detail="x",
        count=1,
        first_at=LONG_AGO,
        last_at=LONG_AGO,
    )
    await world.add(
        models.AccountLink,
        person_id=gail,
        purpose=AccountLinkPurpose.INVITATION,
        secret_hash=b"x",
        created_at=LONG_AGO,
        expires_at=LONG_AGO,
    )
    await world.add(models.SecondFactor, person_id=gail, sealed_secret=b"x", created_at=LONG_AGO)
    await world.add(models.RecoveryCode, person_id=gail, code_hash=b"x")
    await world.sign_in(gail, Portal.CUSTOMER, LONG_AGO, LONG_AGO + timedelta(days=3650))
    await world.add(
        models.IdempotencyKey,
        caller_id=gail,
        key=name,
        mutation="requestMakeup",
        fingerprint="x",
        answer={},
        used_at=LONG_AGO,
    )
    await world.add(
        models.Email,
        reason=f"token/{name}",
        recipient="a@b.co",
        template="statement",
        facts={"student": name},
        state=EmailState.QUEUED,
        due_at=LONG_AGO,
        family_id=family_id,
        created_at=LONG_AGO,
        last_error="x",
    )
    await _task(world, ann)
    return Household(family_id, gail, ann)


async def _changes(world: World, lesson: Lesson, student: UUID) -> None:
    revision = await world.count(models.Change) + 1
    key = {"timeslot_id": lesson.timeslot_id, "held_on": MONDAY, "revision": revision}
    await world.add(models.Change, **key, kind=ChangeKind.MARKS, source=Source.OFFICE, changed_at=LONG_AGO)
    await world.add(models.ChangedEntry, **key, student_id=student, before_note="x", after_note="x")
    await world.owner.execute(
        text("UPDATE occurrence SET revision = :revision WHERE organization_id = :own"),
        {"revision": revision, "own": world.organization_id},
    )


async def _imported(world: World, family_id: UUID, place: UUID) -> None:
    await world.add(models.ImportedFamily, family_id=family_id, name="x", phone="x", email="x")
    row = {"file": "families", "key": str(family_id), "row_id": family_id}
    await world.add(models.ImportedRow, **row, said={"name": "x"}, is_ours=True)
    await world.add(models.ImportedEnrollment, enrollment_id=place, said="x", starts_on=JANUARY)


async def _task(world: World, student: UUID) -> None:
    task_id = await world.add(
        models.BackgroundTask,
        id=new_id(),
        kind=TaskKind.CREATE_MAKEUP_TOKENS,
        state=TaskState.COMPLETED,
        input={},
        total=1,
        done=1,
        source=Source.OFFICE,
        created_at=LONG_AGO,
        ended_at=LONG_AGO,
    )
    item = {"background_task_id": task_id, "position": 1, "student_id": student}
    await world.add(models.BackgroundTaskItem, **item, title="Makeup token", input={}, state=TaskItemState.DONE)
    await world.add(models.BackgroundTaskException, **item, number=1, message="x")


async def plant(world: World, household: Household, mark: str) -> dict[str, str]:
    """Put a secret of its own into each column of ERASED, in the rows about the family, and return them by column."""
    planted: dict[str, str] = {}
    for number, column in enumerate(sorted(ERASED.keys() - _COMPUTED - _WORDS - _OF_EVERYBODY)):
        table, name = column.split(".")
        secret = f"{mark}{number:03}secret"
        type_ = str(models.metadata.tables[table].c[name].type)
        value: Any = secret
        if type_ == "JSONB":
            value = JSON_SHAPES.get(column, '{"x": "%s"}').replace("%s", secret)
        given = "CAST(:value AS jsonb)" if type_ == "JSONB" else "CAST(:value AS text)"
        if type_ == "BLOB":
            given = "convert_to(CAST(:value AS text), 'UTF8')"
        where = _ROWS.get(table, _STUDENTS)
        done = await world.owner.execute(
            text(f"UPDATE {table} SET {name} = {given} WHERE organization_id = :own AND {where}"),
            {"value": value, "own": world.organization_id}
            | ({"family_id": household.family_id} if ":family_id" in where else {}),
        )
        assert done.rowcount == 1, column
        planted[column] = secret
    return planted


async def dump(owner: AsyncConnection, organization_id: UUID) -> str:
    """Everything that all tables hold of the organization, as text; bytes as hexadecimal digits."""
    return "\n".join(await owner.scalars(_EVERYTHING, {"own": organization_id}))


_EVERYTHING = text(
    " UNION ALL ".join(
        f"SELECT '{table} ' || row_to_json(t)::text FROM {table} t WHERE t.organization_id = :own"
        for table in models.metadata.tables
    )
)


def found_in(dumped: str, secrets: Iterable[str]) -> list[str]:
    """The secrets that stand in the dump, in any case, as text or as bytes."""
    lowered = dumped.lower()
    return [each for each in secrets if each.lower() in lowered or each.encode().hex() in lowered]
