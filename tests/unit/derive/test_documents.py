"""What editors and readers get of a contract: the JSON schema and the reference pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from ingestion.contracts.loader import FORMS, load_contracts
from ingestion.derive.__main__ import ROOT, committed_files
from ingestion.derive.json_schema import contract_schema
from ingestion.derive.reference_page import reference_page

FILES = sorted(FORMS.rglob("*.v*.yaml"))


def as_json(path: Path) -> Any:
    return json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))


def faults(data: Any) -> int:
    return sum(1 for _ in jsonschema.Draft202012Validator(contract_schema()).iter_errors(data))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_the_schema_for_editors_takes_every_contract_and_marks_its_faults(path: Path) -> None:
    data = as_json(path)
    assert faults(data) == 0
    assert faults(data | {"reisions": 1}) == 1
    assert faults(data | {"rules": [{"id": "a", "kind": "equals_summ"}]}) == 1


def test_every_committed_derived_file_is_what_its_contract_says() -> None:
    stale = [
        str(p.relative_to(ROOT))
        for p, text in committed_files().items()
        if p.read_text(encoding="utf-8") != text
    ]
    assert stale == []


def test_a_page_shows_every_field_and_rule_and_says_that_the_form_is_proposed() -> None:
    for contract in load_contracts().values():
        page = reference_page(contract)
        assert all(f"`{f.name}`" in page for f in contract.fields)
        assert all(f"`{r.id}`" in page for r in contract.rules)
        assert ("Biểu đề xuất" in page) == (contract.family == "province")
