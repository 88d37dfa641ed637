"""What changing settings can be refused for."""

import strawberry
from strawberry.utils.str_converters import to_camel_case

from attendance.rules import refusals
from gql.types.refusals import UserError


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
