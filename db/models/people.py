"""The people: staff and guardians who sign in, families, students, and the kiosks of a location."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, Index, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from attendance.rules.vocabulary import MergeKind, NoteLevel, Permission, PersonKind, Portal
from db.models.names import NAME_KEY, made_search_key, made_sort_key
from db.models.table import SENSITIVE, Entity, Table, of, of_organization, one_of

PERMISSIONS = "permissions <@ ARRAY[{}]::text[]".format(", ".join(f"'{permission}'" for permission in Permission))
NO_PERMISSIONS = text("'{}'::text[]")
NOTHING_EDITED = text("'{}'::text[]")


class Family(Entity):
    """Students and guardians with one e-mail address, one phone number and one balance; guardians have further numbers.
    `merged_into_id`: the family that this one became (R13.6).
    Only the check-in code with the family's current number is valid (R5.2). `phone_key`: what candidates for a look-up
    have in common. `phone_digits` is read by the release before this one alone. `erased_at`: nothing identifies the
    family any more (R16.5).
    """

    __tablename__ = "family"
    __table_args__ = (
        of_organization(),
        of("family", "merged_into_id"),
        Index("family_phone_ix", "organization_id", "phone_digits"),
        Index("family_phone_key_ix", "organization_id", "phone_key"),
        Index("family_source_id_key", "organization_id", "source_id", unique=True),
        Index("family_sort_key_ix", "organization_id", "sort_key", "id"),
    )

    name: Mapped[str] = mapped_column(info=SENSITIVE)
    sort_key: Mapped[str] = mapped_column(NAME_KEY, default=made_sort_key, server_default="", info=SENSITIVE)
    search_key: Mapped[str] = mapped_column(NAME_KEY, default=made_search_key, server_default="", info=SENSITIVE)
    email: Mapped[str | None] = mapped_column(info=SENSITIVE)
    phone: Mapped[str | None] = mapped_column(info=SENSITIVE)
    phone_digits: Mapped[str | None] = mapped_column(
        Computed(r"regexp_replace(phone, '\D', '', 'g')", persisted=True), info=SENSITIVE
    )
    phone_key: Mapped[str | None] = mapped_column(Computed("phone_key(phone)", persisted=True), info=SENSITIVE)
    balance: Mapped[Decimal] = mapped_column(server_default="0", info=SENSITIVE)
    check_in_code_number: Mapped[int] = mapped_column(server_default="1")
    source_id: Mapped[str | None]
    deleted_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    merged_into_id: Mapped[UUID | None]


class ImportedFamily(Table):
    """What the source last said about a family, field by field, when an import followed it (R13.9).

    Null where it has said nothing. A field of the family that differs was edited by the office.
    """

    __tablename__ = "imported_family"
    __table_args__ = (of("family", "family_id"),)

    family_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str | None] = mapped_column(info=SENSITIVE)
    phone: Mapped[str | None] = mapped_column(info=SENSITIVE)
    email: Mapped[str | None] = mapped_column(info=SENSITIVE)
    balance: Mapped[Decimal | None] = mapped_column(info=SENSITIVE)


class Person(Entity):
    """Somebody who can sign in. A guardian has a family; staff have permissions (R11.1). `ended_at` ends the person's
    access. `ends_on` plans the end of a staff member's access: at the instant `ends_at`, when that date has begun at
    every location. `office_fields` names what the office edited of a guardian: imports leave it alone (R13.9).
    """

    __tablename__ = "person"
    __table_args__ = (
        of_organization(),
        of("family", "family_id"),
        of("person", "merged_into_id"),
        CheckConstraint("(family_id IS NOT NULL) = (kind = 'GUARDIAN')", name="guardians_have_a_family"),
        CheckConstraint("kind = 'STAFF' OR permissions = '{}'", name="only_staff_hold_permissions"),
        CheckConstraint(PERMISSIONS, name="permissions_are_known"),
        Index("person_email_key", "organization_id", "kind", func.lower(text("email")), unique=True),
        Index("person_sign_in_ix", func.lower(text("email")), "kind"),
        Index("person_family_ix", "organization_id", "family_id"),
        Index("person_ends_ix", "ends_at", postgresql_where=text("ends_at IS NOT NULL")),
        Index("person_source_id_key", "organization_id", "source_id", unique=True),
    )

    kind: Mapped[PersonKind] = mapped_column(one_of(PersonKind))
    first_name: Mapped[str] = mapped_column(info=SENSITIVE)
    last_name: Mapped[str] = mapped_column(info=SENSITIVE)
    sort_key: Mapped[str] = mapped_column(NAME_KEY, default=made_sort_key, server_default="", info=SENSITIVE)
    search_key: Mapped[str] = mapped_column(NAME_KEY, default=made_search_key, server_default="", info=SENSITIVE)
    email: Mapped[str | None] = mapped_column(info=SENSITIVE)
    password_hash: Mapped[str | None] = mapped_column(info=SENSITIVE)
    family_id: Mapped[UUID | None]
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=NO_PERMISSIONS)
    source_id: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    ends_on: Mapped[date | None]
    ends_at: Mapped[datetime | None]
    office_fields: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=NOTHING_EDITED)
    merged_into_id: Mapped[UUID | None]


class GuardianPhone(Table):
    """A telephone of a guardian, which identifies the guardian's family at a kiosk (R5.2). It is there as long as the
    source names it, or until the office removes it once the office has edited the guardian's numbers.
    """

    __tablename__ = "guardian_phone"
    __table_args__ = (
        of("person", "person_id"),
        Index("guardian_phone_key_ix", "organization_id", "key"),
    )

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True, info=SENSITIVE)
    key: Mapped[str | None] = mapped_column(Computed("phone_key(number)", persisted=True), info=SENSITIVE)


class PermissionGroup(Entity):
    """Permissions that the group's members hold in addition to their own (R11.1)."""

    __tablename__ = "permission_group"
    __table_args__ = (of_organization(), CheckConstraint(PERMISSIONS, name="permissions_are_known"))

    name: Mapped[str]
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=NO_PERMISSIONS)


