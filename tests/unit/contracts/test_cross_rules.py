"""Rules across reports: a file that does not hold is one line, and a rule waits until its forms are there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ingestion.contracts.cross_rules import (
    FOLDER,
    CrossRuleError,
    active_rules,
    load_cross_rule,
    load_cross_rules,
    readings,
)
from ingestion.contracts.loader import Contracts, load_contracts


def good() -> dict[str, Any]:
    text = (FOLDER / "X06.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


@pytest.mark.parametrize(
    "change, says",
    [
        ({"id": "X99x"}, "id: String should match pattern"),
        ({"id": "X7"}, "the file of this rule is named X07.yaml"),
        ({"sentence": {"vi": "chỉ một thứ tiếng"}}, "sentence"),
        ({"compare": []}, "says one of each_form, compare, needs"),
        ({"each_form": "roll_up"}, "says one of each_form, compare, needs"),
        ({"forms": ["police__investigations"]}, "forms: names the forms of a rule that needs a register"),
        ({"kinds": []}, "kinds: Tuple should have at least 1 item"),
        ({"kinds": ["month", "month"]}, "kinds: one is named twice"),
        ({"kinds": ["week"]}, "kinds.0: Input should be"),
        ({"causes": []}, "causes: Tuple should have at least 1 item"),
        ({"causes": ["CUT_OFF", "MOON"]}, "causes: MOON is not in code list discrepancy_cause"),
        ({"causes": ["TRANSFER"]}, "cut_off_months: goes with the cause CUT_OFF"),
        ({"severity": "critical"}, "severity: Input should be 'warning'"),
        ({"owner": "nobody"}, "owner: Input should be"),
        ({"legal_basis": ""}, "legal_basis: String should have at least 1 character"),
        ({"mark": "X"}, "mark: Input should be"),
        ({"surprise": 1}, "surprise: Extra inputs are not permitted"),
        ({"cut_off_months": 13}, "cut_off_months: Input should be less than or equal to 12"),
    ],
)
def test_a_rule_that_does_not_hold_is_one_line_with_its_file(
    tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    path = tmp_path / "X06.yaml"
    path.write_text(yaml.safe_dump(good(), allow_unicode=True), encoding="utf-8")
    assert load_cross_rule(path).id == "X6"
    path.write_text(yaml.safe_dump(good() | change, allow_unicode=True), encoding="utf-8")
    with pytest.raises(CrossRuleError) as refused:
        load_cross_rule(path)
    assert str(refused.value).startswith("X06.yaml: ") and says in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["", "- a\n", "id: X6\nid: X6\n", "id: [", "sentence: {vi: a}\n"])
def test_a_file_that_is_no_rule_is_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "X06.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CrossRuleError, match=r"^X06\.yaml: ") as refused:
        load_cross_rule(path)
    assert "\n" not in str(refused.value)


def test_two_rules_never_share_an_id(tmp_path: Path) -> None:
    for number in (6, 7):
        data = good() | {"id": f"X{number}"}
        (tmp_path / f"X0{number}.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    with pytest.raises(CrossRuleError, match="rule_id sent_files_are_received is that of X6 already"):
        load_cross_rules(tmp_path)


def test_all_rules_of_the_papers_are_declared_and_those_whose_forms_are_there_are_active() -> None:
    contracts = load_contracts()
    assert [r.id for r in load_cross_rules()] == [f"X{n}" for n in range(1, 23)]
    active = {r.id for r in active_rules(contracts)}
    assert active >= {"X1", "X2", "X3", "X6", "X7", "X8", "X9", "X11"}
    for rule in load_cross_rules():
        assert bool(readings(rule, contracts)) == (rule.id in active), rule.id
        assert (not rule.waits_for(contracts)) == (rule.id in active), rule.id


def test_a_rule_waits_for_its_forms_and_names_them() -> None:
    police_only = Contracts([c for c in load_contracts().values() if c.agency == "police"])
    (rule,) = (r for r in load_cross_rules() if r.id == "X6")
    assert rule.waits_for(police_only) == ("procuracy__prosecutions",)
    assert readings(rule, police_only) == () and rule not in active_rules(police_only)


def test_a_cell_that_a_form_lacks_is_refused_once_the_rule_is_active(tmp_path: Path) -> None:
    data = good()
    data["compare"][0]["left"][0]["field"] = "cases_sent_to_the_moon"
    path = tmp_path / "X06.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    with pytest.raises(
        CrossRuleError, match="X6: cases_sent_to_the_moon is not a number of police__investigations"
    ):
        active_rules(load_contracts(), [load_cross_rule(path)])
