"""What changing settings can be refused for."""

import strawberry
from strawberry.utils.str_converters import to_camel_case

from attendance.rules import refusals
from attendance.rules.vocabulary import EnrollmentType
from gql.fields import vocabulary  # noqa: F401 - describes the enumerations that these types speak
from gql.fields.user_errors import UserError


@strawberry.type(
    description="A setting lies outside of what is allowed. None of the settings was changed, the others of the input "
    "neither."
)
class SettingOutOfRange(UserError):
    setting: str = strawberry.field(description="The field of the input, such as `birthdayWindowDays`.")
    least: int = strawberry.field(description="The least value allowed.")
    most: int = strawberry.field(description="The greatest value allowed.")

    @classmethod
    def of(cls, refusal: refusals.SettingOutOfRange) -> "SettingOutOfRange":
        name = to_camel_case(refusal.setting)
        message = f"{name} would be {refusal.value}; it must be from {refusal.least} to {refusal.most}."
        return cls(message=message, setting=name, least=refusal.least, most=refusal.most)


@strawberry.type(
    description="Absences through enrollments of these types can earn no makeup tokens. None of the settings was "
    "changed, the others of the input neither."
)
class EarningTypesNotAllowed(UserError):
    types: list[EnrollmentType] = strawberry.field(description="The types at fault; empty: none was named.")
    allowed: list[EnrollmentType] = strawberry.field(description="The types that can earn.")

    @classmethod
    def of(cls, refusal: refusals.EarningTypesNotAllowed) -> "EarningTypesNotAllowed":
        return cls(message=refusal.message, types=list(refusal.types), allowed=list(refusal.allowed))
