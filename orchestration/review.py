"""What the command line and Dagster's checks ask of the review: punctuality, bodies to inspect, bodies to reward.

Each opens the installation; the counting is `ingestion.registry.review`'s.
"""

from __future__ import annotations

from typing import Any

from ingestion.contracts.review import load_review
from ingestion.registry import review
from ingestion.registry.obligations import check_chosen
from orchestration.regime import registry_of
from warehouse.database import Database
from warehouse.settings import Settings


def punctuality(
    settings: Settings, first: str | None = None, last: str | None = None, unit: str | None = None
) -> list[dict[str, Any]]:
    """How punctual each body was, by year and half. Raises `Kho138Error` for what is no year, half or unit."""
    with registry_of(settings) as (connection, contracts, now):
        check_chosen(connection, contracts, None, unit, None)
        return review.punctuality(connection, now, first, last, unit)


def inspections(settings: Settings, year: int | None = None) -> tuple[int, list[dict[str, Any]]]:
    """The year (this one, where none is said), and the bodies to inspect with the reasons in words."""
    with registry_of(settings) as (connection, contracts, now):
        chosen = now.year if year is None else year
        open_ones = _open_discrepancies(settings)
        return chosen, review.inspections(connection, contracts, load_review(), now, chosen, open_ones)


def rewards(settings: Settings, year: int | None = None) -> tuple[int, list[dict[str, Any]]]:
    """The year (this one, where none is said), and the bodies that were always on time in it so far."""
    with registry_of(settings) as (connection, _, now):
        chosen = now.year if year is None else year
        return chosen, review.rewards(connection, load_review(), now, chosen, _open_discrepancies(settings))


def _open_discrepancies(settings: Settings) -> dict[str, int]:
    with Database(settings).connect("statistician") as reader:
        return review.open_discrepancies(reader)