class GroupMember(Table):
    __tablename__ = "group_member"
    __table_args__ = (of("permission_group", "group_id"), of("person", "person_id"))

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    group_id: Mapped[UUID] = mapped_column(primary_key=True)


class SignIn(Entity):
    """A person who is signed in to a portal, from a device that said `device` of itself. The refresh token rotates, and
    the previous one is kept, because its return reveals theft.
    """

    __tablename__ = "sign_in"
    __table_args__ = (
        of("person", "person_id"),
        Index("sign_in_person_ix", "organization_id", "person_id"),
        Index("sign_in_expires_ix", "expires_at"),
    )

    person_id: Mapped[UUID]
    portal: Mapped[Portal] = mapped_column(one_of(Portal))
    device: Mapped[str | None] = mapped_column(info=SENSITIVE)
    refresh_hash: Mapped[bytes]
    previous_refresh_hash: Mapped[bytes | None]
    created_at: Mapped[datetime]
    refreshed_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Kiosk(Entity):
    """A check-in device at a location (R5.1). Its token permits nothing but kiosk work, expires, and can be revoked."""

    __tablename__ = "kiosk"
    __table_args__ = (
        of("location", "location_id"),
        of("person", "launched_by_id"),
        of("person", "revoked_by_id"),
        Index("kiosk_launched_ix", "organization_id", "launched_at", "id"),
    )

    location_id: Mapped[UUID]
    name: Mapped[str]
    launched_by_id: Mapped[UUID]
    launched_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[UUID | None]


class Student(Entity):
    """A student. `tokens_lapse_on`: the student has left, and unused makeup tokens are good through this date
    (R8.11). `erased_at`: nothing identifies the student any more (R16.5). `office_fields` names the columns that the
    office edited: imports leave them alone (R13.9).
    """

    __tablename__ = "student"
    __table_args__ = (
        of("family", "family_id"),
        of("student", "merged_into_id"),
        Index("student_family_ix", "organization_id", "family_id"),
        Index("student_sort_key_ix", "organization_id", "sort_key", "id"),
        Index("student_source_id_key", "organization_id", "source_id", unique=True),
    )

    family_id: Mapped[UUID]
    first_name: Mapped[str] = mapped_column(info=SENSITIVE)
    last_name: Mapped[str] = mapped_column(info=SENSITIVE)
    sort_key: Mapped[str] = mapped_column(NAME_KEY, default=made_sort_key, server_default="", info=SENSITIVE)
    search_key: Mapped[str] = mapped_column(NAME_KEY, default=made_search_key, server_default="", info=SENSITIVE)
    # Only the release before this one reads it. A later migration drops it.
    sort_name: Mapped[str] = mapped_column(
        Text(collation="C"), Computed("lower(last_name || ', ' || first_name)", persisted=True), info=SENSITIVE
    )
    birth_on: Mapped[date | None] = mapped_column(info=SENSITIVE)
    gender: Mapped[str | None] = mapped_column(info=SENSITIVE)
    medical_alert: Mapped[str | None] = mapped_column(info=SENSITIVE)
    roll_sheet_comment: Mapped[str | None] = mapped_column(info=SENSITIVE)
    tokens_lapse_on: Mapped[date | None]
    source_id: Mapped[str | None]
    deleted_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    office_fields: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=NOTHING_EDITED)
    merged_into_id: Mapped[UUID | None]


class PeopleMerge(Entity):
    """Two rows of one family, guardian or student became one (R13.6). The row `from_id` stays, deleted, with
    `merged_into_id`. `facts` counts what moved, and holds what staff chose.
    """

    __tablename__ = "people_merge"
    __table_args__ = (
        of_organization(),
        of("person", "merged_by_id"),
        Index("people_merge_listed_ix", "organization_id", "merged_at", "id"),
    )

    kind: Mapped[MergeKind] = mapped_column(one_of(MergeKind))
    from_id: Mapped[UUID]
    into_id: Mapped[UUID]
    merged_by_id: Mapped[UUID | None]
    merged_at: Mapped[datetime]
    facts: Mapped[dict[str, Any]]


class StudentNote(Entity):
    """A note about a student, open until somebody closes it (R3.4, NOTES)."""

    __tablename__ = "student_note"
    __table_args__ = (
        of("student", "student_id"),
        of("person", "written_by_id"),
        of("person", "closed_by_id"),
        Index("student_note_student_ix", "organization_id", "student_id", "closed_at"),
    )

    student_id: Mapped[UUID]
    level: Mapped[NoteLevel] = mapped_column(one_of(NoteLevel), server_default=NoteLevel.NORMAL)
    body: Mapped[str] = mapped_column(info=SENSITIVE)
    written_by_id: Mapped[UUID | None]
    written_at: Mapped[datetime]
    closed_by_id: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]
