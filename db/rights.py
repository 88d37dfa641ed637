"""The role of the application and its rights: whether a database has them, and how they are repaired (R16.1).

Roles belong to a server and not to a database, so a dump that is loaded into a new server finds none, and loses all
rights. The rights are read from db/schema.sql, which `make check` compares with what the migrations leave.
"""

import re
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import APPLICATION_ROLE, create_engine

_DOCUMENT = Path(__file__).with_name("schema.sql")
_LOCK = text("SELECT pg_advisory_xact_lock(7065511002)")
_STATEMENT = re.compile(r"^(?:GRANT|REVOKE|ALTER DEFAULT PRIVILEGES) .*;$", re.MULTILINE)
_ON_TABLE = re.compile(rf"^GRANT (.+) ON (?:TABLE|SEQUENCE) (\w+) TO {APPLICATION_ROLE};$", re.MULTILINE)
_ON_FUNCTION = re.compile(rf"^GRANT ALL ON FUNCTION (.+) TO {APPLICATION_ROLE};$", re.MULTILINE)
_CLOSED = re.compile(r"^REVOKE ALL ON FUNCTION (.+) FROM PUBLIC;$", re.MULTILINE)

_ROLE = text(f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APPLICATION_ROLE}') THEN
        CREATE ROLE {APPLICATION_ROLE} NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
""")
# From PostgreSQL 16 on, whoever creates a role is a member of it but may not act as it.
_MEMBERSHIP = text(f"""
DO $$ BEGIN
    IF NOT pg_has_role(current_user, '{APPLICATION_ROLE}',
        CASE WHEN current_setting('server_version_num')::integer < 160000 THEN 'MEMBER' ELSE 'SET' END)
    THEN
        EXECUTE format('GRANT {APPLICATION_ROLE} TO %I', current_user);
    END IF;
END $$
""")
_RELATIONS = text("""
SELECT c.relname AS name, a.privilege_type AS privilege
FROM pg_class c CROSS JOIN aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee
WHERE c.relnamespace = 'public'::regnamespace AND r.rolname = :role
UNION ALL
SELECT 'public', s.privilege_type
FROM pg_namespace n CROSS JOIN aclexplode(n.nspacl) s JOIN pg_roles r ON r.oid = s.grantee
WHERE n.nspname = 'public' AND r.rolname = :role
UNION ALL
SELECT 'later tables', t.privilege_type
FROM pg_default_acl d CROSS JOIN aclexplode(d.defaclacl) t JOIN pg_roles r ON r.oid = t.grantee
JOIN pg_roles o ON o.oid = d.defaclrole
WHERE d.defaclnamespace = 'public'::regnamespace AND d.defaclobjtype = 'r' AND r.rolname = :role
  AND o.rolname = current_user
""")
_FUNCTIONS = text("""
SELECT p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS name, a.grantee = 0 AS is_public
FROM pg_proc p CROSS JOIN aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE p.pronamespace = 'public'::regnamespace AND (a.grantee = 0 OR r.rolname = :role)
""")
_NONE = tuple(
    text(f"REVOKE ALL ON ALL {objects} IN SCHEMA public FROM {APPLICATION_ROLE}")
    for objects in ("TABLES", "SEQUENCES", "FUNCTIONS")
)

Rights = frozenset[tuple[str, str]]
"""Names of tables or signatures of functions, each with a privilege."""


class RightsFault(Exception):
    """The account may not create the role or give it its rights. The text says what an administrator must do."""


async def prepare_role(url: str) -> None:
    """Create the application's role if the server has none, and let the owner act as it. Raises RightsFault."""
    engine = create_engine(url, role=None)
    try:
        async with engine.begin() as connection:
            owner = await connection.scalar(text("SELECT current_user"))
            try:
                await connection.execute(_ROLE)
                await connection.execute(_MEMBERSHIP)
            except ProgrammingError as fault:
                raise RightsFault(
                    f"The role {APPLICATION_ROLE} is missing, or {owner} may not act as it. As an administrator, run: "
                    f'CREATE ROLE {APPLICATION_ROLE} NOLOGIN; GRANT {APPLICATION_ROLE} TO "{owner}";'
                ) from fault
    finally:
        await engine.dispose()


async def repair_rights(url: str) -> int:
    """Give the application's role the rights that the newest schema gives it, and no other ones. Return how many were
    missing or too many. Raises RightsFault.
    """
    engine = create_engine(url, role=None)
    try:
        return await _repair(engine)
    except ProgrammingError as fault:
        reason = str(fault.orig).partition(": ")[2] or str(fault.orig)
        raise RightsFault(
            f"The rights of {APPLICATION_ROLE} cannot be repaired ({reason}). Run `migrate` as the owner of the tables."
        ) from fault
    finally:
        await engine.dispose()


async def _repair(engine: AsyncEngine) -> int:
    document = _DOCUMENT.read_text()
    async with engine.begin() as connection:
        await connection.execute(_LOCK)
        expected, found = _expected(document), await _found(connection)
        closed = set(_CLOSED.findall(document))
        open_functions = {right for right in found if right[1] == "PUBLIC" and right[0] in closed}
        given = frozenset(right for right in found if right[1] != "PUBLIC")
        different = (expected ^ given) | open_functions
        if different:
            for statement in (*_NONE, *(text(each) for each in _STATEMENT.findall(document))):
                await connection.execute(statement)
        return len(different)


def _expected(document: str) -> Rights:
    on_tables = {
        (table, privilege) for privileges, table in _ON_TABLE.findall(document) for privilege in privileges.split(",")
    }
    on_functions = {(function, "EXECUTE") for function in _ON_FUNCTION.findall(document)}
    later = {("later tables", privilege) for privilege in ("SELECT", "INSERT", "UPDATE", "DELETE")}
    return frozenset(on_tables | on_functions | later | {("public", "USAGE")})


async def _found(connection: AsyncConnection) -> Rights:
    relations = await connection.execute(_RELATIONS, {"role": APPLICATION_ROLE})
    functions = await connection.execute(_FUNCTIONS, {"role": APPLICATION_ROLE})
    return frozenset(
        {(row.name, row.privilege) for row in relations}
        | {(row.name, "PUBLIC" if row.is_public else "EXECUTE") for row in functions}
    )
