"""The discrepancy ledger and its answers (warehouse/sql/0007_discrepancies.sql says each one).

There is no way back: what was received is never dropped. To return to an older version, restore a backup.
"""

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    script = Path(__file__).parents[2] / "sql" / "0007_discrepancies.sql"
    op.get_bind().exec_driver_sql(script.read_text(encoding="utf-8"))
