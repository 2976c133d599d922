"""Canaries through the whole pipeline: nothing of a thousand invented persons is found where it does not belong.

What is done stands in `run`, what is looked for in `spellings`, how in `scanner`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.canary.files import SECRET
from tests.canary.persons import canaries
from tests.canary.run import Run
from tests.canary.scanner import Scanner, summary
from tests.conftest import FAST
from warehouse.database import Database
from warehouse.postgres import EmbeddedPostgres
from warehouse.settings import Settings

PERSONS, SHARE = 1_000, 15


@pytest.fixture
def run(test_folder: Path) -> Iterator[Run]:
    folder = test_folder / "canary"
    folder.mkdir()
    folder.chmod(0o711)
    settings = Settings(home=folder / "home", system_folder=folder / "system", postgres_options=FAST)
    try:
        yield Run(folder, canaries(PERSONS), settings)
    finally:
        EmbeddedPostgres(settings).stop()


def test_nothing_of_a_thousand_persons_is_found_outside_the_vault(run: Run) -> None:
    run.file_everything(SHARE)
    assert [(r.path.name, a["state"]) for r, a in run.answers if a["state"] not in r.states] == []
    assert any(a["state"] == SECRET for _, a in run.answers)
    for stage in run.stages:
        stage()
    with Database(run.settings).connect("owner") as owner:
        # They did come in: most of them stand in the vault.
        (kept,) = owner.execute("select count(distinct person_key) from vault.identity").fetchone() or (0,)
    assert kept > PERSONS / 2
    scanner = Scanner(run.persons)
    run.search(scanner)
    assert not scanner.hits, "\n".join(summary(scanner.hits))
