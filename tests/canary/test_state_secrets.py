"""A state secret leaves nothing behind (D1), in whatever format and by whichever way it comes.

Nothing: no file in the store, none where it came from, no temporary copy, no name, no row, no finding.
"""

from __future__ import annotations

import itertools
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from ingestion.gate import Incoming
from orchestration.filing import file_reports
from orchestration.inbox import file_inbox, inbox_folder
from tests.canary.files import FORM_YAML, SECRET, secret_files
from tests.canary.persons import canaries
from tests.canary.scanner import Scanner, summary
from tests.pipeline.broken_files import SAMPLE
from warehouse.clock import Clock
from warehouse.database import Database
from warehouse.settings import Settings

ONE = canaries(1, start=7_531)[0]


@pytest.fixture
def home(settings: Settings) -> Settings:
    """A home with the sample register, after the periods of all files."""
    (settings.home / "forms").mkdir()
    (settings.home / "forms" / f"{SAMPLE}.v1.yaml").write_text(FORM_YAML, encoding="utf-8")
    inbox_folder(settings).mkdir()
    clock = Clock.for_home(settings.home)
    clock.advance_to(clock.now().replace(year=2025, month=9))
    return settings


@pytest.mark.parametrize("way", ["command", "inbox"])
def test_nothing_of_a_state_secret_is_kept_in_any_format_on_any_way(
    home: Settings,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
) -> None:
    temporary = tmp_path_factory.mktemp("t")  # short: the readers' sockets stand in it
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    months = (f"2024-{n:02}" for n in itertools.count(1))
    keys = ({"unit": unit, "period": month} for month in months for unit in ("cah_215", "cah_216"))
    paths: list[Path] = []
    for n, (name, content) in enumerate(secret_files(lambda: next(keys), ONE)):
        path = inbox_folder(home) / name if way == "inbox" else tmp_path / str(n) / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        os.utime(path, (time.time() - 60,) * 2)
        paths.append(path)
    answers: list[dict[str, Any]] = (
        file_inbox(home) if way == "inbox" else file_reports(home, [Incoming(p) for p in paths])
    )
    assert [a["state"] for a in answers] == [SECRET] * len(paths)
    assert len({p.suffix for p in paths}) == 5
    assert not [p for p in paths if p.exists()]
    assert not [p for p in (home.home / "store").rglob("*") if p.is_file()]
    assert {(a["file_name"], a["rows_landed"], len(a["findings"])) for a in answers} == {("", 0, 0)}
    scanner = Scanner([ONE])
    scanner.folder(home.home)
    scanner.folder(temporary)
    with Database(home).connect_admin() as admin:
        scanner.database(admin)
        # Hash, size, unit, time and sender are all that a row has.
        kept = admin.execute(
            "select count(*), count(document_number), count(note), count(cell_map), count(signed_by_position)"
            " from registry.submission"
        ).fetchone()
    assert kept == (len(paths), 0, 0, 0, 0)
    assert not scanner.hits, "\n".join(summary(scanner.hits))
