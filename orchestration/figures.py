"""Published indicator values, as a statistician reads them: now, or as known at an instant."""

from __future__ import annotations

import datetime as dt
from typing import Any

from psycopg.rows import dict_row

from warehouse.database import Database
from warehouse.settings import Settings


def values_query(
    period: str | None, area: str | None, indicator: str | None, parts: bool, at: dt.datetime | None
) -> tuple[str, dict[str, Any]]:
    """The query of `indicator_values` and its parameters; without `at`, of the figures as known now."""
    conditions = {"period": period, "area": area, "indicator": indicator}
    chosen = {k: v for k, v in conditions.items() if v is not None}
    where = [f"v.{k} = %({k})s" for k in chosen]
    where.append("true" if parts else "v.disaggregation = '{}'")
    if at is not None:
        where.append("v.known_from <= %(at)s and (v.known_to is null or v.known_to > %(at)s)")
    return (
        "select v.indicator, string_to_array(v.plan_rows, ';') as plan_rows, d.name_vi, d.name_en, v.measure,"
        " v.calendar, v.period, jsonb_build_object('code', v.area, 'at', p.window_to) as area, v.disaggregation,"
        " v.value, v.numerator, v.denominator, v.state, v.target_operator, v.target_value, v.target_state, v.met,"
        " v.met_provisional, v.coverage_reported, v.coverage_expected, v.source, v.definition_version,"
        " v.series_break, v.not_aligned, v.provisional, v.known_at"
        f" from marts.{'fct_indicator_values' if at is None else 'indicator_history'} as v"
        " inner join marts.dim_indicator as d on d.indicator = v.indicator and d.version = v.definition_version"
        " inner join marts.dim_period as p on p.calendar = v.calendar and p.period = v.period"
        f" where {' and '.join(where)} order by v.indicator, p.window_to, v.area, v.disaggregation",
        {**chosen, "at": at},
    )


def indicator_values(
    settings: Settings,
    period: str | None = None,
    area: str | None = None,
    indicator: str | None = None,
    parts: bool = False,
    at: dt.datetime | None = None,
) -> list[dict[str, Any]]:
    """Rows of `kho138 indicators`; empty where nothing is published.

    Totals only, `disaggregation` {}; with `parts` also the rows by offence, source, regime, form or unit.
    """
    database = Database(settings)
    database.ensure()
    with database.connect("statistician") as reader:
        if reader.execute("select to_regclass('marts.indicator_history')").fetchone() == (None,):
            return []
        by_name = reader.cursor(row_factory=dict_row)
        return by_name.execute(*values_query(period, area, indicator, parts, at)).fetchall()
