"""Increments an organization's number whenever anybody's access changes, so that open streams check again."""

from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | None = None
depends_on: str | None = None

TABLE = """
CREATE TABLE access_epoch (
    organization_id uuid NOT NULL,
    epoch bigint NOT NULL,
    CONSTRAINT access_epoch_pk PRIMARY KEY (organization_id),
    CONSTRAINT access_epoch_organization_fk FOREIGN KEY (organization_id) REFERENCES organization (organization_id)
);
ALTER TABLE access_epoch ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON access_epoch USING (organization_id =
    (SELECT nullif(current_setting('rollbook.organization_id', true), '')::uuid));
"""

# Deferred, so that the organization's row is locked only while the transaction commits.
COUNT = """
CREATE FUNCTION count_access_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$ BEGIN
    INSERT INTO access_epoch (organization_id, epoch) VALUES (coalesce(NEW.organization_id, OLD.organization_id), 1)
    ON CONFLICT (organization_id) DO UPDATE SET epoch = access_epoch.epoch + 1;
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE CONSTRAINT TRIGGER access_changed AFTER {events} ON {table} DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW {condition} EXECUTE FUNCTION count_access_change()
"""
ALWAYS = "INSERT OR UPDATE OR DELETE"
OF = {
    "settings": (ALWAYS, ""),
    "permission_group": ("UPDATE OR DELETE", ""),
    "group_member": (ALWAYS, ""),
    "offering_instructor": (ALWAYS, ""),
    "substitution": (ALWAYS, ""),
    "person": (
        "UPDATE",
        "WHEN ((OLD.permissions, OLD.ended_at, OLD.kind, OLD.family_id)"
        " IS DISTINCT FROM (NEW.permissions, NEW.ended_at, NEW.kind, NEW.family_id))",
    ),
    "sign_in": ("UPDATE", "WHEN (OLD.ended_at IS DISTINCT FROM NEW.ended_at)"),
    "kiosk": ("UPDATE", "WHEN (OLD.revoked_at IS DISTINCT FROM NEW.revoked_at)"),
}

# Like revisions_of, it returns only numbers, for keys that the caller has.
EPOCHS = """
CREATE FUNCTION access_epochs_of(organizations uuid[]) RETURNS TABLE (organization_id uuid, epoch bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.organization_id, a.epoch FROM access_epoch a WHERE a.organization_id = ANY (organizations)
$$;
REVOKE ALL ON FUNCTION access_epochs_of(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access_epochs_of(uuid[]) TO rollbook_app;
"""


def upgrade() -> None:
    for statements in (TABLE, EPOCHS):
        for statement in statements.strip().split(";\n"):
            op.execute(statement)
    op.execute(COUNT)
    for table, (events, condition) in OF.items():
        op.execute(TRIGGER.format(events=events, table=table, condition=condition))
