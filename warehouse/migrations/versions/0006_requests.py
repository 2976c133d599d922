"""Ad hoc requests and their numbers (warehouse/sql/0006_requests.sql says each one).

There is no way back: what was asked for is never dropped. To return to an older version, restore a backup.
"""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0004"


def upgrade() -> None:
    script = Path(__file__).parents[2] / "sql" / "0006_requests.sql"
    op.get_bind().exec_driver_sql(script.read_text(encoding="utf-8"))
