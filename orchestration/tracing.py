"""From a figure back to its cells: by the key of a form's row, or by an indicator, period and area.

Each cell comes with its file's hash, sheet and address, and how long its filing was in force.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ingestion.contracts.loader import Contracts
from ingestion.parsing.place import cell_in
from warehouse.database import Database
from warehouse.errors import Kho138Error


def trace_form(
    database: Database, contracts: Contracts, form: str, key: Mapping[str, str], field: str
) -> list[dict[str, Any]]:
    """Cells of `field` on the accepted rows of a form that match a key; newest filing first.

    `key` names fields of the form, or `unit` and `period`. Raises `Kho138Error` for unknown names.
    """
    cells: list[dict[str, Any]] = []
    if form not in contracts.forms:
        raise Kho138Error(f"{form} is not a form; `kho138 forms` lists them.")
    for contract in reversed(contracts.revisions(form)):
        unknown = [n for n in (*key, field) if n not in contract.by_name and n not in {"unit", "period"}]
        if unknown:
            raise Kho138Error(
                f"{unknown[0]} is not a field of {contract.key}; `kho138 forms {form}` lists them."
            )
        state = f", r.{field}_state" if contract.by_name[field].type == "suppressible_count" else ", null"
        where = " and ".join(
            f"s.{n} = %s" if n in {"unit", "period"} and n not in contract.by_name else f"r.{n}::text = %s"
            for n in key
        )
        with database.connect("loader") as connection:
            rows = connection.execute(
                f"select s.submission_id, s.file_sha256, s.cell_map, r.at_index, r.row_no, r.{field}{state}, v.known_from,"
                f" v.known_to, s.unit, s.period from {contract.landing_table} as r"
                " inner join registry.submission as s on s.submission_id = r.submission_id"
                " inner join registry.in_force as v on v.submission_id = r.submission_id"
                f" where {where or 'true'} order by s.submission_id desc, v.known_from desc, r.row_no",
                list(key.values()),
            ).fetchall()
        for sid, sha, cell_map, at, row_no, value, value_state, known_from, known_to, unit, period in rows:
            cells.append(
                {
                    "submission_id": sid,
                    "file_sha256": sha,
                    "unit": unit,
                    "period": period,
                    "sheet": (cell_map or {}).get("sheet"),
                    "cell": cell_in(cell_map, field, at),
                    "row_no": row_no,
                    "field": field,
                    "value": value,
                    "value_state": value_state,
                    "in_force_from": known_from,
                    "in_force_to": known_to,
                }
            )
    return cells


_CELLS = """
select s.submission_id, s.file_sha256, s.cell_map, c.at_index, c.field, c.value, c.known_from, c.known_to, s.unit,
    s.form, c.side, c.sign, s.period
from intermediate.int_indicators__by_unit as b
inner join intermediate.int_indicators__cells as c
    on c.indicator = b.indicator and c.version = b.version and c.form = b.form and c.unit = b.unit
    and c.calendar = b.calendar and c.period = b.period and c.is_own = b.is_own
inner join registry.submission as s on s.submission_id = c.submission_id
left join registry.code as u on u.list = 'unit' and u.code = s.unit and s.window_to between u.valid_from and u.valid_to
where b.indicator = %(indicator)s and b.period = %(period)s and b.disaggregation = '{}'
    and b.known_from <= %(at)s and (b.known_to is null or b.known_to > %(at)s)
    and c.known_from <= %(at)s and (c.known_to is null or c.known_to > %(at)s)
    and c.is_counted and c.row_no is not null
    and (%(area)s = '24' or u.attributes ->> 'area' = %(area)s)
order by c.side desc, c.field, s.unit, s.window_from, c.row_no
"""


def trace_indicator(
    database: Database, indicator: str, period: str, at: dt.datetime, area: str = "24"
) -> dict[str, Any]:
    """An indicator's published value, as known at an instant, with every cell that its two sides are made of.

    Raises `Kho138Error` when nothing was published for that indicator, period and area.
    """
    with database.connect("builder") as connection:
        if connection.execute("select to_regclass('marts.indicator_history')").fetchone() == (None,):
            raise Kho138Error("Nothing is published yet; run `kho138 build`.")
        value = connection.execute(
            "select value, numerator, denominator, state from marts.indicator_history"
            " where indicator = %s and period = %s and area = %s and disaggregation = '{}'"
            " and known_from <= %s and (known_to is null or known_to > %s)",
            [indicator, period, area, at, at],
        ).fetchone()
        if value is None:
            raise Kho138Error(f"No figure of {indicator} is published for {period}, area {area}.")
        rows = connection.execute(
            _CELLS, {"indicator": indicator, "period": period, "area": area, "at": at}
        ).fetchall()
    cells = [
        {
            "submission_id": sid, "file_sha256": sha, "unit": unit, "form": form, "period": filed,
            "sheet": (cell_map or {}).get("sheet"), "cell": cell_in(cell_map, field, at), "field": field, "side": side,
            "sign": sign, "value": cell, "in_force_from": known_from, "in_force_to": known_to,
        }
        for sid, sha, cell_map, at, field, cell, known_from, known_to, unit, form, side, sign, filed in rows
    ]  # fmt: skip
    return {
        "indicator": indicator, "period": period, "area": area, "value": value[0], "numerator": value[1],
        "denominator": value[2], "state": value[3], "cells": cells,
    }  # fmt: skip
