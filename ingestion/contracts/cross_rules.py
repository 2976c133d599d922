"""Rules across reports (X1 to X22): what is held against what, and which causes may explain a difference.

A rule is declared once, in `ingestion/cross_rules/X<NN>.yaml`, in a closed language: two sides of terms, a period
relation, a cut, causes in their order of attribution. It never returns a report: a difference is a row of the
discrepancy ledger. What a rule reads of an installation (`readings`) follows from its contracts: a rule is active when
they declare all forms it names; otherwise it waits and nothing is made of it.

Pure: no database. The SQL made of readings is `ingestion.derive.cross_rule_models`; the receipt's own hint to a clerk
at filing is the pair of rule kinds `carry_over` and `roll_up`, whose cells X1 and X2 take over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError, model_validator

from ingestion.contracts.code_lists import load_code_list
from ingestion.contracts.loader import ContractError, Contracts, read_yaml
from ingestion.contracts.models import FormContract, FormField, Frozen, Identifier, Label
from ingestion.contracts.rules.across import CarryOver, RollUp

FOLDER = Path(__file__).parent.parent / "cross_rules"
CAUSES = "discrepancy_cause"

Kind = Literal["month", "quarter", "half", "year"]
# Which filings a term reads, seen from the period compared: its own; the one before; the months within it, the first
# or last of them; the last filing of units that ended within it.
Relation = Literal["same", "previous", "months", "first_month", "last_month", "ended"]
Comparison = Literal["equal", "between_max_and_sum", "not_below_sum"]
Side = Literal["left", "right"]
WHOLE_GRAIN = "*"

# How a cell behaves over periods (forms.md section 1): which months a longer period's cell is held against, and how.
_OVER_MONTHS: Mapping[str, tuple[Relation, Comparison]] = {
    "S": ("months", "equal"),
    "O": ("first_month", "equal"),
    "C": ("last_month", "equal"),
    "L": ("last_month", "equal"),
    "U": ("months", "between_max_and_sum"),
    "K": ("months", "not_below_sum"),
}


class CrossRuleError(ContractError):
    """A rule across reports that does not hold; the message names the file and says what is wrong in one line."""


class Term(Frozen):
    """Cells of one form that are added to a side (or taken off, `sign: -1`), over the rows with the codes named."""

    form: Identifier
    field: Identifier
    rows: Mapping[Identifier, str] = Field(default_factory=dict)
    sign: Literal[1, -1] = 1
    period: Literal["same", "previous", "months", "ended"] = "months"


class Compared(Frozen):
    """One comparison of a rule: what one side says against what the other says."""

    name: Identifier
    left: tuple[Term, ...] = Field(min_length=1)
    right: tuple[Term, ...] = Field(min_length=1)


class CrossRule(Frozen):
    """A rule across reports.

    `each_form`: the comparisons follow from every form's own rules of that kind; else `compare` names them.
    `scope`: unit by unit, or the province's units together. `row_by`: row by row of one dimension, else in total.
    `cut_off_months`: events so many months beyond either end may belong to the other side's window (CUT_OFF).
    `needs: register`: lines, not aggregates, decide it; it then says which forms in `forms`.
    """

    id: Annotated[str, StringConstraints(pattern=r"^X[1-9]\d?$")]
    rule_id: Identifier
    sentence: Label
    each_form: Literal["roll_up", "carry_over"] | None = None
    compare: tuple[Compared, ...] = ()
    forms: tuple[Identifier, ...] = ()
    needs: Literal["register"] | None = None
    scope: Literal["unit", "province"] = "province"
    kinds: tuple[Kind, ...] = Field(min_length=1)
    row_by: Identifier | None = None
    match_key: str
    causes: tuple[str, ...] = Field(min_length=1)
    cut_off_months: int | None = Field(default=None, ge=1, le=12)
    owner: Literal["filer_of_left", "filer_of_right"] = "filer_of_right"
    severity: Literal["warning"] = "warning"
    legal_basis: str = Field(min_length=1)
    mark: Literal["V", "D", "P", "R"]

    @model_validator(mode="after")
    def _holds_together(self) -> CrossRule:
        if sum((self.each_form is not None, bool(self.compare), self.needs is not None)) != 1:
            raise ValueError("says one of each_form, compare, needs")
        if (self.needs is not None) != bool(self.forms):
            raise ValueError(
                "forms: names the forms of a rule that needs a register, and only of such a rule"
            )
        if not self.sentence.vi or not self.sentence.en:
            raise ValueError("sentence: is said in both languages")
        if self.cut_off_months is not None and "CUT_OFF" not in self.causes:
            raise ValueError("cut_off_months: goes with the cause CUT_OFF")
        for named in ("causes", "kinds"):
            if len(set(getattr(self, named))) < len(getattr(self, named)):
                raise ValueError(f"{named}: one is named twice")
        names = [c.name for c in self.compare]
        if len(set(names)) < len(names):
            raise ValueError("compare: a name is used twice")
        return self

    @property
    def forms_named(self) -> tuple[str, ...]:
        """Forms that the rule names itself, in the order of its file; none for a rule over every form."""
        terms = (t.form for c in self.compare for t in (*c.left, *c.right))
        return tuple(dict.fromkeys((*terms, *self.forms)))

    def waits_for(self, contracts: Contracts) -> tuple[str, ...]:
        """What an installation lacks for the rule: forms, then a register's lines; empty where it is active."""
        lacking = tuple(form for form in self.forms_named if form not in contracts.forms)
        return lacking + ((self.needs,) if self.needs else ())


