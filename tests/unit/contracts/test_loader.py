"""What no contract file may say is refused in one line that names the file."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingestion.contracts import loader
from ingestion.contracts.loader import ContractError, load_contract, load_contracts

GOOD: dict[str, Any] = {
    "form": "police__checks",
    "revision": 1,
    "agency": "police",
    "title": {"vi": "Biểu thử"},
    "rhythms": ["month"],
    "calendar": "nd09",
    "effective": {"from": "2021-01"},
    "filed_by": [{"class": "provincial_police"}],
    "due": {"provincial_police": 3},
    "sensitivity": "restricted",
    "layout": {"sheet": "Biểu", "header_row": 8},
    "grain": ["offence"],
    "fixed_rows": [{"offence": ["150", "151"]}],
    "fields": [
        {"name": "offence", "label": {"vi": "Tội danh"}, "type": "code", "code_list": "offence"},
        {"name": "cases", "label": {"vi": "Số vụ"}},
        {"name": "accused", "label": {"vi": "Số bị can"}},
    ],
    "rules": [
        {
            "id": "case_has_accused",
            "kind": "not_below",
            "left": "accused",
            "right": "cases",
            "severity": "warning",
            "legal_basis": "proposed",
            "mark": "P",
        }
    ],
}


def write(folder: Path, data: dict[str, Any], name: str = "police__checks.v1.yaml") -> Path:
    path = folder / name
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


def line_of(path: Path) -> str:
    with pytest.raises(ContractError) as caught:
        load_contract(path)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(path.name + ": ")
    return message


def test_the_pattern_of_these_tests_is_a_good_contract(tmp_path: Path) -> None:
    assert load_contract(write(tmp_path, GOOD)).key == "police__checks.v1"


def _repeat_label(d: dict[str, Any]) -> None:
    d["fields"][2]["label"] = {"vi": "Số vụ"}


def _same_group(d: dict[str, Any]) -> None:
    for field in d["fields"][1:]:
        field.update(label={"vi": "– nữ"}, group={"vi": "Số người", "en": "persons"})


FAULTS: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("an unknown key", lambda d: d.update(colour="red"), "colour: this key is not known"),
    (
        "an unknown key of a field",
        lambda d: d["fields"][1].update(colour="red"),
        "fields.1.colour: this key is not known",
    ),
    (
        "an unknown key of a rule",
        lambda d: d["rules"][0].update(sql="true"),
        "rules.0.not_below.sql: this key is not known",
    ),
    ("an unknown rule kind", lambda d: d["rules"][0].update(kind="magic"), "rules.0: Input tag 'magic'"),
    ("rules that are no list", lambda d: d.update(rules={"a": 1}), "rules: is a list"),
    (
        "an unknown code list",
        lambda d: d["fields"][0].update(code_list="offences"),
        "field offence: code list offences is not known",
    ),
    (
        "a code outside its list",
        lambda d: d.update(fixed_rows=[{"offence": ["155"]}]),
        "fixed_rows: 155 is not in code list offence",
    ),
    (
        "fixed rows of a measure",
        lambda d: d.update(grain=["cases"], fixed_rows=[{"cases": ["1"]}]),
        "fixed_rows: cases is not a code field",
    ),
    (
        "an unknown class of units",
        lambda d: d.update(filed_by=[{"class": "navy"}]),
        "class of units navy is not known",
    ),
    (
        "a deadline of an unknown class",
        lambda d: d.update(due={"navy": 3}),
        "class of units navy is not known",
    ),
    (
        "a field of a wrong type without its list",
        lambda d: d["fields"][0].pop("code_list"),
        "field offence: a code field names its code_list",
    ),
    ("a repeated label", _repeat_label, "label «Số vụ» is repeated; give the fields a group"),
    ("a repeated label in one group", _same_group, "label «Số người › nữ» is repeated"),
    (
        "a repeated field",
        lambda d: d["fields"].append(d["fields"][1]),
        "field cases is declared 2 times",
    ),
    (
        "a repeated rule",
        lambda d: d["rules"].append(d["rules"][0]),
        "rule case_has_accused is declared 2 times",
    ),
    (
        "a rule that names an unknown field",
        lambda d: d["rules"][0].update(left="suspects"),
        "rule case_has_accused names suspects, which is not a field",
    ),
    (
        "a grain that names an unknown field",
        lambda d: d.update(grain=["clause"], fixed_rows=[]),
        "the grain names clause, which is not a field",
    ),
    (
        "a personal form without its legal basis",
        lambda d: d.update(sensitivity="personal"),
        "a personal form says its legal_basis in a sentence",
    ),
    (
        "one personal field in a form without a legal basis",
        lambda d: d["fields"][-1].update(sensitivity="personal"),
        "a personal form says its legal_basis in a sentence",
    ),
    ("an unknown calendar", lambda d: d.update(calendar="lunar"), "calendar lunar is not known"),
    ("a form of another agency", lambda d: d.update(agency="courts"), "the form id starts with its agency"),
    (
        "a ledger rule that returns",
        lambda d: d["rules"][0].update(ledger=True, severity="critical"),
        "rule case_has_accused: a ledger rule only warns",
    ),
    (
        "a term of two things",
        lambda d: d["rules"][0].update(left={"cell": "accused", "number": 1}),
        "a term is one of cell, number, units_valid",
    ),
    (
        "rows in words the language does not have",
        lambda d: d["rules"][0].update(left={"cell": "accused", "rows": {"offence": {"like": "15"}}}),
        "rows.offence",
    ),
]


@pytest.mark.parametrize(("break_it", "said"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_broken_contract_is_refused_in_one_line(
    tmp_path: Path, break_it: Callable[[dict[str, Any]], object], said: str
) -> None:
    data = copy.deepcopy(GOOD)
    break_it(data)
    assert said in line_of(write(tmp_path, data))


def test_the_file_is_named_after_form_and_revision(tmp_path: Path) -> None:
    assert "is named police__checks.v1.yaml" in line_of(write(tmp_path, GOOD, "police__checks.v2.yaml"))


def test_a_key_said_twice_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    path.write_text(path.read_text(encoding="utf-8") + "form: police__other\n", encoding="utf-8")
    assert "key form is said 2 times" in line_of(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"form: [", "not readable as YAML in UTF-8"),
        (b"form: \xff\xfe", "not readable as YAML in UTF-8"),
        (b"- a list", "a contract is a YAML mapping that begins with `form:`"),
        (b"", "a contract is a YAML mapping that begins with `form:`"),
    ],
)
def test_a_file_that_is_no_contract_is_refused_in_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "police__checks.v1.yaml"
    path.write_bytes(content)
    assert said in line_of(path)


def test_a_single_operand_may_stand_without_brackets(tmp_path: Path) -> None:
    data = copy.deepcopy(GOOD)
    data["rules"][0].update(left=["accused"], right=[{"cell": "cases"}])
    plain, bracketed = (load_contract(write(tmp_path, d)) for d in (GOOD, data))
    assert plain == bracketed


def test_a_contract_says_a_common_rule_anew(tmp_path: Path) -> None:
    common = {"province_aggregate": [{**GOOD["rules"][0], "severity": "critical"}]}
    (rule,) = load_contract(write(tmp_path, GOOD), common).rules
    assert rule.severity == "warning"


def test_a_form_of_the_installation_stands_beside_the_projects_own(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    contracts = load_contracts(tmp_path)
    assert "police__checks.v1" in contracts and "police__crime_reports.v1" in contracts


def test_a_revision_declared_twice_is_refused(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder, GOOD)
    with pytest.raises(ContractError, match=r"police__checks.v1 is declared twice"):
        load_contracts(tmp_path)


def test_a_retired_form_that_has_a_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    retired = tmp_path / "retired.yaml"
    retired.write_text("- {form: police__checks}\n", encoding="utf-8")
    monkeypatch.setattr(loader, "RETIRED", retired)
    write(tmp_path, GOOD)
    with pytest.raises(ContractError, match=r"police__checks is retired"):
        load_contracts(tmp_path)


def test_the_fingerprint_is_of_meaning_not_of_wording(tmp_path: Path) -> None:
    first = loader.fingerprint(load_contract(write(tmp_path, GOOD)))
    reworded = copy.deepcopy(GOOD)
    reworded["fields"][1]["label"] = {"vi": "Số vụ án"}
    reworded["rules"][0]["sentence"] = {"vi": "Mỗi vụ có bị can."}
    assert loader.fingerprint(load_contract(write(tmp_path, reworded))) == first
    changed = copy.deepcopy(GOOD)
    changed["rules"][0]["right"] = ["accused"]
    assert loader.fingerprint(load_contract(write(tmp_path, changed))) != first
