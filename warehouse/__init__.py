"""The ground: settings, clock, embedded PostgreSQL, roles, migrations, connections and the file store.

Nothing here knows a form, a rule or a report; those belong to `ingestion` and above.
"""
