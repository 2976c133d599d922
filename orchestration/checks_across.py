"""The asset checks of the discrepancy ledger: one question a rule across reports. They warn, and block nothing.

Metadata holds counts, never a value of a cell. The rules are `ingestion.contracts.cross_rules`, the verdict
`expectations.across`; questions about what was filed are `orchestration.checks`.
"""

# No postponed annotations here: Dagster reads the type of `context` when a definition is made.
from collections.abc import Iterator

import dagster as dg

from ingestion.contracts.cross_rules import active_rules
from ingestion.contracts.loader import Contracts
from ingestion.gate import installed_contracts
from orchestration.resources import Installation, told_in_one_line
from warehouse.database import Database

LEDGER = dg.AssetKey(["marts", "fct_discrepancies"])


def check_name(rule: str) -> str:
    return f"reports_agree_{rule.lower()}"


def reports_agree_check(contracts: Contracts) -> dg.AssetChecksDefinition:
    """Warns while a rule has differences that no cause explains."""
    specs = [
        dg.AssetCheckSpec(
            check_name(rule.id),
            asset=LEDGER,
            description=f"{rule.id}: {rule.sentence.vi} / {rule.sentence.en}",
        )
        for rule in active_rules(contracts)
    ]

    @dg.multi_asset_check(name="reports_agree", specs=specs, can_subset=True)
    def reports_agree(
        context: dg.AssetCheckExecutionContext, installation: Installation
    ) -> Iterator[dg.AssetCheckResult]:
        from expectations.across import unexplained_by_rule

        wanted = {key.name for key in context.selected_asset_check_keys}
        home = installation.settings()
        with told_in_one_line():
            database = Database(home)
            database.ensure()
            counts = unexplained_by_rule(database, installed_contracts(home))
        for rule, count in counts.items():
            if check_name(rule) in wanted:
                yield dg.AssetCheckResult(
                    passed=count == 0,
                    asset_key=LEDGER,
                    check_name=check_name(rule),
                    severity=dg.AssetCheckSeverity.WARN,
                    metadata={"rule": rule, "unexplained": count},
                )

    return reports_agree
