"""The files and columns of OneRoster 1.1 and 1.2 that Rollbook uses, and of its own schedule.csv and families.csv.

A file or column that is not here can hold anything (R13.11), also where OneRoster requires it.
"""

from importing.columns import DELETED, Column, Content, FileSpecification

STATUSES = DELETED | {"active"}
OUR_FILES = ("schedule", "families")
# A row can refer only to files before its own, so one pass finds everything that depends on a bad row.
ORDER = (
    "orgs",
    "academicSessions",
    "courses",
    "classes",
    "users",
    "roles",
    "demographics",
    "enrollments",
    "schedule",
    "families",
)


def _date(name: str, *, required: bool = False) -> Column:
    return Column(name, required, Content.DATE)


def _enum(name: str, *values: str, required: bool = False, is_open: bool = False) -> Column:
    return Column(name, required, one_of=frozenset(values), is_open=is_open)


def _file(name: str, *columns: Column) -> FileSpecification:
    head = (
        Column("sourcedId", required=True),
        Column("status", one_of=STATUSES),
        Column("dateLastModified", content=Content.ANY),
    )
    return FileSpecification(name, (*head, *columns))


def _shared(is_open: bool) -> tuple[FileSpecification, ...]:
    """The files that are the same in both versions. Version 1.2 allows ext: values in their vocabularies."""
    org_types = ("department", "school", "district", "local", "state", "national")
    return (
        _file(
            "orgs",
            Column("name", required=True),
            _enum("type", *org_types, required=True, is_open=is_open),
        ),
        _file(
            "academicSessions",
            Column("title", required=True),
            _date("startDate", required=True),
            _date("endDate", required=True),
        ),
        _file("courses", Column("title", required=True)),
        _file(
            "classes",
            Column("title", required=True),
            Column("courseSourcedId", refers_to="courses", may_lack_file=True),
            Column("location"),
            Column("schoolSourcedId", required=True, refers_to="orgs"),
            Column("termSourcedIds", required=True, content=Content.LIST, refers_to="academicSessions"),
        ),
        _file(
            "demographics",
            _date("birthDate"),
            _enum("sex", "male", "female", *(("other", "unspecified") if is_open else ()), is_open=is_open),
        ),
        _file(
            "enrollments",
            Column("classSourcedId", required=True, refers_to="classes"),
            Column("userSourcedId", required=True, refers_to="users"),
            _enum("role", "administrator", "proctor", "student", "teacher", required=True, is_open=is_open),
            _date("beginDate"),
            _date("endDate"),
        ),
    )


ROLES_1_1 = ("administrator", "aide", "guardian", "parent", "proctor", "relative", "student", "teacher")
ROLES_1_2 = (
    *("aide", "counselor", "districtAdministrator", "guardian", "parent", "principal", "proctor"),
    *("relative", "siteAdministrator", "student", "systemAdministrator", "teacher"),
)
_NAMES = (
    Column("givenName", required=True),
    Column("familyName", required=True),
    Column("email"),
    Column("sms"),
    Column("phone"),
    Column("agentSourcedIds", content=Content.LIST, refers_to="users", is_hint=True),
)
_ENABLED = Column("enabledUser", required=True, content=Content.FLAG)

_USERS_1_1 = _file(
    "users",
    _ENABLED,
    _enum("role", *ROLES_1_1, required=True),
    *_NAMES,
)
_USERS_1_2 = _file(
    "users",
    _ENABLED,
    *_NAMES,
    Column("preferredGivenName"),
    Column("preferredFamilyName"),
)
_ROLES = _file(
    "roles",
    Column("userSourcedId", required=True, refers_to="users"),
    _enum("role", *ROLES_1_2, required=True, is_open=True),
    _date("endDate"),
)
_SCHEDULE = FileSpecification(
    "schedule",
    (
        Column("classSourcedId", required=True, refers_to="classes"),
        Column("weekday", required=True),
        Column("start", required=True),
        Column("end"),
        Column("minutes"),
        Column("room"),
        Column("timeZone"),
    ),
    id_column="",
)
_FAMILIES = FileSpecification(
    "families",
    (
        Column("family"),
        Column("student", refers_to="users"),
        Column("name"),
        Column("phone"),
        Column("email"),
        Column("balance"),
    ),
    id_column="",
)


def _by_name(*files: FileSpecification) -> dict[str, FileSpecification]:
    by_name = {file.name: file for file in (*files, _SCHEDULE, _FAMILIES)}
    return {name: by_name[name] for name in ORDER if name in by_name}


VERSIONS: dict[str, dict[str, FileSpecification]] = {
    "1.1": _by_name(*_shared(is_open=False), _USERS_1_1),
    "1.2": _by_name(*_shared(is_open=True), _USERS_1_2, _ROLES),
}
