"""The security page says what tests show: each test it names exists, and its table of lawful basis is the contracts'."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from ingestion.contracts.loader import load_contracts

ROOT = Path(__file__).parents[2]
PRODUCT = ("warehouse", "ingestion", "expectations", "extracts", "orchestration")
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def existing_tests() -> set[str]:
    trees = (ast.parse(p.read_text(encoding="utf-8")) for p in (ROOT / "tests").rglob("test_*.py"))
    return {n.name for tree in trees for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}


def test_every_test_that_the_security_page_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert len(named) > 20
    assert named - existing_tests() == set()


def test_every_attacker_has_a_test_or_is_said_to_wait() -> None:
    rows = [line.split("|") for line in PAGE.splitlines() if line.startswith("|")]
    claims = [cells for cells in rows if len(cells) == 6 and cells[4].strip() not in {"Shown by", "---"}]
    assert len(claims) > 10
    assert [c[3].strip() for c in claims if "`test_" not in c[4] and "part 5" not in c[3]] == []


def test_the_table_of_lawful_basis_is_what_the_contracts_say() -> None:
    table = PAGE.partition("<!-- lawful-basis -->")[2].partition("<!-- /lawful-basis -->")[0]
    rows = [line for line in table.splitlines() if line.startswith("|")][2:]
    told = [tuple(cell.strip().replace("`", "") for cell in row.split("|")[1:-1]) for row in rows]
    forms = (f for f in load_contracts().values() if f.personal_fields)
    assert sorted(told) == sorted(
        (f.form, ", ".join(p.name for p in f.personal_fields), str(f.legal_basis)) for f in forms
    )
    assert len(told) > 1


def test_the_product_writes_no_log() -> None:
    sources = [p for layer in PRODUCT for p in (ROOT / layer).rglob("*.py")]
    assert len(sources) > 100
    imported = {
        (str(path.relative_to(ROOT)), name.partition(".")[0])
        for path in sources
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    }
    assert [found for found in imported if found[1] in {"logging", "structlog", "loguru"}] == []
