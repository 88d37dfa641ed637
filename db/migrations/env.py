"""Alembic runs this file: it applies the migrations over the connection of `db.migrate`, as the owner of the tables."""

from alembic import context

from db import models

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=models.metadata,
    transaction_per_migration=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
