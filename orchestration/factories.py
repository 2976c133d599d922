"""How assets are made: one landing asset a form from its contract, the filing that fills them, the warehouse from its manifest.

What exists is said in `orchestration.defs`; the work itself is done by the functions that the command line calls.
"""

# No postponed annotations here: Dagster reads the type of `context` when a definition is made.
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg

from ingestion.contracts.loader import Contracts
from ingestion.gate import installed_contracts
from orchestration.automation import after_reports_change
from orchestration.checks import REGISTRY, landing_key
from orchestration.partitions import period_keys, reporting_periods
from orchestration.resources import Installation, told_in_one_line
from warehouse.settings import Settings

DBT_TESTS = "dbt_tests"


def landing_asset(contracts: Contracts, form: str) -> dg.AssetSpec:
    """The landed rows of a form, by reporting period; filled by the filing of reports, never by itself."""
    latest = contracts.latest(form)
    return dg.AssetSpec(
        landing_key(form),
        deps=[REGISTRY],
        description=f"{latest.title.vi} / {latest.title.en}",
        group_name="landing",
        partitions_def=reporting_periods(contracts, form),
        kinds={"postgres"},
        tags={"kho138/agency": latest.agency, "kho138/calendar": latest.calendar},
        metadata={
            "revisions": [c.revision for c in contracts.revisions(form)],
            "rhythms": list(latest.rhythms),
            "sensitivity": latest.sensitivity,
        },
    )


@dg.asset(
    key=REGISTRY,
    group_name="landing",
    kinds={"postgres", "greatexpectations"},
    description="Sổ đăng ký: tệp trong hộp thư đến được nhận, kiểm tra. / The register of filings: takes in and judges all files that wait in the inbox.",
)
def registry(context: dg.AssetExecutionContext, installation: Installation) -> dg.MaterializeResult:
    """Files the inbox, and says which periods of which forms it touched."""
    from orchestration.inbox import file_inbox

    with told_in_one_line():
        home = installation.settings()
        reports = file_inbox(home)
    landed: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for report in reports:
        if report["rows_landed"]:
            landed[report["form"], report["period"]].append(report)
    contracts = installed_contracts(home)
    for (form, period), filed in sorted(landed.items()):
        context.log_event(
            dg.AssetMaterialization(
                landing_key(form),
                # An ad hoc period is no partition; that it was filed still counts as news of the form.
                partition=period if period in period_keys(contracts, form) else None,
                metadata={
                    "period": period,
                    "rows": sum(r["rows_landed"] for r in filed),
                    "states": dict(Counter(r["state"] for r in filed)),
                    "submissions": [r["submission_id"] for r in filed],
                },
            )
        )
    return dg.MaterializeResult(
        metadata={"files": len(reports), "states": dict(Counter(r["state"] for r in reports))}
    )


def warehouse_assets(manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """All dbt models and seeds as one asset definition, built by one dbt call and published as one (D21).

    Materialisations are emitted after the publish; a failed build emits its checks alone.
    """
    from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, build_dbt_asset_specs

    class Translator(DagsterDbtTranslator):
        """Assets by layer; a test is part of its model's one check, and two revisions of a form are one source."""

        def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
            if dbt_resource_props["resource_type"] == "source":
                return super().get_asset_key(dbt_resource_props)
            return _model_key(dbt_resource_props)

        def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
            return _layer(dbt_resource_props)

    settings = DagsterDbtTranslatorSettings(
        enable_asset_checks=False, enable_duplicate_source_asset_keys=True
    )
    found = build_dbt_asset_specs(manifest=manifest, dagster_dbt_translator=Translator(settings))
    by_key = {s.key: s.replace_attributes(automation_condition=after_reports_change()) for s in found}
    # Dagster takes the materialisations of one step in the order of their dependencies.
    order = TopologicalSorter({key: [d.asset_key for d in spec.deps] for key, spec in by_key.items()})
    specs = [by_key[key] for key in order.static_order() if key in by_key]
    tests = dbt_tests_by_model(manifest)

    @dg.multi_asset(
        name="warehouse",
        specs=specs,
        check_specs=[
            dg.AssetCheckSpec(
                DBT_TESTS,
                asset=key,
                description="Các phép kiểm của dbt trên mô hình này. / Do the model's dbt tests hold?",
            )
            for key in tests
        ],
    )
    def warehouse(
        context: dg.AssetExecutionContext, installation: Installation
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        from orchestration.building import build

        home = installation.settings()
        with told_in_one_line():
            report = build(home)
        statuses = _statuses(home)
        checks = {key: answer_of_tests(key, names, statuses) for key, names in tests.items()}
        if report["state"] != "published":
            yield from checks.values()
            raise dg.Failure(
                description=f"Nothing was published: {report['message']}",
                metadata={"checks_failed": report["checks_failed"]},
                allow_retries=False,
            )
        for spec in specs:
            rows = report["published"].get(spec.key.path[-1]) if spec.key.path[0] == "marts" else None
            yield dg.MaterializeResult(
                asset_key=spec.key,
                metadata={
                    "build_id": report["build_id"],
                    **({} if rows is None else {"dagster/row_count": rows}),
                },
                check_results=[checks[spec.key]] if spec.key in checks else [],
            )

    return warehouse


def _layer(node: Mapping[str, Any]) -> str:
    """Folder of a model; seeds lie beside what reads them."""
    return "intermediate" if node["resource_type"] == "seed" else str(node["fqn"][1])


def _model_key(node: Mapping[str, Any]) -> dg.AssetKey:
    """By layer and name: figures are read in `marts`, wherever they waited for their checks."""
    return dg.AssetKey([_layer(node), node["name"]])


def dbt_tests_by_model(manifest: Mapping[str, Any]) -> dict[dg.AssetKey, list[str]]:
    """Ids of dbt tests and unit tests by the model or seed they look at; tests of sources alone are left out."""
    models = {
        uid: _model_key(node)
        for uid, node in manifest["nodes"].items()
        if node["resource_type"] in {"model", "seed"}
    }
    found: dict[dg.AssetKey, list[str]] = defaultdict(list)
    nodes = [n for n in manifest["nodes"].values() if n["resource_type"] == "test"]
    for test in [*nodes, *manifest.get("unit_tests", {}).values()]:
        looked_at = [test.get("attached_node"), *test["depends_on"]["nodes"]]
        model = next((models[uid] for uid in looked_at if uid in models), None)
        if model is not None:
            found[model].append(test["unique_id"])
    return dict(found)


def _statuses(settings: Settings) -> dict[str, str]:
    """Status of every dbt node of the last build, by id."""
    path = settings.home / "dbt" / "target" / "run_results.json"
    if not path.exists():
        return {}
    return {r["unique_id"]: r["status"] for r in json.loads(path.read_text(encoding="utf-8"))["results"]}


def answer_of_tests(key: dg.AssetKey, tests: list[str], statuses: Mapping[str, str]) -> dg.AssetCheckResult:
    """One answer for a model; a test that did not run did not pass."""
    short = {uid: uid.split(".")[2] for uid in tests}
    warned = [short[uid] for uid in tests if statuses.get(uid) == "warn"]
    failed = [short[uid] for uid in tests if statuses.get(uid) not in {"pass", "success", "warn"}]
    return dg.AssetCheckResult(
        passed=not failed and not warned,
        asset_key=key,
        check_name=DBT_TESTS,
        severity=dg.AssetCheckSeverity.ERROR if failed else dg.AssetCheckSeverity.WARN,
        metadata={"tests": len(tests), "failed": failed, "warned": warned},
    )
