"""What Dagster shows, by area; how things are made stands in `orchestration.factories` and its neighbours."""
