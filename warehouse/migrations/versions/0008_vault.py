"""Keys and the vault (warehouse/sql/0008_vault.sql says each one).

There is no way back: identities are never dropped. To return to an older version, restore a backup.
"""

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    script = Path(__file__).parents[2] / "sql" / "0008_vault.sql"
    op.get_bind().exec_driver_sql(script.read_text(encoding="utf-8"))
