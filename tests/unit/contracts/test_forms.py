"""The seven forms of the first part as they stand in `ingestion/forms`, and the filings made from them."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from ingestion.contracts.code_lists import load_code_list
from ingestion.contracts.instances import blank_filing, fixed_rows_of
from ingestion.contracts.loader import FORMS as FOLDER
from ingestion.contracts.loader import load_contract, load_contracts
from ingestion.contracts.models import FormContract
from ingestion.contracts.periods import Period
from ingestion.contracts.rules import Filing
from ingestion.contracts.rules.arithmetic import (
    BetweenMaxAndSum,
    EqualsSum,
    NotBelow,
    OfWhichNotAbove,
    PartsNotAbove,
)
from ingestion.contracts.rules.base import Term, total_of
from ingestion.contracts.rules.presence import ForbiddenIf, RequiredIf
from ingestion.parsing.headers import headings, match

PROVINCE = {
    "police__victims_identified": "cat_24",
    "police__crime_reports": "cat_24",
    "police__investigations": "cat_24",
    "procuracy__prosecutions": "vks_24",
    "courts__trials": "tand_24",
    "social_services__victim_supports": "syt_24",
}
FORMS = (*PROVINCE, "unodc__trafficking_counts")
COMMON = 9
"""Rules of every aggregate form of the province that its own table does not repeat."""


def form(name: str) -> FormContract:
    return load_contracts().latest(name)


def window_of(contract: FormContract, key: str) -> tuple[dt.date, dt.date]:
    period = Period.parse(contract.calendar, "series" if contract.family == "reference" else key)
    return period.date_from, period.date_to


def blank(name: str, key: str = "2024-07") -> Filing:
    contract = form(name)
    return blank_filing(contract, window_of(contract, key), PROVINCE.get(name, "unodc"))


def test_the_seven_forms_load() -> None:
    assert set(FORMS) <= set(load_contracts().forms)


# Lines of the field table; rules of the rule table, which of them were split, and the usual range (form 3.8: a field
# more, D9, and two rules more, D50).
@pytest.mark.parametrize(
    ("name", "fields", "rules"),
    [
        ("police__victims_identified", 45, 13 + 1 + 1),
        ("police__crime_reports", 19, 8 + 1),
        ("police__investigations", 42, 12 + 1),
        ("procuracy__prosecutions", 31, 8 + 1),
        ("courts__trials", 44, 11 + 2 + 1),
        ("social_services__victim_supports", 11 + 1, 6 + 2 + 2 + 1),
    ],
)
def test_every_field_and_rule_of_the_printed_form_is_there(name: str, fields: int, rules: int) -> None:
    contract = form(name)
    assert len(contract.fields) == fields
    assert len(contract.rules) == rules + COMMON


def test_plans_and_incidents_are_as_printed() -> None:
    plans, incidents = form("all_bodies__plans"), form("all_bodies__incidents")
    # One of the printed rules has two pairs of dates; the unit's own rule of the last day stands in for the common one.
    assert (len(plans.fields), len(plans.rules)) == (9, 3 + 1 + COMMON)
    # The printed three, the usual range; the note's own rule stands in for the common one on all texts.
    assert (len(incidents.fields), len(incidents.rules)) == (13, 3 + 1 + COMMON)
    assert (plans.is_plan, plans.offers_nil_return, plans.sensitivity) == (True, False, "public")
    assert (incidents.is_plan, incidents.offers_nil_return, incidents.sensitivity) == (
        False,
        True,
        "restricted",
    )
    part_iii = set(plans.filer_classes(dt.date(2024, 1, 31)))
    assert part_iii == set(incidents.filer_classes(dt.date(2024, 1, 31))) - {
        "district_police",
        "steering_committee",
    }
    assert len(part_iii) == 12


def test_the_reference_table_has_its_thirteen_columns_and_no_rule_of_the_province() -> None:
    contract = form("unodc__trafficking_counts")
    assert len(contract.fields) == 13
    assert len(contract.rules) == 6
    assert {r.severity for r in contract.rules} == {"warning"}
    assert contract.filed_by == ()
    assert contract.envelope is not None and contract.envelope.unit == "unodc"


def test_time_behaviour_is_as_printed() -> None:
    said = {
        name: "".join(
            f"{k}{n}" for k, n in sorted(Counter(f.behaviour for f in form(name).measures).items(), key=str)
        )
        for name in PROVINCE
    }
    assert said == {
        "police__victims_identified": "C1D1K2O1S39U1",
        "police__crime_reports": "C3D2K1O2S10",
        "police__investigations": "C5D2K1O4S29",
        "procuracy__prosecutions": "C3D2O2S23",
        "courts__trials": "C3D2O2S35",
        "social_services__victim_supports": "S3U7",
    }


def test_conditional_fields_are_those_marked_so() -> None:
    said = {name: [f.name for f in form(name).fields if f.required == "conditional"] for name in PROVINCE}
    assert {name: fields for name, fields in said.items() if fields} == {
        "police__victims_identified": ["verification_begun_in_3_days", "accompanying_minors_received"],
        "courts__trials": ["appeals_upheld", "appeals_amended", "appeals_quashed"],
        "social_services__victim_supports": ["beneficiary_status"],
    }


@pytest.mark.parametrize("name", PROVINCE)
def test_every_conditional_field_has_a_rule_that_says_when(name: str) -> None:
    contract = form(name)
    conditional = {f.name for f in contract.fields if f.required == "conditional"}
    for kind in (RequiredIf, ForbiddenIf):
        ruled = {n for r in contract.rules if isinstance(r, kind) for n in r.fields}
        assert conditional <= ruled, kind


@pytest.mark.parametrize("name", FORMS)
def test_no_heading_names_two_fields(name: str) -> None:
    contract = form(name)
    _, by_text = headings(contract)
    assert set(by_text.values()) == {f.name for f in contract.fields}
    for field in contract.fields:
        heading = contract.heading(field)
        assert match(heading.vi, contract) == field.name
        assert match(heading.en, contract) == field.name


def test_only_mobile_trials_are_public_and_the_other_forms_are_restricted() -> None:
    assert {form(n).sensitivity for n in PROVINCE} == {"restricted"}
    assert [(n, f.name) for n in PROVINCE for f in form(n).fields if f.sensitivity] == [
        ("courts__trials", "mobile_trials")
    ]


def test_district_police_owe_until_the_end_of_february_2025() -> None:
    for name in ("police__victims_identified", "police__crime_reports", "police__investigations"):
        contract = form(name)
        assert contract.filer_classes(dt.date(2025, 2, 28)) == ("provincial_police", "district_police")
        assert contract.filer_classes(dt.date(2025, 3, 1)) == ("provincial_police",)
        assert dict(contract.due) == {"provincial_police": 3, "district_police": 2}
    assert [n for n in PROVINCE if form(n).is_requested] == ["procuracy__prosecutions", "courts__trials"]


@pytest.mark.parametrize("name", PROVINCE)
def test_usual_range_asks_about_persons_cases_and_reports_only(name: str) -> None:
    contract = form(name)
    rule = contract.rule("count_is_in_its_usual_range")
    marked = {o.field for check in rule.checks(contract) for o in check.cells}  # type: ignore[union-attr]
    counts = {f.name for f in contract.measures if f.type == "count"}
    assert marked == counts - {"support_acts"}


def differs(good: Filing, bad: Filing) -> bool:
    return (good.rows, good.envelope, good.others) != (bad.rows, bad.envelope, bad.others)


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("key", ["2024-07", "2025-09"])
def test_every_rule_has_a_counter_example_of_its_own(name: str, key: str) -> None:
    contract = form(name)
    good = blank(name, key)
    for rule in contract.rules:
        if rule.runs_in == "sql" and not rule.checks(contract):
            continue  # nothing to carry over in a form without stocks
        if not rule.applies_in(good.window):
            continue
        kept = good.copy()
        bad = rule.counter_example(contract, good)
        assert differs(good, bad), rule.id
        assert not differs(kept, good), f"{rule.id} changes the filing it was given"


@pytest.mark.parametrize("name", PROVINCE)
def test_rules_of_arithmetic_break_on_their_counter_example_and_hold_on_the_blank(name: str) -> None:
    contract = form(name)
    good = blank(name, "2025-09")
    judged = 0
    for rule in contract.rules:
        if isinstance(rule, EqualsSum | NotBelow | PartsNotAbove | BetweenMaxAndSum | OfWhichNotAbove):
            judged += 1
            assert not breaks(rule, good), rule.id
            assert breaks(rule, rule.counter_example(contract, good)), rule.id
    assert judged >= 3


def breaks(rule: object, filing: Filing) -> bool:
    """The sums of a rule over Python rows, a comparison of its own beside the SQL."""

    def both(left: tuple[Term, ...], right: tuple[Term, ...]) -> list[tuple[int, int]]:
        if getattr(rule, "per", None) == ():

            def over_all(side: tuple[Term, ...]) -> int:
                return sum(total_of(side, [], row) for row in filing.rows)

            return [(over_all(left), over_all(right))]
        return [(total_of(left, filing.rows, row), total_of(right, filing.rows, row)) for row in filing.rows]

    match rule:
        case EqualsSum():
            return any(a != b for a, b in both(rule.total, rule.parts))
        case NotBelow():
            return any(a < b for a, b in both(rule.left, rule.right))
        case PartsNotAbove():
            return any(a > b for a, b in both(rule.parts, rule.whole))
        case BetweenMaxAndSum():
            return any(a > b for a, b in both(rule.whole, rule.parts))
        case OfWhichNotAbove():
            return any(
                a > b for p in rule.pairs for part in p.parts for a, b in both((Term(cell=part),), p.whole)
            )
    raise AssertionError(rule)


def test_the_matrix_of_support_is_judged_from_july_2025() -> None:
    contract = form("social_services__victim_supports")
    rule = contract.rule("regime_is_open_to_the_status")
    said = [rule.applies_in(window_of(contract, key)) for key in ("2025-06", "2025-07", "2025-09")]
    assert said == [False, True, True]


# -- printed rows and blank filings ------------------------------------------------------------------------------


def test_printed_rows_of_reports_investigations_and_trials() -> None:
    july = dt.date(2024, 7, 1), dt.date(2024, 7, 31)
    assert [r["source_kind"] for r in fixed_rows_of(form("police__crime_reports"), july)] == [
        "TO_GIAC",
        "TIN_BAO",
        "KIEN_NGHI",
    ]
    offences = ["150", "151", "152", "153", "154"]
    for name in ("police__investigations", "procuracy__prosecutions"):
        assert [r["offence"] for r in fixed_rows_of(form(name), july)] == offences
    trials = fixed_rows_of(form("courts__trials"), july)
    assert [(r["instance"], r["offence"]) for r in trials] == [(i, o) for i in ("ST", "PT") for o in offences]
    assert fixed_rows_of(form("police__victims_identified"), july) == []


@pytest.mark.parametrize(
    ("key", "regimes"),
    [
        ("2024-07", ["1", "2", "3", "4", "5", "6"]),
        ("2025-07", ["1", "2", "3", "4", "5", "6", "a", "b", "c", "d", "dd", "e", "g", "h", "i", "k"]),
        ("2025-09", ["a", "b", "c", "d", "dd", "e", "g", "h", "i", "k"]),
        ("2025", ["1", "2", "3", "4", "5", "6", "a", "b", "c", "d", "dd", "e", "g", "h", "i", "k"]),
    ],
)
def test_regimes_valid_on_any_day_of_the_window_are_printed(key: str, regimes: list[str]) -> None:
    contract = form("social_services__victim_supports")
    rows = fixed_rows_of(contract, window_of(contract, key))
    assert rows == [
        *({"regime": r, "beneficiary_status": "NAN_NHAN"} for r in regimes),
        {"regime": "ALL", "beneficiary_status": None},
    ]


@pytest.mark.parametrize(
    ("name", "key", "rows"),
    [
        ("police__victims_identified", "2024-07", 1),
        ("police__victims_identified", "2025-09", 1),
        ("police__crime_reports", "2024-07", 3),
        ("police__investigations", "2025-09", 5),
        ("procuracy__prosecutions", "2024-07", 5),
        ("procuracy__prosecutions", "2025-09", 5),
        ("courts__trials", "2024-07", 10),
        ("courts__trials", "2025-09", 10),
        ("social_services__victim_supports", "2024-07", 7),
        ("social_services__victim_supports", "2025-07", 17),
        ("social_services__victim_supports", "2025-09", 11),
    ],
)
def test_a_blank_filing_has_every_printed_row_and_every_required_cell(name: str, key: str, rows: int) -> None:
    contract = form(name)
    filing = blank(name, key)
    assert len(filing.rows) == rows
    assert filing.envelope == {
        "unit": PROVINCE[name],
        "is_nil_return": False,
        "has_state_secret": False,
        "note": None,
    }
    for row in filing.rows:
        assert list(row) == [f.name for f in contract.fields]
        for field in contract.required_fields:
            assert row[field.name] == 0 if field.is_measure else row[field.name]


def test_cells_of_the_new_law_are_empty_before_july_2025_and_filled_from_then_on() -> None:
    cells = ("verification_begun_in_3_days", "accompanying_minors_received")
    for key, value in (("2024-07", None), ("2025-06", None), ("2025-07", 0), ("2025-09", 0)):
        row = blank("police__victims_identified", key).rows[0]
        assert [row[c] for c in cells] == [value, value], key


def test_appeal_results_stand_on_appeal_rows_only() -> None:
    for row in blank("courts__trials").rows:
        assert row["appeals_upheld"] == (0 if row["instance"] == "PT" else None)


def test_a_required_cell_that_a_rule_forbids_on_a_row_is_empty_there() -> None:
    forbid = {
        "id": "reports_of_bodies_are_not_classified",
        "kind": "forbidden_if",
        "when": [{"field": "source_kind", "op": "eq", "value": "TIN_BAO"}],
        "fields": ["reports_classified"],
        "severity": "critical",
        "legal_basis": "proposed",
        "mark": "P",
    }
    said = form("police__crime_reports").model_dump(by_alias=True)
    contract = FormContract.model_validate({**said, "rules": [forbid]})
    filing = blank_filing(contract, window_of(contract, "2024-07"), "cat_24")
    assert {r["source_kind"]: r["reports_classified"] for r in filing.rows} == {
        "TO_GIAC": 0,
        "TIN_BAO": None,
        "KIEN_NGHI": 0,
    }


def test_parts_that_no_row_holds_get_a_row_beside_the_whole() -> None:
    contract = form("unodc__trafficking_counts")
    good = blank(contract.form)
    good.rows = [r for r in good.rows if r["dimension"] == "Total"]
    bad = contract.rule("forms_of_exploitation_stay_within_the_total").counter_example(contract, good)
    counts = {r["dimension"]: r["observed_count"] for r in bad.rows}
    assert counts == {"Total": 0, "by form of exploitation": 1}


def test_a_value_fills_every_measure() -> None:
    contract = form("police__crime_reports")
    filing = blank_filing(contract, window_of(contract, "2024-07"), "cah_215", value=2)
    assert {row[f.name] for row in filing.rows for f in contract.measures} == {2}


def test_a_table_without_printed_rows_gets_a_line_for_each_set_of_rows_its_rules_name() -> None:
    filing = blank("unodc__trafficking_counts")
    dimensions = [r["dimension"] for r in filing.rows]
    assert len(dimensions) == len(set(dimensions)) == 4
    assert {"Total", "by form of exploitation"} <= set(dimensions)
    total = next(r for r in filing.rows if r["dimension"] == "Total")
    assert (total["sex"], total["age"], total["year"], total["observed_count"]) == ("Total", "Total", 2003, 0)
    assert total["country_code"] is None and total["country"], "a row without a code is named"


# -- what the language says in SQL -------------------------------------------------------------------------------


def sql_of(name: str, rule_id: str) -> tuple[str, tuple[str, ...]]:
    contract = form(name)
    (check,) = contract.rule(rule_id).checks(contract)
    return check.offends, getattr(check, "per", ())  # type: ignore[union-attr]


def test_the_row_of_all_regimes_is_compared_with_every_other_row() -> None:
    offends, per = sql_of("social_services__victim_supports", "acts_and_cost_of_all_are_sums")
    assert "r.regime = 'ALL'" in offends and "r.regime is distinct from 'ALL'" in offends
    assert per == ()
    offends, _ = sql_of("social_services__victim_supports", "persons_of_all_lie_between")
    assert "max(r.persons_supported) filter (where r.regime is distinct from 'ALL')" in offends


def test_known_parts_are_a_lower_bound_and_an_unknown_whole_stays_unknown() -> None:
    offends, per = sql_of("unodc__trafficking_counts", "forms_of_exploitation_stay_within_the_total")
    parts, whole = offends.split(" > ")
    assert parts.startswith("(coalesce(sum(r.observed_count)")
    assert "case when count(*)" in whole and "coalesce" not in whole
    assert per == ("country_code", "country", "indicator", "year")


def test_requalifications_are_summed_over_all_rows_and_only_warn() -> None:
    contract = form("police__investigations")
    rule = contract.rule("requalifications_balance_over_rows")
    offends, per = sql_of("police__investigations", rule.id)
    assert rule.severity == "warning" and per == () and "sum(r.cases_requalified_in)" in offends


def test_offences_of_1999_are_codes_but_no_printed_rows() -> None:
    contract = form("police__investigations")
    codes = load_code_list(str(contract.by_name["offence"].code_list))
    assert codes.known("119-1999") and codes.known("120-1999")
    assert all("1999" not in str(r["offence"]) for r in blank("police__investigations").rows)


def test_a_contract_reads_alike_without_the_common_rules() -> None:
    path = FOLDER / "police" / "police__crime_reports.v1.yaml"
    assert len(load_contract(path).rules) == len(form("police__crime_reports").rules) - COMMON
