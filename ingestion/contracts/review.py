"""Thresholds and words of the review: read from `data/review.yaml`; what is counted by them is the registry's.

All are proposed (mark P), for the province to decide.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ingestion.contracts.calendars import DATA
from ingestion.contracts.loader import read_yaml


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reason(_Data):
    """Why a body may be inspected: from `at_least` on, `count` times `weight`. The words take `{count}`, `{months}`."""

    reason: Literal[
        "plan_missing",
        "reports_missing",
        "returned_in_a_row",
        "discrepancies_open",
        "corrected_after_filing",
        "filed_late",
    ]
    at_least: int = Field(ge=1)
    weight: int = Field(ge=1)
    mark: str
    vi: str
    en: str
    asked_vi: str
    asked_en: str


class _Within(_Data):
    working_days: int = Field(ge=1)
    mark: str


class _Months(_Data):
    months: int = Field(ge=1, le=24)
    mark: str


class _AtLeast(_Data):
    at_least: int = Field(ge=1)
    mark: str


class Review(_Data):
    replaced_within: _Within
    missing_within: _Months
    rewarded: _AtLeast
    inspected: tuple[Reason, ...]


@lru_cache(maxsize=1)
def load_review() -> Review:
    return Review.model_validate(read_yaml(DATA / "review.yaml"))
