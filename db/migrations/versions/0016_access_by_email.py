"""Counts a changed e-mail address as changed access, because an identity provider's tokens name people by it."""

from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | None = None
depends_on: str | None = None

TRIGGER = """
CREATE CONSTRAINT TRIGGER access_changed AFTER UPDATE ON person DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN ((OLD.permissions, OLD.ended_at, OLD.kind, OLD.family_id, OLD.email)
    IS DISTINCT FROM (NEW.permissions, NEW.ended_at, NEW.kind, NEW.family_id, NEW.email))
EXECUTE FUNCTION count_access_change()
"""


def upgrade() -> None:
    op.execute("DROP TRIGGER access_changed ON person")
    op.execute(TRIGGER)
