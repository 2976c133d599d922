"""Asset checks, one a question: is every landed row accounted for, did the contract hold, is the event log intact?

Metadata holds counts and names of rules and tests, never a value of a cell. The verdict itself is given at the gate
(`expectations.judge`); the tests of the warehouse belong to its build (`factories.warehouse_assets`).
"""

# No postponed annotations here: Dagster reads the type of `context` when a definition is made.
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
import psycopg

from ingestion.contracts.loader import Contracts
from ingestion.gate import installed_contracts
from ingestion.registry.event_chain import verify
from ingestion.registry.reference import sync_reference
from orchestration.resources import Installation, told_in_one_line
from warehouse.clock import Clock
from warehouse.database import Database
from warehouse.settings import Settings

REGISTRY = dg.AssetKey(["registry"])
ROW_ACCOUNTING = "row_accounting"
CONTRACT_IS_KEPT = "contract_is_kept"
EVENT_LOG_IS_INTACT = "event_log_is_intact"


def landing_key(form: str) -> dg.AssetKey:
    return dg.AssetKey(["landing", form])


def row_accounting_check(contracts: Contracts) -> dg.AssetChecksDefinition:
    """Blocking: every landed row has a registered file, and each file has as many rows as it was registered with.

    Asked of every form, and of the register as a whole: models that read the register alone wait for it too.
    """
    question = "Mỗi dòng đã nhận có tệp đăng ký, đủ số dòng? / Did every landed row come from a registered file, count for count?"
    specs = [
        dg.AssetCheckSpec(
            ROW_ACCOUNTING,
            asset=key,
            blocking=True,
            additional_deps=[] if key == REGISTRY else [REGISTRY],
            description=question,
        )
        for key in (REGISTRY, *map(landing_key, contracts.forms))
    ]

    @dg.multi_asset_check(name="rows_are_accounted_for", specs=specs, can_subset=True)
    def rows_are_accounted_for(
        context: dg.AssetCheckExecutionContext, installation: Installation
    ) -> Iterator[dg.AssetCheckResult]:
        wanted = {key.asset_key for key in context.selected_asset_check_keys}
        total: Counter[str] = Counter()
        for form, connection, known in _each_form(installation.settings()):
            counts = row_accounting(connection, known, form)
            total.update(counts)
            if landing_key(form) in wanted:
                yield _accounted(landing_key(form), counts)
        if REGISTRY in wanted:
            yield _accounted(REGISTRY, total)

    return rows_are_accounted_for


def _accounted(key: dg.AssetKey, counts: Mapping[str, int]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=not counts["rows_without_a_file"] and not counts["files_with_another_count"],
        asset_key=key,
        check_name=ROW_ACCOUNTING,
        metadata=dict(counts),
    )


def contract_check(contracts: Contracts) -> dg.AssetChecksDefinition:
    """Warns while the newest filing of some unit and period waits for its correction, or for judgement."""
    specs = [
        dg.AssetCheckSpec(
            CONTRACT_IS_KEPT,
            asset=landing_key(form),
            additional_deps=[REGISTRY],
            description="Báo cáo mới nhất của từng đơn vị, kỳ có đúng mẫu không? / Does the newest filing of every unit and period keep the contract (Great Expectations' verdict)?",
        )
        for form in contracts.forms
    ]

    @dg.multi_asset_check(name="contracts_are_kept", specs=specs, can_subset=True)
    def contracts_are_kept(
        context: dg.AssetCheckExecutionContext, installation: Installation
    ) -> Iterator[dg.AssetCheckResult]:
        wanted = {key.asset_key for key in context.selected_asset_check_keys}
        for form, connection, _ in _each_form(installation.settings()):
            if landing_key(form) not in wanted:
                continue
            states, findings = newest_verdicts(connection, form)
            yield dg.AssetCheckResult(
                passed=not states.get("returned") and not states.get("received"),
                asset_key=landing_key(form),
                check_name=CONTRACT_IS_KEPT,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"filings": states, "findings": findings},
            )

    return contracts_are_kept


@dg.asset_check(
    asset=REGISTRY,
    name=EVENT_LOG_IS_INTACT,
    description="Nhật ký sự kiện còn nguyên vẹn không? / Does the event log still say what was written (hash chain and anchor)?",
)
def event_log_check(installation: Installation) -> dg.AssetCheckResult:
    """Warns where `kho138 audit verify` says no: a log that was tampered with stops no report."""
    settings = installation.settings()
    with told_in_one_line():
        database = Database(settings)
        database.ensure()
        with database.connect("auditor") as connection:
            verdict = verify(connection, settings.anchor)
    metadata: dict[str, Any] = {"events": verdict.events, "head": verdict.head}
    if verdict.not_anchored is not None:
        metadata["not_anchored"] = verdict.not_anchored
    if verdict.broken is not None:
        metadata |= {"broken": verdict.broken.message_en, "vi": verdict.broken.message_vi}
    return dg.AssetCheckResult(
        passed=verdict.is_intact, severity=dg.AssetCheckSeverity.WARN, metadata=metadata
    )


def _each_form(settings: Settings) -> Iterator[tuple[str, psycopg.Connection, Contracts]]:
    contracts = installed_contracts(settings)
    with told_in_one_line():
        database = Database(settings)
        database.ensure()
        with database.connect("loader") as connection:
            sync_reference(connection, contracts, Clock.for_home(settings.home).now())
            for form in contracts.forms:
                yield form, connection, contracts


def row_accounting(connection: psycopg.Connection, contracts: Contracts, form: str) -> dict[str, int]:
    """Files and rows of a form, and where they disagree, over all its revisions."""
    total = {"files": 0, "rows": 0, "rows_without_a_file": 0, "files_with_another_count": 0}
    for contract in contracts.revisions(form):
        row = connection.execute(
            f"""
            select count(s.submission_id), coalesce(sum(l.rows), 0),
                coalesce(sum(l.rows) filter (where s.submission_id is null), 0),
                count(*) filter (where s.submission_id is not null and coalesce(l.rows, 0) <> s.rows_landed)
            from (select submission_id, count(*) as rows from {contract.landing_table} group by submission_id) as l
            full join (
                select submission_id, rows_landed from registry.submission where form = %s and revision = %s
            ) as s on s.submission_id = l.submission_id
            """,
            [form, contract.revision],
        ).fetchone()
        assert row is not None
        for name, count in zip(total, row, strict=True):
            total[name] += int(count)
    return total


def newest_verdicts(
    connection: psycopg.Connection, form: str
) -> tuple[dict[str, int], dict[str, dict[str, Any]]]:
    """Of the newest filing of each unit and period: filings by state, and findings by rule with their severity."""
    newest = """
        with newest as (
            select distinct on (unit, calendar, period) submission_id, state from registry.submission
            where form = %s and state not in ('duplicate', 'withdrawn', 'refused_state_secret')
            order by unit, calendar, period, submission_id desc
        )
        """
    states = connection.execute(
        newest + "select state, count(*) from newest group by state order by state", [form]
    ).fetchall()
    findings = connection.execute(
        newest + "select f.rule_id, f.severity, f.is_ledger, count(*) from newest"
        " inner join registry.finding as f on f.submission_id = newest.submission_id"
        " group by f.rule_id, f.severity, f.is_ledger order by f.rule_id",
        [form],
    ).fetchall()
    return dict(states), {
        rule: {"severity": severity, "is_ledger": is_ledger, "count": count}
        for rule, severity, is_ledger, count in findings
    }
