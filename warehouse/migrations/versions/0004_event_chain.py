"""The event log becomes a hash chain (warehouse/sql/0004_event_chain.sql says how); events so far are chained in order.

There is no way back: what happened is never dropped. To return to an older version, restore a backup.
"""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    script = Path(__file__).parents[2] / "sql" / "0004_event_chain.sql"
    op.get_bind().exec_driver_sql(script.read_text(encoding="utf-8"))
