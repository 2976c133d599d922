"""Every kind of rule: sentence, SQL, legal basis, and a counter-example that breaks it on real PostgreSQL.

Each kind stands alone in a small form of its own, so that a kind which no form uses yet is held to the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bench import periods_of

from ingestion.contracts.instances import blank_filing
from ingestion.contracts.loader import Contracts
from ingestion.contracts.models import FormContract
from ingestion.contracts.rules import KINDS, Filing, Rule
from ingestion.parsing.sheets import address

COUNTS = (
    "total",
    "part_a",
    "part_b",
    "stock_opening",
    "stock_closing",
    "gone",
    "moved_in",
    "moved_out",
    "pause",
)
# Parameters of each kind over the small form; `ledger` where the kind reads other reports in force.
EXAMPLES: dict[str, dict[str, Any]] = {
    "equals_sum": {"total": "total", "parts": ["part_a", "part_b"]},
    "stock_flow": {"result": "stock_closing", "plus": ["stock_opening", "total"], "minus": "gone"},
    "of_which_not_above": {"pairs": [{"parts": ["part_a", "part_b"], "whole": "total"}]},
    "parts_not_above": {"parts": ["part_a", "part_b"], "whole": "total"},
    "between_max_and_sum": {"whole": "total", "parts": ["part_a", "part_b"]},
    "required_if": {"fields": ["remark"], "when": [{"field": "gone", "op": "gt", "value": 0}]},
    "forbidden_if": {"fields": ["remark"], "when": [{"field": "gone", "op": "eq", "value": 0}]},
    "not_below": {"left": "total", "right": "part_a"},
    "positive_when": {"field": "part_a", "when": [{"field": "total", "op": "gt", "value": 0}]},
    "filled": {"fields": ["*required"]},
    "value_is": {"field": "envelope.has_state_secret", "value": False},
    "rows_present": {},
    "nil_return": {"flows": ["*flows"]},
    "carry_over": {"severity": "warning", "ledger": True},
    "roll_up": {"severity": "warning", "ledger": True},
    "unique": {"fields": ["line_key"]},
    "same_within_group": {"fields": ["part_a"], "group": ["line_key"]},
    "date_order": {"earlier": "began_on", "later": "ended_on"},
    "within_period": {"fields": ["began_on"]},
    "code_valid_on_date": {"code": "offence", "list": "offence"},
    "code_follows": {"code": "regime", "source": "status", "table": "support_eligibility"},
    "time_limit": {"start": "began_on", "end": "ended_on", "stage": "TIN_BAO", "pause_days": "pause"},
    "line_returns": {"key": ["line_key"], "state": "ended_on", "severity": "warning", "ledger": True},
    "refers_to": {"fields": ["line_key"], "to_form": "police__kind_refers_to", "to_fields": ["line_key"]},
    "eligible_by_matrix": {"status": "status", "regime": "regime"},
    "cross_form_equals": {
        "left": {"form": "police__kind_cross_form_equals", "cells": ["total"]},
        "right": {"form": "police__kind_equals_sum", "cells": ["total"]},
        "severity": "warning",
        "ledger": True,
    },
    "transfers_cancel": {"into": "moved_in", "out": "moved_out"},
    "plausible_range": {"fields": ["*counts"], "above": 20},
    "no_identity_in_text": {"fields": ["*texts"]},
    "unique_within": {"fields": ["remark"], "date": "began_on", "days": 90},
    "personal_filled": {"fields": ["remark"]},
    "age_band_follows_birth_date": {"code": "age_band", "birth_date": "began_on", "date": "ended_on"},
}
WITHOUT_CELL = {"rows_present", "line_returns", "cross_form_equals", "transfers_cancel"}
TIMES = {"stock_opening": "O", "stock_closing": "C"}


def small_form(kind: str) -> FormContract:
    """A form with one rule of a kind: nine counts, codes, dates, a key and a remark, one printed row."""
    fields: list[dict[str, Any]] = [
        {"name": "offence", "label": {"vi": "Tội danh"}, "type": "code", "code_list": "offence"},
        {"name": "line_key", "label": {"vi": "Số hồ sơ"}, "type": "identifier"},
        {"name": "began_on", "label": {"vi": "Ngày bắt đầu"}, "type": "date"},
        {"name": "ended_on", "label": {"vi": "Ngày kết thúc"}, "type": "date"},
        {"name": "status", "label": {"vi": "Đối tượng"}, "type": "code", "code_list": "victim_status",
         "required": "no"},
        {"name": "regime", "label": {"vi": "Chế độ"}, "type": "code", "code_list": "support_regime",
         "required": "no"},
        {"name": "age_band", "label": {"vi": "Nhóm tuổi"}, "type": "code", "code_list": "age_band",
         "required": "no"},
        {"name": "remark", "label": {"vi": "Ghi chú"}, "type": "text", "required": "conditional"},
        *({"name": n, "label": {"vi": f"Số {n}"}, "time": TIMES.get(n)} for n in COUNTS),
    ]  # fmt: skip
    rule = {"id": "the_rule", "kind": kind, "severity": "critical", "legal_basis": "plan II", "mark": "P"}
    return FormContract.model_validate(
        {
            "form": f"police__kind_{kind}",
            "revision": 1,
            "agency": "police",
            "title": {"vi": f"Biểu thử {kind}"},
            "rhythms": ["month", "quarter"],
            "calendar": "nd09",
            "effective": {"from": "2021-01"},
            "sensitivity": "restricted",
            "layout": {"sheet": "Bieu", "header_row": 5},
            "grain": ["offence"],
            "fixed_rows": [{"offence": ["150", "151"]}],
            "fields": fields,
            "rules": [rule | EXAMPLES[kind]],
        }
    )


def kind_of(cls: type[Rule]) -> str:
    return str(cls.model_fields["kind"].annotation.__args__[0])  # type: ignore[union-attr]


NAMES = [kind_of(cls) for cls in KINDS]


class Judged:
    """Good filing and counter-example of each kind, judged in one pass."""

    def __init__(self, make_bench: Callable[[Contracts], Any]) -> None:
        self.forms = {kind: small_form(kind) for kind in NAMES}
        bench = make_bench(Contracts(list(self.forms.values())))
        self.good: dict[str, int] = {}
        self.bad: dict[str, int] = {}
        for kind, form in self.forms.items():
            (rule,) = form.rules
            # The sums over units of one period must not meet: the good filing has a period of its own.
            good_period, bad_period = list(periods_of(form, rule))[:6:5]
            good = self._filing(form, good_period, bench.new_unit(form))
            if kind == "refers_to":
                good.others.append(("same", form.form, good.copy()))
            self.good[kind] = bench.add(form, good_period, good)
            start = self._filing(form, bad_period, bench.new_unit(form))
            self.bad[kind] = bench.add(form, bad_period, rule.counter_example(form, start))
        bench.judge()
        self.findings = bench.findings()
        self.states = bench.states()

    @staticmethod
    def _filing(form: FormContract, period: Any, unit: str) -> Filing:
        filing = blank_filing(form, (period.date_from, period.date_to), unit)
        for number, row in enumerate(filing.rows, start=1):
            row["line_key"] = f"HS-{unit}-{number}"
        return filing


@pytest.fixture(scope="module")
def judged(make_bench: Callable[[Contracts], Any]) -> Judged:
    return Judged(make_bench)


def test_the_examples_cover_all_kinds() -> None:
    assert sorted(NAMES) == sorted(EXAMPLES)
    assert len(NAMES) == len(set(NAMES)) == 32


@pytest.mark.parametrize("cls", KINDS, ids=kind_of)
def test_every_kind_has_sentence_sql_basis_and_counter_example(judged: Judged, cls: type[Rule]) -> None:
    kind = kind_of(cls)
    form = judged.forms[kind]
    (rule,) = form.rules
    says = rule.says()
    assert says.vi.endswith(".") and says.en and says.vi != says.en
    assert rule.legal_basis and rule.mark
    findings = judged.findings.get(judged.bad[kind], [])
    if rule.runs_in == "gate":
        # It runs at the gate, before landing; nothing is left of it for the database.
        assert (rule.runs_in, rule.checks(form), findings) == ("gate", (), [])
        return
    assert rule.checks(form)
    assert {f["rule_id"] for f in findings} == {"the_rule"}
    assert {(f["severity"], f["is_ledger"]) for f in findings} == {(rule.severity, rule.ledger)}
    assert all(says.vi in f["message_vi"] for f in findings)
    # Where a row offends, its cell is named; what is missing, or a sum over units, has the sheet alone.
    columns = {f.name: n for n, f in enumerate(form.fields, start=1)}
    for f in findings:
        if f["row_no"] is not None:
            assert f["cell"] == address(f["row_no"] + 9, columns[f["field"]])
        else:
            assert kind in {*WITHOUT_CELL, "value_is"}
            assert (f["sheet"], f["cell"]) == ("Bieu", "C3" if kind == "value_is" else None)
    assert judged.states[judged.bad[kind]] == ("accepted" if rule.ledger else "returned")


@pytest.mark.parametrize("kind", NAMES)
def test_a_good_filing_keeps_a_rule_of_every_kind(judged: Judged, kind: str) -> None:
    assert judged.findings.get(judged.good[kind], []) == []
    assert judged.states[judged.good[kind]] == "accepted"
