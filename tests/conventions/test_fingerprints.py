"""A released revision of a form is not edited: its fingerprint stands in a committed file (D11)."""

from __future__ import annotations

import tomllib
from pathlib import Path

from ingestion.contracts.loader import RETIRED, fingerprint, load_contracts, read_yaml, released_fingerprints

ROOT = Path(__file__).parents[2]


def test_released_revisions_are_as_they_were_released() -> None:
    contracts = load_contracts()
    retired = {row["form"] for row in read_yaml(RETIRED) or []}
    for key, released in released_fingerprints().items():
        if key.split(".v")[0] in retired:
            continue
        assert key in contracts, f"{key} was released; retire it in retired.yaml instead of deleting it"
        assert fingerprint(contracts[key]) == released, (
            f"{key} was released: make a new revision instead of editing it"
        )


def test_from_the_first_release_on_every_revision_in_use_is_registered() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    if tuple(map(int, version.split("."))) >= (0, 1, 0):
        assert load_contracts().keys() <= released_fingerprints().keys()


def test_meaning_changes_the_fingerprint_and_wording_does_not() -> None:
    contract = load_contracts().latest("police__crime_reports")
    before = fingerprint(contract)
    field = contract.fields[1]
    reworded = field.model_copy(update={"label": field.label.model_copy(update={"vi": "Cách nói khác"})})
    retimed = field.model_copy(update={"time": "C"})
    fields = contract.fields
    assert fingerprint(contract.model_copy(update={"fields": (fields[0], reworded, *fields[2:])})) == before
    assert fingerprint(contract.model_copy(update={"fields": (fields[0], retimed, *fields[2:])})) != before
    rules = contract.rules
    softer = rules[0].model_copy(update={"severity": "warning"})
    assert fingerprint(contract.model_copy(update={"rules": (softer, *rules[1:])})) != before
    recited = rules[0].model_copy(update={"legal_basis": "another article"})
    assert fingerprint(contract.model_copy(update={"rules": (recited, *rules[1:])})) == before
