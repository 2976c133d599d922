"""Schemas, and what each role may do in them (the roles themselves: warehouse/sql/roles_<NNNN>.sql).

There is no way back: what was received is never dropped. To return to an older version, restore a backup.
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    script = Path(__file__).parents[2] / "sql" / "schemas_0001.sql"
    op.get_bind().exec_driver_sql(script.read_text(encoding="utf-8"))
