"""Write, audit, publish: one dbt build of all models and checks, then the switch (D21).

dbt builds into schema `wap` and tests there; only when every blocking check has passed does `warehouse.publish`
replace what readers see. A failed build leaves their figures as they were, and is a row of `registry.build`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from ingestion.derive.dbt_models import write_models
from ingestion.gate import installed_contracts
from ingestion.registry import discrepancies
from ingestion.registry.reference import sync_reference
from warehouse.clock import Clock
from warehouse.database import Database
from warehouse.publish import publish
from warehouse.settings import Settings, child_environment

PROJECT = Path(__file__).parent.parent / "dbt_project"


def working_copy(settings: Settings) -> Path:
    """The installation's copy of the dbt project, with models derived from its own contracts (D24)."""
    project = settings.home / "dbt"
    shutil.copytree(PROJECT, project, dirs_exist_ok=True, ignore=shutil.ignore_patterns("target", "logs"))
    kept = {p.relative_to(PROJECT) for p in PROJECT.rglob("*") if p.is_file()}
    for old in project.rglob("*.*"):
        inside = old.relative_to(project)
        if old.is_file() and inside.parts[0] in {"models", "tests", "seeds", "macros"} and inside not in kept:
            old.unlink()
    write_models(installed_contracts(settings), project)
    return project


def build(settings: Settings) -> dict[str, Any]:
    """Builds, audits and publishes everything; says what passed, warned and failed, and what was published.

    `state` is `published` or `failed`; on failure nothing that readers see has changed.
    """
    database = Database(settings)
    database.ensure()
    clock = Clock.for_home(settings.home)
    with database.connect("loader") as loader:
        sync_reference(loader, installed_contracts(settings), clock.now())
    with database.connect("builder") as builder:
        row = builder.execute(
            "insert into registry.build (started_at, known_at, state) values (%s, %s, 'running') returning build_id",
            [clock.now(), clock.now()],
        ).fetchone()
        assert row is not None
        builder.commit()
        results, message = _run_dbt(settings, database, working_copy(settings))
        failed = [r for r in results if r["status"] in {"error", "fail", "runtime error"}]
        warned = [r for r in results if r["status"] == "warn"]
        checks = [r for r in results if r["unique_id"].startswith(("test.", "unit_test."))]
        published: dict[str, int] = {}
        if not failed and not message:
            with builder.transaction():
                published = publish(builder)
                discrepancies.record(builder, clock.now())
        report = {
            "build_id": row[0],
            "state": "failed" if failed or message else "published",
            "message": message or (f"{failed[0]['unique_id'].split('.')[-1]} failed" if failed else None),
            "checks_passed": sum(r["status"] in {"pass", "success"} for r in checks),
            "checks_warned": len(warned),
            "checks_failed": [r["unique_id"] for r in failed],
            "published": published,
        }
        builder.execute(
            "update registry.build set finished_at = %s, state = %s, message = %s, checks_passed = %s,"
            " checks_warned = %s, checks_failed = %s where build_id = %s",
            [
                clock.now(),
                report["state"],
                report["message"],
                report["checks_passed"],
                len(warned),
                len(failed),
                row[0],
            ],
        )
    return report


def _run_dbt(
    settings: Settings, database: Database, project: Path
) -> tuple[list[dict[str, Any]], str | None]:
    """Results of one `dbt build`, and a message when it came to none."""
    with database.connect("builder") as connection:
        info = connection.info
        places = {
            "KHO138_DBT_HOST": info.host,
            "KHO138_DBT_PORT": str(info.port),
            "KHO138_DBT_USER": info.user,
            "KHO138_DBT_DBNAME": info.dbname,
        }
    told = {"PGPASSFILE": str(database.passfile.path), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", **places}
    results = project / "target" / "run_results.json"
    results.unlink(missing_ok=True)
    log = settings.home / "dbt-build.log"
    with log.open("w", encoding="utf-8") as output:
        subprocess.run(
            [
                sys.executable,
                "-c",
                "from dbt.cli.main import cli; cli()",
                "build",
                "--project-dir",
                str(project),
                "--profiles-dir",
                str(project),
            ],
            cwd=project,
            env=child_environment(**told),
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if not results.exists():
        return [], f"dbt did not build; see {log}"
    return list(json.loads(results.read_text(encoding="utf-8"))["results"]), None
