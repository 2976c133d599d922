"""The layers of the dbt project: what may read what, what must be described and tested, where form ids may stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingestion.contracts.loader import load_contracts
from ingestion.derive.dbt_models import derived_files
from orchestration.manifest import warehouse_manifest
from warehouse.settings import Settings

PROJECT = Path(__file__).parents[2] / "dbt_project"
LAYERS = ("staging", "intermediate", "marts")
# What each layer reads: layers, seeds, schemas of sources.
READS = {
    "staging": {"source:landing", "source:registry"},
    "intermediate": {"staging", "intermediate", "seed", "source:registry"},
    "marts": {"intermediate", "seed", "source:registry"},
}


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return warehouse_manifest(Settings(home=tmp_path_factory.mktemp("home")))


def models(manifest: dict[str, Any], layer: str | None = None) -> list[dict[str, Any]]:
    found = [n for n in manifest["nodes"].values() if n["resource_type"] == "model"]
    return [n for n in found if layer is None or n["fqn"][1] == layer]


def kind(manifest: dict[str, Any], uid: str) -> str:
    """Layer of a model, `seed`, or `source:<schema>`."""
    if uid in manifest["sources"]:
        return f"source:{manifest['sources'][uid]['schema']}"
    node = manifest["nodes"][uid]
    return "seed" if node["resource_type"] == "seed" else str(node["fqn"][1])


def test_every_model_lies_in_a_layer_and_reads_only_what_its_layer_may(manifest: dict[str, Any]) -> None:
    assert {n["fqn"][1] for n in models(manifest)} == set(LAYERS)
    wrong = [
        f"{node['name']} reads {uid}"
        for node in models(manifest)
        for uid in node["depends_on"]["nodes"]
        if kind(manifest, uid) not in READS[node["fqn"][1]]
    ]
    assert wrong == []


def test_every_column_of_the_marts_is_typed_and_described_in_both_languages(manifest: dict[str, Any]) -> None:
    silent = []
    for node in models(manifest, "marts"):
        assert node["config"]["contract"]["enforced"], node["name"]
        assert any(c["type"] == "primary_key" for c in node["constraints"]), node["name"]
        said = {node["name"]: node["description"]}
        said |= {f"{node['name']}.{name}": c["description"] for name, c in node["columns"].items()}
        silent += [name for name, text in said.items() if len([p for p in text.split(" / ") if p]) < 2]
        silent += [f"{node['name']}.{n}" for n, c in node["columns"].items() if not c["data_type"]]
    assert silent == []


def test_every_staging_column_is_described(manifest: dict[str, Any]) -> None:
    for node in models(manifest, "staging"):
        assert node["description"], node["name"]
        assert [n for n, c in node["columns"].items() if not c["description"]] == []
        assert len(node["columns"]) > 0


def test_every_mart_and_every_model_with_arithmetic_is_tested(manifest: dict[str, Any]) -> None:
    tested = {n.get("attached_node") for n in manifest["nodes"].values() if n["resource_type"] == "test"}
    unit_tested = {uid for t in manifest["unit_tests"].values() for uid in t["depends_on"]["nodes"][:1]}
    assert [n["name"] for n in models(manifest, "marts") if n["unique_id"] not in tested] == []
    sums = ("sum(", "min(", "max(", "count(")
    derived = {Path(name).stem for name in derived_files(load_contracts())}
    arithmetic = [
        n for n in models(manifest) if n["name"] not in derived and any(s in n["raw_code"] for s in sums)
    ]
    assert len(arithmetic) >= 4
    assert [n["name"] for n in arithmetic if n["unique_id"] not in unit_tested] == []


def test_no_form_is_named_in_hand_written_sql() -> None:
    forms, derived = load_contracts().forms, derived_files(load_contracts())
    named = [
        f"{path.relative_to(PROJECT)}: {form}"
        for folder in ("models", "tests", "macros")
        for path in sorted((PROJECT / folder).rglob("*.sql"))
        if path.relative_to(PROJECT).as_posix() not in derived
        for form in forms
        if form in path.read_text(encoding="utf-8")
    ]
    assert forms
    assert named == []
