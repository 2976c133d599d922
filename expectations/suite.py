"""FormContract → Great Expectations suite: one expectation a check, over the judge views of its form.

Row and group checks are 0/1 columns whose sum must be 0 (one aggregate query a view, each condition evaluated once:
an in-set expectation evaluates it three times); query checks are views that must be empty. The rule's sentence,
severity and legal basis stand in the expectation, so that a reader of the suite sees what the clerk is told.
"""

from __future__ import annotations

from typing import Any

from ingestion.derive.landing_table import JudgeView


def expectations_of(view: JudgeView) -> list[Any]:
    """Expectations of one judge view; `meta` names the check's column and its rule."""
    import great_expectations.expectations as gxe

    built: list[Any] = []
    for named in view.checks:
        says = named.rule.says()
        common: dict[str, Any] = {
            "severity": named.rule.severity,
            "description": f"{says.vi} / {says.en}",
            "meta": {"rule_id": named.rule.id, "column": named.column, "legal_basis": named.rule.legal_basis},
        }
        if view.kind == "query":
            built.append(gxe.ExpectTableRowCountToEqual(value=0, **common))
        else:
            built.append(
                gxe.ExpectColumnSumToBeBetween(column=named.column, min_value=0, max_value=0, **common)
            )
    return built
