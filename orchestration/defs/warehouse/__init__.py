"""The warehouse: dbt models, built and published as one."""
