"""The role of the tests' own connection: it may do what the owner may, with the rows of the test's organizations."""

from uuid import UUID

import asyncpg
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection

ROLE = "rollbook_test"
ORGANIZATIONS = "rollbook_test.organization_ids"
"""The setting of a session that holds the ids, as an array."""

_CREATE = f"""
DO $$ DECLARE t name; BEGIN
    BEGIN
        CREATE ROLE {ROLE} NOLOGIN;
    EXCEPTION
        WHEN duplicate_object OR unique_violation THEN NULL;
    END;
    IF NOT pg_has_role(current_user, '{ROLE}', 'MEMBER') THEN
        EXECUTE format('GRANT {ROLE} TO %I', current_user);
    END IF;
    GRANT USAGE ON SCHEMA public TO {ROLE};
    GRANT ALL ON ALL TABLES IN SCHEMA public TO {ROLE};
    GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {ROLE};
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {ROLE};
    FOR t IN SELECT tablename FROM pg_policies WHERE policyname = 'tenant' LOOP
        EXECUTE format(
            'CREATE POLICY of_the_test ON %I TO {ROLE} USING (organization_id = ANY '
            '((SELECT nullif(current_setting(''{ORGANIZATIONS}'', true), '''')::uuid[])::uuid[]))', t);
    END LOOP;
END $$
"""
_ADMIT = (
    f"SELECT set_config('{ORGANIZATIONS}',"
    f" (coalesce(nullif(current_setting('{ORGANIZATIONS}', true), ''), '{{}}')::uuid[] || $1::uuid)::text, false)"
)
# One statement, because each test waits for it.
_ACT = f"SELECT set_config('role', '{ROLE}', false), set_config('{ORGANIZATIONS}', '{{}}', false)"


async def create_test_role(url: str) -> None:
    """Let the tests' role into this database. Policies are alternatives: this one adds to the product's `tenant`, and
    no other role is subject to it.
    """
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain)
    try:
        await connection.execute(_CREATE)
    finally:
        await connection.close()


async def admit(connection: AsyncConnection, organization_id: UUID) -> None:
    """Let the session see this organization too. The owner's sees all of them as it is."""
    await _run(connection, _ADMIT, organization_id)


async def act_as_owner(connection: AsyncConnection) -> None:
    await _run(connection, "RESET ROLE")


async def act_as_test(connection: AsyncConnection) -> None:
    """See no organization, until it is admitted."""
    await _run(connection, _ACT)


async def _run(connection: AsyncConnection, statement: str, *values: object) -> None:
    """Past SQLAlchemy, which takes two thirds of the CPU of a statement that each test begins with."""
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None
    await driver.execute(statement, *values)
