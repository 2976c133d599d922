"""What a report form is: fields, layout, envelope and validity, as frozen models.

A form is declared once, in one YAML file (`ingestion/forms/<agency>/<form>.v<N>.yaml`); this module gives that
file its types and refuses what does not hold together. The rules a form declares live in `contracts.rules`, the
reading of files in `contracts.loader`, everything derived from a contract in `ingestion.derive`.

Pure: Pydantic and the standard library only; no pandas, no database, no clock.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from ingestion.contracts.rules import AnyRule, Rule

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=63)]
Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}$")]

FieldType = Literal[
    "count",
    "amount_vnd",
    "number",
    "year",
    "code",
    "date",
    "text",
    "identifier",
    "boolean",
    "suppressible_count",
]
MEASURES: frozenset[str] = frozenset({"count", "amount_vnd", "number", "suppressible_count"})
TimeBehaviour = Literal["S", "O", "C", "D", "U", "L", "K", "Y"]
Rhythm = Literal["month", "quarter", "half", "year", "ad_hoc", "series"]
Sensitivity = Literal["public", "restricted", "sensitive", "personal"]


class Frozen(BaseModel):
    """A value: no attribute changes, no unknown key is taken."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Label(Frozen):
    """A name in two languages; Vietnamese is the legal term."""

    vi: str
    en: str = ""


class FormField(Frozen):
    """One cell of a form.

    `time` says how the cell behaves over periods (forms.md section 1): S flow, O opening, C closing, D subtotal,
    U distinct persons, L state on the last day, K cohort judged at the cut-off, Y cumulative within the year.
    `required`: yes (blank is a finding), conditional (a rule says when), no. `longest`: characters of a text.
    """

    name: Identifier
    label: Label
    type: FieldType = "count"
    time: TimeBehaviour | None = None
    required: Literal["yes", "conditional", "no"] = "yes"
    code_list: str | None = None
    sensitivity: Sensitivity | None = None
    reference: str = ""
    group: Label | None = None
    also_seen_as: tuple[str, ...] = ()
    longest: int | None = Field(default=None, ge=1)
    description: Label | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> FormField:
        if (self.type == "code") != (self.code_list is not None):
            raise ValueError(
                f"field {self.name}: a code field names its code_list, and only a code field does"
            )
        if self.longest is not None and self.type not in {"text", "identifier"}:
            raise ValueError(f"field {self.name}: longest is for text, in characters")
        return self

    @property
    def is_measure(self) -> bool:
        return self.type in MEASURES

    @property
    def behaviour(self) -> TimeBehaviour | None:
        """Time behaviour, `S` by default for a measure, none for a dimension."""
        return self.time or ("S" if self.is_measure else None)

    @property
    def label_en(self) -> str:
        """English label: the name with spaces, unless the contract says otherwise."""
        return self.label.en or self.name.replace("_", " ")


class Filer(Frozen):
    """A class of units that owes the form, with validity (`from`, `to` inclusive)."""

    unit_class: Identifier = Field(alias="class")
    valid_from: dt.date | None = Field(default=None, alias="from")
    valid_to: dt.date | None = Field(default=None, alias="to")

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def holds_on(self, day: dt.date) -> bool:
        return (self.valid_from or dt.date.min) <= day <= (self.valid_to or dt.date.max)


class Effective(Frozen):
    """First and last month (of the window's last day) in which the revision is used."""

    first: Month = Field(alias="from")
    last: Month | None = Field(default=None, alias="to")

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def holds_on(self, day: dt.date) -> bool:
        month = f"{day:%Y-%m}"
        return self.first <= month and (self.last is None or month <= self.last)


class Layout(Frozen):
    """Where the table stands on the sheet.

    `orientation`: `across` = a record a row, a field a column (registers, open tables); `down` = a field a row, a
    record a column (printed statistical forms with 40 lines and few columns). Rows are numbered from 1.
    `ends_at`: text that ends the table. The header is found by its labels; `header_row` is where templates put it.
    `numbers`: how numbers typed as text are read: `vi` 1.206,5 or `en` 1,206.5.
    """

    sheet: str
    header_row: int = Field(ge=1)
    orientation: Literal["across", "down"] = "across"
    ends_at: str | None = None
    numbers: Literal["vi", "en"] = "vi"


class FixedEnvelope(Frozen):
    """An envelope that the contract fixes, for tables that no body of the province fills (D7, D8)."""

    unit: str
    period: str