class Reading(Frozen):
    """A cell that a comparison reads: of which form and rows, from which filings, on which side of which measure."""

    measure: str
    comparison: Comparison
    side: Side
    relation: Relation
    form: str
    calendar: str
    field: str
    rows: Mapping[str, str]
    sign: Literal[1, -1]
    row_by: str | None


def readings(rule: CrossRule, contracts: Contracts) -> tuple[Reading, ...]:
    """All cells that an active rule reads in an installation; none of a rule that waits."""
    if rule.waits_for(contracts):
        return ()
    if rule.each_form is not None:
        latest = (contracts.latest(form) for form in contracts.forms)
        per_form = _months_of if rule.each_form == "roll_up" else _stocks_of
        return tuple(reading for contract in latest for reading in per_form(contract))
    return tuple(_of_term(rule, c, side, term, contracts) for c, side, term in _terms(rule))


def _terms(rule: CrossRule) -> Iterator[tuple[Compared, Side, Term]]:
    for c in rule.compare:
        yield from ((c, "left", term) for term in c.left)
        yield from ((c, "right", term) for term in c.right)


def _of_term(rule: CrossRule, c: Compared, side: Side, term: Term, contracts: Contracts) -> Reading:
    return Reading(
        measure=c.name,
        comparison="equal",
        side=side,
        relation=term.period,
        form=term.form,
        calendar=contracts.latest(term.form).calendar,
        field=term.field,
        rows=term.rows,
        sign=term.sign,
        row_by=rule.row_by,
    )


def _months_of(contract: FormContract) -> Iterator[Reading]:
    """X1: the cells of the form's own `roll_up` rules, each over months as it behaves."""
    for rule in contract.rules:
        if isinstance(rule, RollUp):
            for cell in rule.cells(contract):
                relation, comparison = _OVER_MONTHS[str(cell.behaviour)]
                yield _of_form(contract, cell.name, comparison, "left", relation, cell.name)
                yield _of_form(contract, cell.name, comparison, "right", "same", cell.name)


def _stocks_of(contract: FormContract) -> Iterator[Reading]:
    """X2: the pairs of the form's own `carry_over` rules."""
    for rule in contract.rules:
        if isinstance(rule, CarryOver):
            for opening, closing in rule.stocks(contract):
                yield _of_form(contract, opening, "equal", "left", "same", opening)
                yield _of_form(contract, opening, "equal", "right", "previous", closing)


def _of_form(
    contract: FormContract, measure: str, comparison: Comparison, side: Side, relation: Relation, field: str
) -> Reading:
    return Reading(
        measure=f"{contract.form}.{measure}",
        comparison=comparison,
        side=side,
        relation=relation,
        form=contract.form,
        calendar=contract.calendar,
        field=field,
        rows={},
        sign=1,
        row_by=WHOLE_GRAIN,
    )


def load_cross_rule(path: Path) -> CrossRule:
    """One rule from its file; raises `CrossRuleError`."""
    try:
        data = read_yaml(path)
    except ContractError as error:
        raise CrossRuleError(str(error)) from None
    if not isinstance(data, dict) or "id" not in data:
        raise CrossRuleError(f"{path.name}: a rule across reports is a YAML mapping that begins with `id:`")
    try:
        rule = CrossRule.model_validate(data)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        said = fault["msg"].removeprefix("Value error, ")
        raise CrossRuleError(f"{path.name}: {where}: {said}" if where else f"{path.name}: {said}") from None
    if path.name != f"X{int(rule.id[1:]):02}.yaml":
        raise CrossRuleError(f"{path.name}: the file of this rule is named X{int(rule.id[1:]):02}.yaml")
    for cause in rule.causes:
        if not load_code_list(CAUSES).known(cause):
            raise CrossRuleError(f"{path.name}: causes: {cause} is not in code list {CAUSES}")
    return rule


@lru_cache(maxsize=8)
def load_cross_rules(folder: Path = FOLDER) -> tuple[CrossRule, ...]:
    """Every rule in the order of its number. Raises `CrossRuleError` on the first file that does not hold."""
    rules = [load_cross_rule(path) for path in sorted(folder.glob("*.yaml"))]
    seen: dict[str, str] = {}
    for rule in rules:
        if rule.rule_id in seen:
            raise CrossRuleError(f"{rule.id}: rule_id {rule.rule_id} is that of {seen[rule.rule_id]} already")
        seen[rule.rule_id] = rule.id
    return tuple(rules)


def active_rules(contracts: Contracts, rules: Sequence[CrossRule] | None = None) -> tuple[CrossRule, ...]:
    """Rules whose forms an installation has; raises `CrossRuleError` where one names a cell that its form lacks."""
    chosen = load_cross_rules() if rules is None else rules
    active = tuple(rule for rule in chosen if not rule.waits_for(contracts))
    for rule in active:
        for _, _, term in _terms(rule):
            _check(rule, term, contracts.latest(term.form))
    return active


def _check(rule: CrossRule, term: Term, contract: FormContract) -> None:
    cells: Mapping[str, FormField] = {f.name: f for f in contract.measures}
    if term.field not in cells:
        raise CrossRuleError(f"{rule.id}: {term.field} is not a number of {term.form}")
    if rule.row_by is not None and rule.row_by not in contract.grain:
        raise CrossRuleError(f"{rule.id}: row_by: {rule.row_by} is not in the grain of {term.form}")
    for name, code in term.rows.items():
        code_list = contract.by_name[name].code_list if name in contract.grain else None
        if code_list is None:
            raise CrossRuleError(f"{rule.id}: rows: {name} is not a code of the grain of {term.form}")
        if not load_code_list(code_list).known(code):
            raise CrossRuleError(f"{rule.id}: rows: {code} is not in code list {code_list}")
