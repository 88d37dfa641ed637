"""The people whom inputs describe: a family, guardians and students who are registered."""

from datetime import date, datetime

import strawberry

from attendance.rules.people.registering import NewFamily, NewGuardian, NewStudent
from gql.fields.names import checked_name
from gql.people.student_texts import (
    COMMENT_LENGTH,
    MEDICAL_LENGTH,
    MOST_PHONES,
    NAME_LENGTH,
    checked_birth,
    checked_phones,
    optional_email,
    optional_phone,
    optional_text,
)


@strawberry.input(description="The facts of a new family.")
class FamilyInput:
    name: str = strawberry.field(description=f"The name of the family, 1 to {NAME_LENGTH} characters.")
    email: str | None = strawberry.field(
        default=None,
        description="The e-mail address to which mail is sent. When `registerFamily` has none, it is that of "
        "the first guardian who has one.",
    )
    phone: str | None = strawberry.field(
        default=None,
        description="The phone number, as it is written. When `registerFamily` has none, it is the first number of a "
        "guardian.",
    )

    def checked(self, argument: str) -> NewFamily:
        return NewFamily(
            checked_name(self.name, f"{argument}.name", NAME_LENGTH),
            optional_email(self.email, f"{argument}.email"),
            optional_phone(self.phone, f"{argument}.phone"),
        )


@strawberry.input(description="The facts of a new guardian.")
class GuardianInput:
    first_name: str = strawberry.field(description=f"The given name, 1 to {NAME_LENGTH} characters.")
    last_name: str = strawberry.field(description=f"The family name, 1 to {NAME_LENGTH} characters.")
    email: str | None = strawberry.field(
        default=None, description="The e-mail address with which the guardian can sign in. No two guardians share one."
    )
    phones: list[str] = strawberry.field(
        default_factory=list,
        description=f"The telephone numbers by which a kiosk finds the family, at most {MOST_PHONES}.",
    )

    def checked(self, argument: str) -> NewGuardian:
        return NewGuardian(
            checked_name(self.first_name, f"{argument}.firstName", NAME_LENGTH),
            checked_name(self.last_name, f"{argument}.lastName", NAME_LENGTH),
            optional_email(self.email, f"{argument}.email"),
            checked_phones(self.phones, f"{argument}.phones"),
        )


@strawberry.input(description="The facts of a new student.")
class StudentInput:
    first_name: str = strawberry.field(description=f"The given name, 1 to {NAME_LENGTH} characters.")
    last_name: str = strawberry.field(description=f"The family name, 1 to {NAME_LENGTH} characters.")
    birth_on: date | None = strawberry.field(default=None, description="The date of birth.")
    gender: str | None = strawberry.field(
        default=None, description=f"The gender, in the organization's own words, at most {NAME_LENGTH} characters."
    )
    medical_alert: str | None = strawberry.field(
        default=None,
        description=f"What to know in an emergency, at most {MEDICAL_LENGTH} characters. Needs SEE_MEDICAL and "
        "attendance FULL.",
    )
    roll_sheet_comment: str | None = strawberry.field(
        default=None,
        description=f"A remark for roll sheets, at most {COMMENT_LENGTH} characters. Needs attendance FULL.",
    )

    def checked(self, argument: str, now: datetime) -> NewStudent:
        return NewStudent(
            checked_name(self.first_name, f"{argument}.firstName", NAME_LENGTH),
            checked_name(self.last_name, f"{argument}.lastName", NAME_LENGTH),
            checked_birth(self.birth_on, f"{argument}.birthOn", now),
            optional_text(self.gender, f"{argument}.gender", NAME_LENGTH),
            optional_text(self.medical_alert, f"{argument}.medicalAlert", MEDICAL_LENGTH),
            optional_text(self.roll_sheet_comment, f"{argument}.rollSheetComment", COMMENT_LENGTH),
        )