class DueDate(Frozen):
    """A date of its own on which a report is due, in place of working days after the cut-off.

    Every year on `month` and `day` (from `first_year` on), or once, `days` days after the date `after`. Calendar days,
    whether bodies work on them or not. `rows`: the date holds for lines that have these codes.
    """

    rows: Mapping[Identifier, str] = Field(default_factory=dict)
    month: int | None = Field(default=None, ge=1, le=12)
    day: int | None = Field(default=None, ge=1, le=31)
    first_year: int | None = None
    after: dt.date | None = None
    days: int | None = Field(default=None, ge=0)
    legal_basis: str = ""
    mark: Literal["V", "D", "P", "R"]

    @model_validator(mode="after")
    def _is_one_date(self) -> DueDate:
        yearly, once = (self.month, self.day), (self.after, self.days)
        if (None in yearly) == (None in once) or any(
            x is not None for x in (yearly if None in yearly else once)
        ):
            raise ValueError("a due date is month and day, or days after a date")
        if self.month is not None and self.day is not None:
            dt.date(2021, self.month, self.day)  # of every year: 29/02 is none
        if self.first_year is not None and self.month is None:
            raise ValueError("first_year goes with month and day")
        return self


class OwnInitiative(Frozen):
    """What a body reports unasked (ad hoc): the date field of its event, and working days from there to the deadline."""

    event: Identifier
    working_days: int = Field(ge=0)
    legal_basis: str = ""
    mark: Literal["V", "D", "P", "R"]


