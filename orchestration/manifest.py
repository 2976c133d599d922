"""The dbt manifest that definitions are made from: parsed once for each state of the project, without a database.

Kept beside the project while its forms are the repository's own, in the home of an installation with more forms (D24).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from ingestion.derive.dbt_models import derived_files, write_models
from ingestion.gate import forms_folder, installed_contracts
from orchestration.building import PROJECT
from warehouse.errors import Kho138Error
from warehouse.settings import Settings, child_environment

_SKIPPED = ("target", "logs", "dbt_packages", "__pycache__")


def warehouse_manifest(settings: Settings) -> dict[str, Any]:
    """The manifest of the installation's dbt project. Raises `Kho138Error` where dbt cannot read the project."""
    folder = _cache(settings)
    cached = folder / f"manifest-{_fingerprint(settings)[:16]}.json"
    if not cached.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".parse-", dir=folder) as work:
            made = _parse(settings, Path(work))
            for old in folder.glob("manifest-*.json"):
                old.unlink(missing_ok=True)
            os.replace(made, cached)
    manifest: dict[str, Any] = json.loads(cached.read_text(encoding="utf-8"))
    return manifest


def _cache(settings: Settings) -> Path:
    own = forms_folder(settings).is_dir()
    return settings.home / "dagster" if own or not os.access(PROJECT, os.W_OK) else PROJECT / "target"


def _fingerprint(settings: Settings) -> str:
    """Of every file of the project as the installation's contracts would have it."""
    files = {
        path.relative_to(PROJECT).as_posix(): path.read_bytes()
        for path in PROJECT.rglob("*")
        if path.is_file() and not set(path.relative_to(PROJECT).parts) & set(_SKIPPED)
    }
    files |= {name: text.encode() for name, text in derived_files(installed_contracts(settings)).items()}
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    return digest.hexdigest()


def _parse(settings: Settings, work: Path) -> Path:
    project = work / "project"
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns(*_SKIPPED))
    write_models(installed_contracts(settings), project)
    nowhere = {"KHO138_DBT_HOST": "localhost", "KHO138_DBT_PORT": "5432", "KHO138_DBT_DBNAME": "none"}
    done = subprocess.run(
        [
            sys.executable, "-c", "from dbt.cli.main import cli; cli()", "--quiet", "parse",
            "--project-dir", str(project), "--profiles-dir", str(project),
        ],
        cwd=project,
        env=child_environment(DBT_SEND_ANONYMOUS_USAGE_STATS="false", **nowhere),
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    made = project / "target" / "manifest.json"
    if done.returncode or not made.exists():
        said = " ".join((done.stdout + done.stderr).split())[-400:]
        raise Kho138Error(f"dbt cannot read the project: {said}")
    return made
