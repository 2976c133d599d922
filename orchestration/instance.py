"""Dagster's own folder `<home>/dagster`: its `dagster.yaml`, without telemetry, with runs kept in SQLite.

SQLite and not our PostgreSQL: that a run failed because the database was away must be written down all the same.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from orchestration.inbox import inbox_folder
from warehouse.clock import create_home, is_home
from warehouse.files import write_atomically
from warehouse.settings import Settings, load_settings


def write_instance(settings: Settings) -> Path:
    """The folder to name in `DAGSTER_HOME`, with a current `dagster.yaml`; home and inbox are made on first use."""
    if not is_home(settings.home):
        create_home(settings.home)
    folder = settings.home / "dagster"
    folder.mkdir(mode=0o700, exist_ok=True)
    inbox_folder(settings).mkdir(mode=0o700, exist_ok=True)
    config = {
        "telemetry": {"enabled": False},
        "nux": {"enabled": False},
        "storage": {"sqlite": {"base_dir": str(folder / "storage")}},
        # Filing and building use one database and one dbt folder: a second run waits for the first.
        "concurrency": {"runs": {"max_concurrent_runs": 1}},
        "retention": {
            "sensor": {"purge_after_days": {"skipped": 7, "failure": 90, "success": 90}},
            "schedule": {"purge_after_days": {"skipped": 90, "failure": 365, "success": 365}},
        },
    }
    text = "# Written by kho138; changes are overwritten.\n" + yaml.safe_dump(config, sort_keys=False)
    path = folder / "dagster.yaml"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        write_atomically(path, text)
    return folder


if __name__ == "__main__":
    print(write_instance(load_settings()))
