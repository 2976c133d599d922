"""Alembic's environment: runs the migrations on the connection that `warehouse.migrate` hands over.

There is no offline mode and no ini file: the connection is always ours, as kho138_owner.
"""

from alembic import context
from sqlalchemy import text

connection = context.config.attributes["connection"]
connection.execute(text("create schema if not exists registry"))
context.configure(
    connection=connection,
    version_table="alembic_version",
    version_table_schema="registry",
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
