"""The command line in this process, on a test's own home: what it says, and the code it ends with."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from orchestration.cli import main
from warehouse.settings import Settings


@dataclass(frozen=True)
class Told:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Kho138:
    """Calls `kho138 …`; `settings` come by the environment, as in life."""

    settings: Settings
    patch: pytest.MonkeyPatch
    captured: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> Told:
        shared = self.settings
        with self.patch.context() as patch:
            for name, value in {
                "HOME": str(shared.home),
                "DATABASE_NAME": str(shared.database_name),
                "POSTGRES_HOME": str(shared.postgres_home),
                "POSTGRES_OPTIONS": json.dumps(shared.postgres_options),
                "SYSTEM_FOLDER": str(shared.system_folder),
                "ANCHOR": str(shared.anchor or ""),
            }.items():
                patch.setenv(f"KHO138_{name}", value)
            patch.setattr(sys, "argv", ["kho138", *arguments])
            self.captured.readouterr()
            with pytest.raises(SystemExit) as ended:
                main()
        said = self.captured.readouterr()
        assert "Traceback" not in said.err and said.err.count("\n") <= 1
        return Told(int(ended.value.code or 0), said.out, said.err)
