"""Alembic runs this file: it applies the migrations over the connection of `db.migrate`, as the owner of the tables."""

from collections.abc import Collection, Mapping
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlalchemy import text

from db import models

_SERVES = text("UPDATE alembic_version SET serves_code_from = :revision")


def _say_which_code_is_served(
    ctx: MigrationContext, step: MigrationInfo, heads: Collection[Any], run_args: Mapping[str, Any]
) -> None:
    """Write what the migration declares, in its transaction (decision 49)."""
    module = getattr(step.up_revision, "module", None)
    declared = getattr(module, "serves_code_from", None)
    if declared is not None and ctx.connection is not None:
        ctx.connection.execute(_SERVES, {"revision": declared})


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=models.metadata,
    transaction_per_migration=True,
    compare_server_default=True,
    on_version_apply=_say_which_code_is_served,
)
with context.begin_transaction():
    context.run_migrations()
