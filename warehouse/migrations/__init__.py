"""Schema migrations. Run by `warehouse.migrate`; SQL stands in `warehouse/sql`."""
