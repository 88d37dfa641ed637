"""The refusals of mutations that change settings."""

import strawberry
from strawberry.utils.str_converters import to_camel_case

from attendance.rules.organization import settings_refusals as rules
from gql.enrollments.vocabulary import EnrollmentType
from gql.fields.user_errors import UserError, refusal


@refusal(
    rules.SettingOutOfRange,
    description="A setting is out of its allowed range. No setting was changed, not even the other settings of the "
    "input.",
)
class SettingOutOfRange(UserError):
    setting: str = strawberry.field(description="The name of the input field, for example `birthdayWindowDays`.")
    least: int = strawberry.field(description="The lowest allowed value.")
    most: int = strawberry.field(description="The highest allowed value.")

    @classmethod
    def of(cls, refusal: rules.SettingOutOfRange) -> "SettingOutOfRange":
        name = to_camel_case(refusal.setting)
        message = f"{name} would be {refusal.value}; it must be from {refusal.least} to {refusal.most}."
        return cls(message=message, setting=name, least=refusal.least, most=refusal.most)


@refusal(
    rules.EarningTypesNotAllowed,
    description="Absences through enrollments of these types cannot earn makeup tokens. No setting was changed, not "
    "even the other settings of the input.",
)
class EarningTypesNotAllowed(UserError):
    types: list[EnrollmentType] = strawberry.field(
        description="The types that are not allowed. Empty when the input had no type at all."
    )
    allowed: list[EnrollmentType] = strawberry.field(description="The types that are allowed.")
