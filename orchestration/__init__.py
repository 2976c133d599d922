"""What runs: the command line and the Dagster definitions. The pipeline itself is importable without Dagster."""
