"""Every rule of every form: a good filing keeps it, its counter-example breaks it on a located cell.

All filings, hundreds of them, are judged in one pass on real PostgreSQL, as a day's filings are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bench import periods_of

from ingestion.contracts.instances import blank_filing
from ingestion.contracts.loader import Contracts, load_contracts
from ingestion.contracts.models import FormContract
from ingestion.contracts.rules import Rule
from ingestion.parsing.sheets import address

# Kinds whose offence is something that is not on the sheet, or a sum over many sheets: no cell to point at.
WITHOUT_CELL = {"rows_present", "line_returns", "cross_form_equals", "transfers_cancel"}
FORMS = list(load_contracts().values())
# A common rule says nothing of a form that has no cells of its sort (no stocks, no months, no printed rows).
SQL_RULES = [(form, rule) for form in FORMS for rule in form.sql_rules() if rule.checks(form)]


def rule_name(case: tuple[FormContract, Rule]) -> str:
    return f"{case[0].form}-{case[1].id}"


class Judged:
    """The outcome of the one judgement: submission of each form's good filing and of each rule's counter-example."""

    def __init__(self, make_bench: Callable[[Contracts], Any]) -> None:
        bench = make_bench(load_contracts())
        self.good: dict[str, int] = {}
        self.bad: dict[tuple[str, str], int] = {}
        for form in FORMS:
            period = next(periods_of(form))
            good = blank_filing(form, (period.date_from, period.date_to), bench.new_unit(form))
            self.good[form.key] = bench.add(form, period, good)
        for form, rule in SQL_RULES:
            period = next(periods_of(form, rule))
            start = blank_filing(form, (period.date_from, period.date_to), bench.new_unit(form))
            broken = rule.counter_example(form, start)
            self.bad[form.key, rule.id] = bench.add(form, period, broken)
        self.judged = bench.judge()
        self.findings = bench.findings()
        self.states = bench.states()


@pytest.fixture(scope="module")
def judged(make_bench: Callable[[Contracts], Any]) -> Judged:
    return Judged(make_bench)


def test_all_filings_are_judged_in_one_pass(judged: Judged) -> None:
    assert sorted(judged.judged) == sorted([*judged.good.values(), *judged.bad.values()])


def test_only_common_rules_may_have_nothing_to_check() -> None:
    silent = {(form.form, rule.kind) for form in FORMS for rule in form.sql_rules() if not rule.checks(form)}
    assert silent == {
        ("social_services__victim_supports", "carry_over"),
        # Without stocks and without months.
        *(
            (form, kind)
            for form in ("all_bodies__plans", "all_bodies__incidents")
            for kind in ("carry_over", "roll_up")
        ),
    }


@pytest.mark.parametrize("form", FORMS, ids=lambda f: f.form)
def test_a_good_filing_has_no_finding(judged: Judged, form: FormContract) -> None:
    submission = judged.good[form.key]
    assert judged.findings.get(submission, []) == []
    assert judged.states[submission] == "accepted"


@pytest.mark.parametrize("case", SQL_RULES, ids=rule_name)
def test_every_rule_is_broken_by_its_counter_example(judged: Judged, case: tuple[FormContract, Rule]) -> None:
    form, rule = case
    findings = judged.findings.get(judged.bad[form.key, rule.id], [])
    own = [f for f in findings if f["rule_id"] == rule.id]
    assert own, f"only {sorted({f['rule_id'] for f in findings})}"
    columns = {f.name: n for n, f in enumerate(form.fields, start=1)}
    for f in own:
        assert (f["severity"], f["is_ledger"], f["sheet"]) == (rule.severity, rule.ledger, "Bieu")
        assert rule.says().vi in f["message_vi"]
        if rule.kind in WITHOUT_CELL:
            continue
        if f["field"].startswith("envelope."):
            assert f["cell"] in {"C2", "C3", "C4"}
        else:
            assert f["cell"] == address(f["row_no"] + 9, columns[f["field"]])


@pytest.mark.parametrize("case", SQL_RULES, ids=rule_name)
def test_only_findings_of_this_filing_alone_decide_its_state(
    judged: Judged, case: tuple[FormContract, Rule]
) -> None:
    form, rule = case
    submission = judged.bad[form.key, rule.id]
    deciding = {f["severity"] for f in judged.findings[submission] if not f["is_ledger"]}
    expected = (
        "returned"
        if "critical" in deciding
        else "accepted_with_warnings"
        if "warning" in deciding
        else "accepted"
    )
    assert judged.states[submission] == expected
    if rule.severity == "critical":
        assert judged.states[submission] == "returned"
    if rule.ledger:
        assert {f["rule_id"] for f in judged.findings[submission] if not f["is_ledger"]} == set()
        assert judged.states[submission] == "accepted"
