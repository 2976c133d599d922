"""`python -m ingestion.derive`: writes every committed file that is derived from contracts (`make derive`).

`--check` writes nothing and fails when a committed file is not what its contract says.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ingestion.contracts.loader import load_contracts
from ingestion.derive.dbt_models import derived_files
from ingestion.derive.json_schema import contract_schema_text
from ingestion.derive.reference_page import reference_pages

ROOT = Path(__file__).parents[2]


def committed_files() -> dict[Path, str]:
    """Every derived file of the repository, by path."""
    contracts = load_contracts()
    files = {ROOT / "dbt_project" / name: text for name, text in derived_files(contracts).items()}
    files |= {ROOT / "docs" / name: text for name, text in reference_pages(contracts).items()}
    files[ROOT / "ingestion" / "forms" / "contract.schema.json"] = contract_schema_text()
    return files


def main() -> None:
    stale = {
        path: text
        for path, text in committed_files().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    }
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not what its contract says: run `make derive`")
        sys.exit(1 if stale else 0)
    for path, text in stale.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
