"""The code location of Dagster: what stands in `defs/`, one process a run, one installation."""

from __future__ import annotations

from pathlib import Path

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    """All definitions; loading them reads contracts and the dbt project, and asks no database."""
    from orchestration.resources import Installation

    found = dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
    # Process starts and imports cost more than the work: every step of a run shares one process.
    shared = dg.Definitions(executor=dg.in_process_executor, resources={"installation": Installation()})
    return dg.Definitions.merge(found, shared)
