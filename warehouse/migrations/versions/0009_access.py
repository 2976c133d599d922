"""Row-level security, logged reads of the vault, break-glass (warehouse/sql/0009_access.sql says each one).

There is no way back: what was closed stays closed. To return to an older version, restore a backup.
"""

from pathlib import Path

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    script = Path(__file__).parents[2] / "sql" / "0009_access.sql"
    op.get_bind().exec_driver_sql(script.read_text(encoding="utf-8"))
