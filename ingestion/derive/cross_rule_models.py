"""The part of the dbt project that follows from rules across reports: what each active rule reads, and who succeeds whom.

Two relations of constants. The comparison itself is written once, by hand, over them (`int_discrepancies__pieces` and
what follows): a rule that becomes active with a new form adds lines here and changes no SQL.
"""

from __future__ import annotations

import json

from ingestion.contracts.cross_rules import CrossRule, Reading, active_rules, readings
from ingestion.contracts.loader import Contracts
from ingestion.contracts.rules.base import literal
from ingestion.contracts.units import load_successions

_HEADER = "-- Derived from {}: change that, not this file.\n"

RULE_COLUMNS = (
    "rule", "rule_id", "scope", "kinds", "causes", "cut_off_months", "owner_side", "sentence_vi", "sentence_en",
    "legal_basis", "mark",
)  # fmt: skip
TERM_COLUMNS = (
    "rule", "measure", "comparison", "side", "relation", "form", "calendar", "field", "rows", "sign", "row_by",
)  # fmt: skip
SUCCESSION_COLUMNS = ("from_unit", "to_unit", "on_date", "kind", "form")
_LISTS = {"kinds", "causes"}


def terms_sql(contracts: Contracts) -> str:
    """Every cell that an active rule reads, beside what its rule says of it."""
    active = active_rules(contracts)
    rules = [_rule_line(rule) for rule in active]
    terms = [_term_line(rule, reading) for rule in active for reading in readings(rule, contracts)]
    of_rule = ",\n".join(
        f"    string_to_array(r.{name}, ' ') as {name}" if name in _LISTS else f"    r.{name}"
        for name in RULE_COLUMNS
    )
    of_term = ",\n".join(f"    t.{name}" for name in TERM_COLUMNS[1:])
    return (
        _HEADER.format("ingestion/cross_rules or a contract")
        + f"with rules as (\n{_values(rules, RULE_COLUMNS)}\n),\n\nterms as (\n{_values(terms, TERM_COLUMNS)}\n)\n\n"
        f"select\n{of_rule},\n{of_term}\nfrom rules as r\ninner join terms as t on r.rule = t.rule\n"
    )


def successions_sql() -> str:
    """Which unit takes over from which, on which day; a unit that succeeds itself is left out."""
    lines = [
        f"({literal(s.from_unit)}, {literal(s.to_unit)}, {literal(s.on_date)}, {literal(s.kind)}, {_text(s.form)})"
        for s in load_successions()
        if s.from_unit != s.to_unit
    ]
    columns = ",\n".join(f"    s.{name}" for name in SUCCESSION_COLUMNS)
    return (
        _HEADER.format("ingestion/code_lists/unit_succession.csv")
        + f"with successions as (\n{_values(lines, SUCCESSION_COLUMNS)}\n)\n\nselect\n{columns}\nfrom successions as s\n"
    )


def cross_rule_files(contracts: Contracts) -> dict[str, str]:
    """Path inside the dbt project -> text."""
    return {
        "models/intermediate/int_discrepancies__terms.sql": terms_sql(contracts),
        "models/intermediate/int_discrepancies__successions.sql": successions_sql(),
    }


def _rule_line(rule: CrossRule) -> str:
    said = (
        rule.id, rule.rule_id, rule.scope, " ".join(rule.kinds), " ".join(rule.causes), rule.cut_off_months,
        rule.owner.removeprefix("filer_of_"), rule.sentence.vi, rule.sentence.en, rule.legal_basis, rule.mark,
    )  # fmt: skip
    values = ",\n            ".join("null::integer" if value is None else literal(value) for value in said)
    return f"(\n            {values}\n        )"


def _term_line(rule: CrossRule, r: Reading) -> str:
    rows = literal(json.dumps(dict(r.rows), ensure_ascii=False, sort_keys=True)) + "::jsonb"
    lines = (
        ", ".join(map(literal, (rule.id, r.measure, r.comparison, r.side, r.relation))),
        ", ".join(map(literal, (r.form, r.calendar, r.field))),
        ", ".join((rows, str(r.sign), _text(r.row_by))),
    )
    values = ",\n            ".join(lines)
    return f"(\n            {values}\n        )"


def _text(value: str | None) -> str:
    return "null::text" if value is None else literal(value)


def _values(lines: list[str], columns: tuple[str, ...]) -> str:
    """A select over constants, one line each."""
    body = ",\n        ".join(lines)
    names = ",\n        ".join(columns)
    return f"    select v.*\n    from (\n        values\n        {body}\n    ) as v (\n        {names}\n    )"
