"""The warehouse: dbt models as assets, the job that builds them, the sensor that builds after reports change."""

from __future__ import annotations

import dagster as dg

from orchestration.automation import BUILD_WAREHOUSE


@dg.definitions
def defs() -> dg.Definitions:
    from ingestion.gate import installed_contracts
    from orchestration.checks import REGISTRY, ROW_ACCOUNTING, landing_key
    from orchestration.factories import warehouse_assets
    from orchestration.manifest import warehouse_manifest
    from warehouse.settings import load_settings

    settings = load_settings()
    warehouse = warehouse_assets(warehouse_manifest(settings))
    accounted = [REGISTRY, *map(landing_key, installed_contracts(settings).forms)]
    accounting = dg.AssetSelection.checks(*(dg.AssetCheckKey(key, ROW_ACCOUNTING) for key in accounted))
    build_warehouse = dg.define_asset_job(
        BUILD_WAREHOUSE,
        selection=dg.AssetSelection.assets(warehouse) | accounting,
        description="Dựng, kiểm tra và công bố kho số liệu. / Accounts for every landed row, builds, audits, publishes.",
    )
    follows = dg.AutomationConditionSensorDefinition(
        "warehouse_follows_reports",
        target=dg.AssetSelection.assets(warehouse),
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=60,
    )
    return dg.Definitions(assets=[warehouse], jobs=[build_warehouse], sensors=[follows])
