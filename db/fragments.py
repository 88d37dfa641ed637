"""Rules that several SQL statements repeat, each once. A fragment is a condition without an OR at its top, to be joined
to others with AND; its arguments are aliases and expressions of the statement, never values. `found_by` is a table
expression, `closures_of` too, and `zone_of` is a value.
"""


def found_by(table: str, condition: str) -> str:
    """Return the tenant's rows of a table or a view for which the condition holds, to be joined with ON true.

    PostgreSQL has no statistics of the columns of views and estimates one row for joins of them. It may then begin with
    all of the tenant's rows, or look for rows by a part of the key. OFFSET 0 makes it evaluate this lookup only when
    the values that the condition compares are known (decision 79).
    """
    return (
        f"LATERAL (SELECT {table}.* FROM {table}"  # noqa: S608 - names of the statement
        f" WHERE {table}.organization_id = :organization_id AND {condition} OFFSET 0)"
    )


def on_sheet(enrollment: str, timeslot_id: str, held_on: str) -> str:
    """Whether an enrollment in the timeslot's offering puts its student on the roll sheet of the date (R3.1)."""
    return " AND ".join([covers(enrollment, held_on), meets_at(enrollment, timeslot_id), gives_place(enrollment)])


def covers(enrollment: str, on_date: str) -> str:
    """Whether the date is within the enrollment's dates, the drop date included."""
    return (
        f"{enrollment}.starts_on <= {on_date} AND ({enrollment}.drop_on IS NULL OR {enrollment}.drop_on >= {on_date})"
    )


def meets_at(enrollment: str, timeslot_id: str) -> str:
    """Whether the enrollment is for this timeslot, or for all of its offering."""
    return f"({enrollment}.timeslot_id IS NULL OR {enrollment}.timeslot_id = {timeslot_id})"


def gives_place(enrollment: str) -> str:
    """Whether the enrollment is more than a wait for a place, and is not deleted."""
    return f"{enrollment}.type <> 'WAITLIST' AND {enrollment}.deleted_at IS NULL"


def holds_on(version: str, on_date: str) -> str:
    """Whether a version of a timeslot, of an offering or of somebody's teaching holds on the date (R2.10)."""
    return (
        f"({version}.starts_on IS NULL OR {version}.starts_on <= {on_date})"
        f" AND ({version}.ends_on IS NULL OR {version}.ends_on >= {on_date})"
    )


def takes_place(enrollment: str, held_on: str, now: str) -> str:
    """Whether the enrollment takes a place on the date: it is a place itself, or a place is held for it."""
    return (
        f"{enrollment}.deleted_at IS NULL AND ({enrollment}.type <> 'WAITLIST' OR EXISTS ("
        f"SELECT FROM place_offer hold WHERE hold.organization_id = {enrollment}.organization_id"
        f" AND hold.enrollment_id = {enrollment}.id AND hold.state = 'OPEN' AND hold.holds_until > {now}"
        f" AND hold.starts_on <= {held_on}))"
    )


def waits(enrollment: str, today: str) -> str:
    """Whether the enrollment waits for a place. An enrollment whose last date is today no longer waits."""
    return (
        f"{enrollment}.type = 'WAITLIST' AND {enrollment}.deleted_at IS NULL"
        f" AND ({enrollment}.drop_on IS NULL OR {enrollment}.drop_on > {today})"
    )


def zone_of(version: str, location: str) -> str:
    """Return the zone in which a version of an offering is held at its location. No version spans the date from which
    another zone is planned.
    """
    return f"coalesce({version}.time_zone, {zone_from(f'{version}.starts_on', location)})"


def zone_from(day: str, location: str) -> str:
    """Return the zone in which what begins on the day is held at a location that keeps no other for it."""
    return f"CASE WHEN {day} >= {location}.next_zone_on THEN {location}.next_zone ELSE {location}.time_zone END"


def closures_of(program: str) -> str:
    """Return the closures of a program as a table expression with the columns starts_on, ends_on and scope. Those of a
    schedule that the program has from a date on, or had until one, are cut at that date, and may end before they start.
    """
    return f"""(
        SELECT greatest(b.starts_on, {program}.blackout_schedule_from) AS starts_on, b.ends_on, b.scope
        FROM blackout_date b
        WHERE b.organization_id = {program}.organization_id AND b.blackout_schedule_id = {program}.blackout_schedule_id
        UNION ALL
        SELECT b.starts_on, least(b.ends_on, {program}.blackout_schedule_from - 1), b.scope
        FROM blackout_date b
        WHERE b.organization_id = {program}.organization_id
            AND b.blackout_schedule_id = {program}.former_blackout_schedule_id
    )"""  # noqa: S608 - names of the statement
