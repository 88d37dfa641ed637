"""What changing settings can be refused for."""

import strawberry
from strawberry.utils.str_converters import to_camel_case

from attendance.rules.organization import settings_refusals as rules
from gql.enrollments.vocabulary import EnrollmentType
from gql.fields.user_errors import UserError, refusal


@refusal(
    rules.SettingOutOfRange,
    description="A setting lies outside of what is allowed. None of the settings was changed, the others of the input "
    "neither.",
)
class SettingOutOfRange(UserError):
    setting: str = strawberry.field(description="The field of the input, such as `birthdayWindowDays`.")
    least: int = strawberry.field(description="The least value allowed.")
    most: int = strawberry.field(description="The greatest value allowed.")

    @classmethod
    def of(cls, refusal: rules.SettingOutOfRange) -> "SettingOutOfRange":
        name = to_camel_case(refusal.setting)
        message = f"{name} would be {refusal.value}; it must be from {refusal.least} to {refusal.most}."
        return cls(message=message, setting=name, least=refusal.least, most=refusal.most)


@refusal(
    rules.EarningTypesNotAllowed,
    description="Absences through enrollments of these types can earn no makeup tokens. None of the settings was "
    "changed, the others of the input neither.",
)
class EarningTypesNotAllowed(UserError):
    types: list[EnrollmentType] = strawberry.field(description="The types at fault; empty: none was named.")
    allowed: list[EnrollmentType] = strawberry.field(description="The types that can earn.")
