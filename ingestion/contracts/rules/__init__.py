"""Rule kinds: the closed set that a contract may use (forms.md 1.1, D9).

A check that no kind can say needs a new kind, here: one class with its sentence, its SQL, its legal basis and its
counter-example. Built-in findings of the reader (wrong type, unknown code, missing header) are no rules; they stand
in `ingestion.parsing.builtin`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ingestion.contracts.rules.across import CarryOver, CrossFormEquals, RollUp, TransfersCancel
from ingestion.contracts.rules.arithmetic import (
    BetweenMaxAndSum,
    EqualsSum,
    NotBelow,
    OfWhichNotAbove,
    PartsNotAbove,
    PlausibleRange,
    PositiveWhen,
    StockFlow,
)
from ingestion.contracts.rules.base import (
    Check,
    Filing,
    GroupCheck,
    Offence,
    QueryCheck,
    RowCheck,
    Rule,
    Sentence,
    literal,
)
from ingestion.contracts.rules.codes import CodeFollows, CodeValidOnDate, EligibleByMatrix, filers_list
from ingestion.contracts.rules.dates import DateOrder, TimeLimit, WithinPeriod
from ingestion.contracts.rules.identity import (
    NoIdentityInText,
    holds_identity,
    is_no_number_of_a_document,
    may_name_a_person,
    withheld,
)
from ingestion.contracts.rules.keys import LineReturns, RefersTo, SameWithinGroup, Unique, UniqueWithin
from ingestion.contracts.rules.personal import AgeBandFollowsBirthDate, PersonalFilled, canonical_number
from ingestion.contracts.rules.presence import (
    Filled,
    ForbiddenIf,
    NilReturn,
    RequiredIf,
    RowsPresent,
    ValueIs,
)

KINDS: tuple[type[Rule], ...] = (
    EqualsSum,
    StockFlow,
    OfWhichNotAbove,
    PartsNotAbove,
    BetweenMaxAndSum,
    RequiredIf,
    ForbiddenIf,
    NotBelow,
    PositiveWhen,
    Filled,
    ValueIs,
    RowsPresent,
    NilReturn,
    CarryOver,
    RollUp,
    Unique,
    SameWithinGroup,
    DateOrder,
    WithinPeriod,
    CodeValidOnDate,
    CodeFollows,
    TimeLimit,
    LineReturns,
    RefersTo,
    EligibleByMatrix,
    CrossFormEquals,
    TransfersCancel,
    PlausibleRange,
    NoIdentityInText,
    PersonalFilled,
    AgeBandFollowsBirthDate,
    UniqueWithin,
)

AnyRule = Annotated[
    EqualsSum
    | StockFlow
    | OfWhichNotAbove
    | PartsNotAbove
    | BetweenMaxAndSum
    | RequiredIf
    | ForbiddenIf
    | NotBelow
    | PositiveWhen
    | Filled
    | ValueIs
    | RowsPresent
    | NilReturn
    | CarryOver
    | RollUp
    | Unique
    | SameWithinGroup
    | DateOrder
    | WithinPeriod
    | CodeValidOnDate
    | CodeFollows
    | TimeLimit
    | LineReturns
    | RefersTo
    | EligibleByMatrix
    | CrossFormEquals
    | TransfersCancel
    | PlausibleRange
    | NoIdentityInText
    | PersonalFilled
    | AgeBandFollowsBirthDate
    | UniqueWithin,
    Field(discriminator="kind"),
]

__all__ = [
    "KINDS",
    "AgeBandFollowsBirthDate",
    "AnyRule",
    "CarryOver",
    "Check",
    "CodeValidOnDate",
    "Filing",
    "ForbiddenIf",
    "GroupCheck",
    "NoIdentityInText",
    "Offence",
    "PersonalFilled",
    "QueryCheck",
    "RollUp",
    "RowCheck",
    "Rule",
    "Sentence",
    "canonical_number",
    "filers_list",
    "holds_identity",
    "is_no_number_of_a_document",
    "literal",
    "may_name_a_person",
    "withheld",
]
