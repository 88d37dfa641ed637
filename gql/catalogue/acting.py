"""How mutations of the catalogue and their previews carry out one and the same act."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any, TypeAlias

from strawberry import Maybe

from attendance.actions.catalogue.changed import CatalogueChanged
from attendance.rules.calendar.zones import is_time_zone
from attendance.rules.catalogue.terms import Terms
from attendance.rules.organization.permissions import Viewer
from db.unit_of_work import UnitOfWork
from gql.catalogue.effect import CatalogueEffect, show_effect
from gql.enrollments.enrollment_arguments import checked_date
from gql.fields.access import requires
from gql.fields.context import Info, rehearsing
from gql.fields.names import checked_name, optional_name
from gql.fields.vocabulary import Permission
from gql.protocol.errors import BadInput

Act: TypeAlias = Callable[[UnitOfWork, Viewer, datetime], Awaitable[CatalogueChanged]]

MANAGES = requires([Permission.MANAGE_CATALOGUE])
NEEDS = "Needs MANAGE_CATALOGUE, in the Office Portal or the Staff Portal."
NAME_LENGTH = 200
FROM_DESCRIPTION = (
    "The first date on which the change holds. When left out or null, it is today at the location, or tomorrow once an "
    "occurrence of today has begun or has a mark, which then stays as it is."
)
CORRECTS_PAST_DESCRIPTION = (
    "Whether the change may hold on dates that have passed. Needs OWNER. Read the preview first: it says what happens "
    "to recorded roll sheets and makeup tokens."
)
NOTIFY_DESCRIPTION = "Whether families whose classes appear, disappear or move are told by e-mail."


async def rehearsed(info: Info, act: Act) -> CatalogueEffect:
    """Carry out the act, take it back, and return what it did."""
    async with rehearsing(info) as (uow, viewer):
        done = await act(uow, viewer, info.context.clock())
        return show_effect(done.effect)


def checked_terms(since: date | None, *, corrects_past: bool = False, notifies: bool = False) -> Terms:
    """Return how the change is to be made. Raises BadInput for a date on which nothing can meet."""
    if since is not None:
        checked_date(since, "input.from")
    return Terms(since, corrects_past, notifies)


def checked_zone(given: str) -> str:
    """Return the IANA name. Raises BadInput for any other text."""
    if not is_time_zone(given):
        raise BadInput(f"input.timeZone is {given!r}. It must be the IANA name of a time zone, as America/Chicago.")
    return given


def given_values(**given: Maybe[Any] | None) -> dict[str, Any]:
    """Return the values of the arguments that were not left out, by their names."""
    return {name: each.value for name, each in given.items() if each is not None}


def required(values: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return the values. Raises BadInput when one of these is null, which means nothing for them."""
    for name in names:
        if name in values and values[name] is None:
            words = name.split("_")
            camel = words[0] + "".join(word.capitalize() for word in words[1:])
            raise BadInput(f"input.{camel} is null. Leave it out to keep the present value.")
    return values


def with_name(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values with their name checked, if there is one. Raises BadInput."""
    required(values, "name")
    return values | {"name": checked_name(values["name"], "input.name", NAME_LENGTH)} if "name" in values else values


def with_label(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values with their label checked, if there is one. Raises BadInput."""
    label = "label"
    return values | {label: optional_name(values[label], "input.label", NAME_LENGTH)} if label in values else values
