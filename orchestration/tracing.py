"""From a figure back to its cell: the rows of a form by key, with file, sheet and cell, and how long they held."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingestion.contracts.loader import Contracts
from ingestion.parsing.sheets import address
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
                f"select s.submission_id, s.file_sha256, s.cell_map, r.at_index, r.row_no, r.{field}{state}, s.known_from,"
                f" s.known_to, s.unit, s.period from {contract.landing_table} as r"
                " inner join registry.submission as s on s.submission_id = r.submission_id"
                f" where s.known_from is not null and {where or 'true'}"
                " order by s.submission_id desc, r.row_no",
                list(key.values()),
            ).fetchall()
        for sid, sha, cell_map, at, row_no, value, value_state, known_from, known_to, unit, period in rows:
            line = (cell_map or {}).get("fields", {}).get(field)
            across = (cell_map or {}).get("orientation") == "across"
            cells.append(
                {
                    "submission_id": sid,
                    "file_sha256": sha,
                    "unit": unit,
                    "period": period,
                    "sheet": (cell_map or {}).get("sheet"),
                    "cell": None if line is None else address(at, line) if across else address(line, at),
                    "row_no": row_no,
                    "field": field,
                    "value": value,
                    "value_state": value_state,
                    "in_force_from": known_from,
                    "in_force_to": known_to,
                }
            )
    return cells
