"""Turns what pg_dump prints into a document: db/schema.sql.

pg_dump sorts its statements so that a database can be restored from them. The document is for readers, and for the
comparison in `make check`: each table is printed with all that belongs to it, and versions and owners are left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_HEAD = """\
-- The schema of the database as the migrations in db/migrations leave it, printed by `make tables`.
-- It is for reading: databases are made by the migrations, not from this file. `make check` compares the two. `migrate`
-- takes the rights of the application's role from it, because a restored database may have lost them.
-- Each table is printed with its constraints, indexes, triggers, policies and grants; the functions come last.
"""
_ENTRY = re.compile(r"^--\n-- Name: (?P<name>.*); Type: (?P<kind>[A-Z ]+); Schema: .*; Owner: -\n--\n\n", re.MULTILINE)
_TABLE = re.compile(r"(?:^ALTER TABLE(?: ONLY)?| ON(?: TABLE)?(?: ONLY)?) (\w+)\b", re.MULTILINE)
_GRANT_ON_FUNCTION = re.compile(r"^(?:GRANT|REVOKE) .* ON FUNCTION (\w+)\(", re.MULTILINE)
_CONSTRAINT = re.compile(r"ALTER TABLE ONLY \w+\s+ADD (CONSTRAINT .*);", re.DOTALL)
# What belongs to a table: the keys are printed inside it, the rest after it in this order.
_KEYS = ("CONSTRAINT", "FK CONSTRAINT")
_AFTER_TABLE = ("INDEX", "TRIGGER", "ROW SECURITY", "POLICY", "ACL")
_TITLE = "-- ======== {} ========"


@dataclass(frozen=True)
class _Entry:
    """One entry of pg_dump's output, without the schema's name.

    name -- as pg_dump prints it, such as `offering`, `offering offering_pk` or `TABLE offering`
    kind -- such as TABLE, FK CONSTRAINT or ACL
    """

    name: str
    kind: str
    statements: str


@dataclass
class _Table:
    """One table, and the statements about it by kind.

    create -- its `CREATE TABLE`, without keys
    """

    create: str
    statements: dict[str, list[str]] = field(default_factory=dict)

    def add(self, entry: _Entry) -> None:
        self.statements.setdefault(entry.kind, []).append(entry.statements)

    def text(self) -> str:
        """Return `CREATE TABLE` with all constraints inside, then everything else, kind by kind."""
        keys = [statement for kind in _KEYS for statement in self.statements.get(kind, [])]
        rest = [statement for kind in _AFTER_TABLE for statement in self.statements.get(kind, [])]
        return "\n".join([_with_constraints(self.create, keys), *rest])


def schema_document(dump: str, role: str) -> str:
    """Return the document.

    dump -- what `dump_schema` returns
    role -- what `dump_role` returns about the application's role
    """
    tables: dict[str, _Table] = {}
    functions: dict[str, list[str]] = {}
    others: list[_Entry] = []
    # Whatever belongs to a table or a function comes after it.
    for entry in sorted(_entries(dump), key=lambda it: (it.kind not in {"TABLE", "FUNCTION"}, it.name)):
        if entry.kind == "TABLE":
            tables[entry.name] = _Table(entry.statements)
        elif entry.kind == "FUNCTION":
            functions.setdefault(entry.name.partition("(")[0], []).append(entry.statements)
        elif (granted := _GRANT_ON_FUNCTION.search(entry.statements)) and granted[1] in functions:
            functions[granted[1]].append(entry.statements)
        elif entry.kind in _KEYS + _AFTER_TABLE and (found := _TABLE.search(entry.statements)) and found[1] in tables:
            tables[found[1]].add(entry)
        else:
            others.append(entry)
    parts = [
        _HEAD.rstrip(),
        _TITLE.format("Roles and their rights"),
        "\n".join([role, *(it.statements for it in others if "ACL" in it.kind)]),
        _TITLE.format("Sequences and other objects"),
        *(it.statements for it in others if "ACL" not in it.kind),
        _TITLE.format("Tables"),
        *(table.text() for table in tables.values()),
        _TITLE.format("Functions"),
        *("\n".join(statements) for statements in functions.values()),
    ]
    return "\n\n\n".join(parts) + "\n"


def _entries(dump: str) -> Iterator[_Entry]:
    heads = list(_ENTRY.finditer(dump))
    ends = [head.start() for head in heads[1:]] + [dump.index("--\n-- PostgreSQL database dump complete")]
    for head, end in zip(heads, ends, strict=True):
        statements = dump[head.end() : end].strip()
        if head["kind"] == "DEFAULT ACL":
            statements = re.sub(r"(?<=^ALTER DEFAULT PRIVILEGES) FOR ROLE \S+", "", statements, flags=re.MULTILINE)
        yield _Entry(head["name"], head["kind"], re.sub(r"\bpublic\.(?=\w)", "", statements))


def _with_constraints(table: str, constraints: list[str]) -> str:
    """Return `CREATE TABLE` with the keys inside, which pg_dump adds by statements of their own."""
    inside = []
    for statement in constraints:
        found = _CONSTRAINT.fullmatch(statement)
        if found is None:
            raise ValueError(f"pg_dump prints a constraint in a form that is not known here: {statement}")
        inside.append(f",\n    {found[1]}")
    columns, end, rest = table.partition("\n)")
    return f"{columns}{''.join(inside)}{end}{rest}"
