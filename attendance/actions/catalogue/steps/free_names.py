"""The step that keeps two locations, programs or blackout schedules from having one name (R13.1)."""

from uuid import UUID

from attendance.rules.catalogue.catalogue_refusals import NotPossible
from db import models
from db.catalogue.taken_names import Named, find_taken_name
from db.unit_of_work import UnitOfWork

_WORDS: dict[Named, str] = {
    models.Location: "location",
    models.Program: "program",
    models.BlackoutSchedule: "blackout schedule",
}


async def require_free_name(uow: UnitOfWork, named: Named, name: str, except_id: UUID | None = None) -> None:
    """Raise NotPossible when another live one has the name, in whatever case. The caller holds the lock of the
    catalogue, so two callers cannot give the same name at once.

    except_id -- the one that gets the name; None when it is new
    """
    if (taken := await find_taken_name(uow, named, name, except_id)) is not None:
        raise NotPossible(f"There is a {_WORDS[named]} called {taken!r} already.")