class FormContract(Frozen):
    """A revision of a report form: what is asked, of whom, when, and by which rules it is judged."""

    form: Identifier
    revision: int = Field(ge=1)
    agency: Identifier
    family: Literal["province", "reference"] = "province"
    kind: Literal["aggregate", "register", "table"] = "aggregate"
    title: Label
    rhythms: tuple[Rhythm, ...]
    calendar: Identifier
    effective: Effective
    filed_by: tuple[Filer, ...] = ()
    due: Mapping[Identifier, int] = Field(default_factory=dict)
    due_mark: Literal["V", "D", "P", "R"] = "P"
    due_dates: tuple[DueDate, ...] = ()
    own_initiative: OwnInitiative | None = None
    # What is intended, not counted: it is filed on any day, its period need not have ended.
    is_plan: bool = False
    offers_nil_return: bool = True
    is_requested: bool = False
    sensitivity: Literal["public", "restricted", "personal"]
    legal_basis: str = ""
    layout: Layout
    envelope: FixedEnvelope | None = None
    grain: tuple[Identifier, ...] = ()
    fixed_rows: tuple[Mapping[Identifier, tuple[str, ...] | Literal["valid_in_window"]], ...] = ()
    fields: tuple[FormField, ...] = Field(min_length=1)
    rules: tuple[AnyRule, ...] = ()
    source: str = ""
    note: Label | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> FormContract:
        names = [f.name for f in self.fields]
        for name, times in Counter(names).items():
            if times > 1:
                raise ValueError(f"{self.form}: field {name} is declared {times} times")
        for name in (*self.grain, *(key for row in self.fixed_rows for key in row)):
            if name not in names:
                raise ValueError(f"{self.form}: the grain names {name}, which is not a field")
        for rule_id, times in Counter(r.id for r in self.rules).items():
            if times > 1:
                raise ValueError(f"{self.form}: rule {rule_id} is declared {times} times")
        self._dates_hold_together()
        self._personal_holds_together()
        if not self.form.startswith(self.agency + "__"):
            raise ValueError(f"{self.form}: the form id starts with its agency, {self.agency}__")
        for heading, times in Counter(self.heading(f).vi for f in self.fields).items():
            if times > 1:
                raise ValueError(f"{self.form}: label «{heading}» is repeated; give the fields a group (D53)")
        for rule in self.rules:
            for field in rule.fields_used():
                if field not in names:
                    raise ValueError(f"{self.form}: rule {rule.id} names {field}, which is not a field")
        return self

    def _personal_holds_together(self) -> None:
        if (self.sensitivity == "personal" or self.personal_fields) and len(self.legal_basis.split()) < 4:
            raise ValueError(f"{self.form}: a personal form says its legal_basis in a sentence")
        personal = {f.name: f.type for f in self.personal_fields}
        if personal and self.layout.orientation != "across":
            raise ValueError(f"{self.form}: a form with personal fields has a record a row")
        for name, kind in personal.items():
            if kind not in {"text", "date", "identifier"} or name in self.grain:
                raise ValueError(
                    f"{self.form}: {name} is personal: a text, date or identifier outside the grain"
                )
        for kind in ("date", "identifier"):
            if list(personal.values()).count(kind) > 1:
                raise ValueError(f"{self.form}: two personal fields are of type {kind}; one identifies")
        for rule in self.sql_rules():
            read = {*rule.fields_used(), *(c.field for c in rule.when if c.field)}
            if never := sorted(read & personal.keys()):
                raise ValueError(f"{self.form}: rule {rule.id} runs in SQL and {never[0]} never lands (D2)")

    def _dates_hold_together(self) -> None:
        fields = self.by_name
        if self.due and self.due_dates:
            raise ValueError(f"{self.form}: due is in working days or by due_dates, not both")
        for name in (name for date in self.due_dates for name in date.rows):
            if name not in fields or fields[name].type != "code":
                raise ValueError(f"{self.form}: due_dates names {name}, which is not a code field")
        if self.own_initiative is not None:
            event = fields.get(self.own_initiative.event)
            if event is None or event.type != "date":
                raise ValueError(
                    f"{self.form}: own_initiative names {self.own_initiative.event}, which is not a date"
                )
            if "ad_hoc" not in self.rhythms or not self.grain:
                raise ValueError(f"{self.form}: own_initiative is for an ad hoc form with a grain")

    def __hash__(self) -> int:
        # Mappings inside have no hash of their own; equal contracts have equal keys.
        return hash(self.key)

    @property
    def key(self) -> str:
        return f"{self.form}.v{self.revision}"

    @property
    def relation(self) -> str:
        """Name shared by the landing table and what is derived beside it."""
        return f"{self.form}__v{self.revision}"

    @property
    def landing_table(self) -> str:
        return f"landing.{self.relation}"

    @property
    def by_name(self) -> Mapping[str, FormField]:
        return {f.name: f for f in self.fields}

    def is_personal(self, field: FormField) -> bool:
        return (field.sensitivity or self.sensitivity) == "personal"

    @property
    def personal_fields(self) -> tuple[FormField, ...]:
        """Fields whose values go to the vault and never land."""
        return tuple(f for f in self.fields if self.is_personal(f))

    @property
    def landed_fields(self) -> tuple[FormField, ...]:
        return tuple(f for f in self.fields if not self.is_personal(f))

    @property
    def personal_number(self) -> FormField | None:
        return next((f for f in self.personal_fields if f.type == "identifier"), None)

    @property
    def personal_date(self) -> FormField | None:
        return next((f for f in self.personal_fields if f.type == "date"), None)

    @property
    def pseudonym_columns(self) -> tuple[str, ...]:
        """What lands in place of personal fields."""
        found = (
            ("birth_year_band", self.personal_date),
            ("national_id_key", self.personal_number),
            ("person_key", self.personal_fields),
        )
        return tuple(name for name, source in found if source)

    @property
    def measures(self) -> tuple[FormField, ...]:
        return tuple(f for f in self.fields if f.is_measure and f.name not in self.grain)

    @property
    def required_fields(self) -> tuple[FormField, ...]:
        return tuple(f for f in self.fields if f.required == "yes")

    @property
    def flows(self) -> tuple[FormField, ...]:
        """Cells that a nil return sets to zero: S, U and K (D52)."""
        return tuple(f for f in self.measures if f.behaviour in {"S", "U", "K"})

    def heading(self, field: FormField) -> Label:
        """What is printed for the field: its label, with its group where the label is repeated (D53)."""
        repeated = sum(1 for f in self.fields if f.label.vi == field.label.vi) > 1
        if repeated and field.group:
            return Label(
                vi=f"{field.group.vi} › {field.label.vi.lstrip('– ')}",
                en=f"{field.group.en} › {field.label_en}",
            )
        return Label(vi=field.label.vi, en=field.label_en)

    def filer_classes(self, day: dt.date) -> tuple[str, ...]:
        """Classes of units that owe the form on a day."""
        return tuple(f.unit_class for f in self.filed_by if f.holds_on(day))

    def rule(self, rule_id: str) -> Rule:
        """The rule of that id; `KeyError` where there is none."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(rule_id)

    def sql_rules(self) -> Iterator[Rule]:
        return (r for r in self.rules if r.runs_in == "sql")

    def gate_rules(self) -> Iterator[Rule]:
        return (r for r in self.rules if r.runs_in == "gate")

    def fingerprint_of(self) -> dict[str, Any]:
        """What may not change once a revision was released (D11): names, types, grain, code lists, rules.

        Labels and sentences are free: a better wording does not change what a number means.
        """
        return {
            "form": self.form,
            "revision": self.revision,
            "calendar": self.calendar,
            "rhythms": list(self.rhythms),
            "grain": list(self.grain),
            "fixed_rows": [
                {k: v if isinstance(v, str) else list(v) for k, v in row.items()} for row in self.fixed_rows
            ],
            "fields": [
                [f.name, f.type, f.behaviour, f.required, f.code_list, f.sensitivity or self.sensitivity]
                for f in self.fields
            ],
            "rules": [r.model_dump(mode="json", exclude={"sentence", "legal_basis"}) for r in self.rules],
        }
