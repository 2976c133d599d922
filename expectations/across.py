"""Rules across reports → one Great Expectations suite over the comparisons; its counts are held against the ledger's.

The gate's judge looks inside filings (`expectations.judge`); here every active rule has one expectation: no comparison
leaves a difference unexplained. It warns: true reports of two bodies may differ, and what differs is a row of the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from expectations.judge import JudgementError, source_of
from ingestion.contracts.cross_rules import CrossRule, active_rules
from ingestion.contracts.loader import Contracts
from warehouse.database import Database

_TABLE = "int_discrepancies__explained"


def across_suite(rules: Sequence[CrossRule]) -> Any:
    """The suite: an expectation a rule, with its sentence, severity and legal basis."""
    import great_expectations as gx
    import great_expectations.expectations as gxe
    from great_expectations.expectations.metadata_types import FailureSeverity
    from great_expectations.expectations.row_conditions import Column

    return gx.ExpectationSuite(
        name="reports_agree",
        expectations=[
            gxe.ExpectColumnValuesToBeInSet(
                column="residual",
                value_set=[0],
                row_condition=(Column("rule") == rule.id) & (Column("is_compared") == True),  # noqa: E712
                severity=FailureSeverity(rule.severity),
                description=f"{rule.sentence.vi} / {rule.sentence.en}",
                meta={"rule": rule.id, "rule_id": rule.rule_id, "legal_basis": rule.legal_basis},
            )
            for rule in rules
        ],
    )


def unexplained_by_rule(database: Database, contracts: Contracts) -> dict[str, int]:
    """Unexplained differences of the last build by active rule, counted by Great Expectations; 0 where all agree.

    Raises `JudgementError` where the published ledger does not hold exactly these rows.
    """
    rules = active_rules(contracts)
    source = source_of(database.url("builder"), "intermediate")
    asset = next((a for a in source.assets if a.name == _TABLE), None) or source.add_table_asset(
        _TABLE, table_name=_TABLE
    )
    batch = next(
        (b for b in asset.batch_definitions if b.name == "whole"), None
    ) or asset.add_batch_definition_whole_table("whole")
    result = batch.get_batch().validate(
        across_suite(rules), result_format={"result_format": "BASIC", "partial_unexpected_count": 0}
    )
    counts: dict[str, int] = {}
    for one in result.results:
        rule = one.expectation_config.meta["rule"]
        if one.exception_info and one.exception_info.get("raised_exception"):
            raise JudgementError(f"{rule}: the comparisons could not be evaluated.")
        counts[rule] = int(one.result.get("unexpected_count") or 0)
    with database.connect("builder") as connection:
        ledger: dict[str, int] = dict(
            connection.execute(
                "select rule, count(*) from marts.fct_discrepancies where residual <> 0 and is_compared group by rule"
            ).fetchall()
        )
    for rule, count in counts.items():
        if count != ledger.get(rule, 0):
            raise JudgementError(
                f"{rule}: {count} differences counted, {ledger.get(rule, 0)} in the ledger; build again."
            )
    return counts
