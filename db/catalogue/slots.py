"""Statements that read and write timeslots with all of their versions (R2.10). Each function takes a few statements,
however many timeslots there are.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Date, Integer, Text, Time, Uuid

from attendance.rules.catalogue.timeslot_versions import SlotFacts, Version
from db import models
from db.ids import new_id
from db.unit_of_work import UnitOfWork

_READ = text("""
SELECT v.id, v.weekday, v.start_time, v.duration_minutes, v.room, v.starts_on, v.ends_on
FROM timeslot_version v
JOIN timeslot t ON t.organization_id = v.organization_id AND t.id = v.id AND t.deleted_at IS NULL
WHERE v.organization_id = :organization_id AND v.offering_id = ANY (CAST(:offering_ids AS uuid[]))
ORDER BY v.starts_on NULLS FIRST, v.id
""")
_FORGET = text("""
DELETE FROM former_timeslot f
WHERE f.organization_id = :organization_id AND f.timeslot_id = ANY (CAST(:ids AS uuid[]))
""")
_CHANGE = text("""
UPDATE timeslot t SET weekday = k.weekday, start_time = k.start_time, duration_minutes = k.minutes, room = k.room,
    starts_on = k.starts_on, ends_on = k.ends_on
FROM unnest(:ids, :weekdays, :times, :minutes, :rooms, :starts, :ends)
    AS k (id, weekday, start_time, minutes, room, starts_on, ends_on)
WHERE t.organization_id = :organization_id AND t.id = k.id
""").bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("weekdays", type_=ARRAY(Integer)),
    bindparam("times", type_=ARRAY(Time)),
    bindparam("minutes", type_=ARRAY(Integer)),
    bindparam("rooms", type_=ARRAY(Text)),
    bindparam("starts", type_=ARRAY(Date)),
    bindparam("ends", type_=ARRAY(Date)),
)
_DELETE = text("""
UPDATE timeslot t SET deleted_at = :now
WHERE t.organization_id = :organization_id AND t.id = ANY (CAST(:ids AS uuid[]))
""")


async def read_versions(uow: UnitOfWork, offering_ids: Collection[UUID]) -> dict[UUID, list[Version]]:
    """Return the versions of the timeslots that are not deleted, by timeslot, in the order of their dates."""
    given = {"organization_id": uow.organization_id, "offering_ids": list(offering_ids)}
    found: dict[UUID, list[Version]] = defaultdict(list)
    for row in await uow.connection.execute(_READ, given):
        facts = SlotFacts(row.weekday, row.start_time, row.duration_minutes, row.room)
        found[row.id].append(Version(facts, row.starts_on, row.ends_on))
    return found


async def add_slots(uow: UnitOfWork, offering_id: UUID, versions: Sequence[Version]) -> list[UUID]:
    """Add timeslots that have one version each, and return their ids."""
    ids = [new_id() for _ in versions]
    rows = [
        {"organization_id": uow.organization_id, "id": id_, "offering_id": offering_id, **_columns(version)}
        for id_, version in zip(ids, versions, strict=True)
    ]
    if rows:
        await uow.connection.execute(insert(models.Timeslot), rows)
    return ids


async def write_versions(
    uow: UnitOfWork, offering_of: Mapping[UUID, UUID], versions: Mapping[UUID, Sequence[Version]], now: datetime
) -> None:
    """Give timeslots these versions, which replace all that they had. One without versions is deleted: it never met.

    offering_of -- the offering of each of the timeslots
    """
    if not versions:
        return
    tenant = {"organization_id": uow.organization_id}
    await uow.connection.execute(_FORGET, {**tenant, "ids": list(versions)})
    former = [
        {**tenant, "timeslot_id": id_, "offering_id": offering_of[id_], **_columns(version)}
        for id_, all_ in versions.items()
        for version in all_[:-1]
    ]
    if former:
        await uow.connection.execute(insert(models.FormerTimeslot), former)
    last = {id_: all_[-1] for id_, all_ in versions.items() if all_}
    if last:
        await uow.connection.execute(_CHANGE, {**tenant, **_arrays(last)})
    if gone := [id_ for id_, all_ in versions.items() if not all_]:
        await uow.connection.execute(_DELETE, {**tenant, "ids": gone, "now": now})


def _columns(version: Version) -> dict[str, Any]:
    facts = version.facts
    return {
        "weekday": facts.weekday,
        "start_time": facts.start_time,
        "duration_minutes": facts.minutes,
        "room": facts.room,
        "starts_on": version.starts_on,
        "ends_on": version.ends_on,
    }


def _arrays(last: Mapping[UUID, Version]) -> dict[str, Any]:
    versions = list(last.values())
    return {
        "ids": list(last),
        "weekdays": [each.facts.weekday for each in versions],
        "times": [each.facts.start_time for each in versions],
        "minutes": [each.facts.minutes for each in versions],
        "rooms": [each.facts.room for each in versions],
        "starts": [each.starts_on for each in versions],
        "ends": [each.ends_on for each in versions],
    }
