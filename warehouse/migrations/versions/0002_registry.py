"""Registry tables: submissions, findings, events, reference data (warehouse/sql/0002_registry.sql says each one).

There is no way back: what was received is never dropped. To return to an older version, restore a backup.
"""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    script = Path(__file__).parents[2] / "sql" / "0002_registry.sql"
    op.get_bind().exec_driver_sql(script.read_text(encoding="utf-8"))
