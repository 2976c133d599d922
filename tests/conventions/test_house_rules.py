"""House rules that a reader would otherwise have to remember."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("warehouse", "ingestion", "expectations", "extracts", "orchestration", "demo")
MODULES = [p for room in ROOMS for p in sorted((ROOT / room).rglob("*.py"))]
LONGEST = 400
# Their import costs seconds: they are imported where they are used.
HEAVY = {
    "great_expectations",
    "dagster",
    "dbt",
    "pandas",
    "openpyxl",
    "xlsxwriter",
    "alembic",
    "docx",
    "docxtpl",
}
# Loaded by Dagster alone: `kho138` reaches none of them (tests/pipeline/test_dagster_parts.py).
DAGSTER_ROOM = {
    *(ROOT / "orchestration" / "defs").rglob("*.py"),
    *(
        ROOT / "orchestration" / f"{name}.py"
        for name in (
            "automation",
            "checks",
            "checks_across",
            "checks_regime",
            "definitions",
            "factories",
            "jobs",
            "partitions",
            "resources",
        )
    ),
}


def imported_at_load(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            names |= {a.name.split(".")[0] for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_module_is_short_says_what_it_is_and_imports_nothing_heavy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST
    tree = ast.parse(text)
    if "migrations" not in path.parts:
        assert ast.get_docstring(tree), "a module begins with what is here and what belongs elsewhere"
        heavy = HEAVY - {"dagster"} if path in DAGSTER_ROOM else HEAVY
        assert not imported_at_load(tree) & heavy
    assert path.name != "utils.py"


def test_the_environment_is_read_in_one_place() -> None:
    readers = [
        str(p.relative_to(ROOT))
        for p in MODULES
        if p.name != "settings.py" and "os.environ.get" in p.read_text(encoding="utf-8")
    ]
    assert readers == []
