"""The refusals of the business as members of a mutation's union. Each is declared once, beside its type of the
schema.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, TypeVar, dataclass_transform
from uuid import UUID

import strawberry
from strawberry.types import Info
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import capitalize_first, to_camel_case

from attendance.rules import refusals as rules
from gql.fields.global_ids import encode_id
from gql.fields.vocabulary import Permission


@strawberry.interface(
    description="A refusal by the business. The request was understood, but nothing was changed. The fields say why."
)
class UserError:
    message: str = strawberry.field(description="An English sentence that can be shown to a person.")

    @strawberry.field(
        description="The name of the refusal, for clients that translate it: the name of its type, in capital letters "
        "with underscores, such as OFFERING_FULL. It never changes. Clients show `message` for a code that they do not "
        "know."
    )
    def code(self) -> str:
        return _code(type(self).__name__)


Member = TypeVar("Member", bound=UserError)


@dataclass(frozen=True, slots=True)
class Told:
    """Strawberry's exception handler: where a mutation's union has `error_type`, the exception becomes it. A mutation
    whose union does not have it answers with an internal error.
    """

    exception_type: type[rules.Refusal]
    error_type: type[UserError]
    tell: Callable[[Any], UserError]

    def handle(self, exception: rules.Refusal, *, field: StrawberryField, info: Info) -> UserError:
        return self.tell(exception)


_TOLD: dict[type[rules.Refusal], Told] = {}


def declared_refusals() -> Iterable[Told]:
    """Return the refusals that the modules imported so far have declared."""
    return _TOLD.values()


@dataclass_transform(order_default=False, kw_only_default=True, field_specifiers=(strawberry.field, StrawberryField))
def refusal(raised: type[rules.Refusal], *, description: str) -> Callable[[type[Member]], type[Member]]:
    """Declare a type of the schema and the refusal that it shows.

    The fields of the type are the attributes of `raised` with the same names. The name of a field says of which type an
    id in it is: `enrollment_id` is the id of an Enrollment, and `student_ids` are ids of Students. A type with other
    fields has a classmethod `of`, which takes the exception.

    Raises TypeError for a field that `raised` does not have, and for a refusal that is already declared.
    """

    def declare(cls: type[Member]) -> type[Member]:
        member: type[Member] = strawberry.type(cls, description=description)
        if raised in _TOLD:
            raise TypeError(f"{raised.__name__} is declared by {_TOLD[raised].error_type.__name__} already")
        tell = getattr(member, "of", None) or _same_fields(raised, member)
        _TOLD[raised] = Told(raised, member, tell)
        return member

    return declare


def told(refused: rules.Refusal) -> UserError | None:
    """Return the refusal as a member of a union; None for one that is answered with a top-level error."""
    declared = _TOLD.get(type(refused))
    return None if declared is None else declared.tell(refused)


def _same_fields(raised: type[rules.Refusal], member: type[Member]) -> Callable[[rules.Refusal], Member]:
    names = [field.name for field in fields(member) if field.init]
    known = {*dir(raised), *(field.name for field in fields(raised))}  # type: ignore[arg-type]
    if missing := set(names) - known:
        raise TypeError(f"{raised.__name__} has no {', '.join(sorted(missing))}; write {member.__name__}.of")
    return lambda it: member(**{name: _shown(name, getattr(it, name)) for name in names})


@cache
def _code(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()


def _shown(name: str, value: Any) -> Any:
    if isinstance(value, UUID):
        return encode_id(type_in_name(name), value)
    return [_shown(name, each) for each in value] if isinstance(value, tuple) else value


def type_in_name(name: str) -> str:
    """The type whose id a field of this name is: `makeup_request_id` gives MakeupRequest."""
    return capitalize_first(to_camel_case(name.removesuffix("s").removesuffix("_id")))


@refusal(
    rules.PermissionDenied,
    description="The caller may see the object, but may not make this change. Nothing was changed.",
)
class PermissionDenied(UserError):
    permission: Permission = strawberry.field(
        description="A permission that would allow the change in the caller's portal."
    )
