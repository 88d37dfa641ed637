"""Adds the telephones of guardians, and a key by which numbers of one telephone are found (R5.2).

The key of families is a stored column, because row-level security lets an index serve only conditions that cannot leak:
a call of a function in a condition could. Adding it rewrites the table `family`, which takes about a second for 200,000
families. Guardians' numbers come with the next import; until then a family has the one number that it had.
"""

from alembic import op

from db.migration_steps import lock_tables

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | None = None
depends_on: str | None = None

# The zeros of the scripts that have digits of their own.
ZEROS = (
    *(0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0),
    *(0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50),
    *(0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10),
)
DIGITS = "".join(chr(zero + value) for zero in ZEROS for value in range(10))
# attendance/rules/kiosk/telephones.py computes the same, and says why.
KEY = rf"""
CREATE FUNCTION phone_key(number text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
    SELECT CASE WHEN length(d.digits) > 5 THEN right(d.digits, 5) END
    FROM regexp_replace(
        regexp_replace(
            translate(number, '{DIGITS}', '{"0123456789" * len(ZEROS)}'),
            '^(([^0-9]*[0-9]){{6}}[^A-Za-zÀ-ɏЀ-ӿｘ＃#;,]*)[A-Za-zÀ-ɏЀ-ӿｘ＃#;,].*$', '\1'
        ),
        '[^0-9]', '', 'g'
    ) AS d (digits)
$$
"""  # noqa: S608 - constants
TABLE = """
ALTER TABLE family ADD COLUMN phone_key text GENERATED ALWAYS AS (phone_key(phone)) STORED;
CREATE INDEX family_phone_key_ix ON family (organization_id, phone_key);
CREATE TABLE guardian_phone (
    organization_id uuid NOT NULL,
    person_id uuid NOT NULL,
    number text NOT NULL,
    key text GENERATED ALWAYS AS (phone_key(number)) STORED,
    CONSTRAINT guardian_phone_pk PRIMARY KEY (organization_id, person_id, number),
    CONSTRAINT guardian_phone_person_id_fk FOREIGN KEY (organization_id, person_id)
        REFERENCES person (organization_id, id)
);
CREATE INDEX guardian_phone_key_ix ON guardian_phone (organization_id, key);
ALTER TABLE guardian_phone ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON guardian_phone USING (organization_id =
    (SELECT nullif(current_setting('rollbook.organization_id', true), '')::uuid));
"""


def upgrade() -> None:
    lock_tables("family", referenced=("person",))
    op.execute(KEY)
    for statement in TABLE.strip().split(";\n"):
        op.execute(statement)
