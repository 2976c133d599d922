"""The discrepancy ledger in the registry: what builds found, and the answers to it. The only writer of its tables.

`record` belongs to the transaction that publishes a build; `answer` shows at once, without a build: `discrepancies`
reads what was published beside the newest answer. What is compared and explained is the dbt project's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.rows import dict_row

from ingestion.contracts.cross_rules import CrossRule, load_cross_rules
from ingestion.contracts.loader import Contracts
from ingestion.registry.events import Event, add_events, stated
from warehouse.errors import Kho138Error

ANSWER_STATES = ("answered", "accepted_as_is")

_COLUMNS = (
    "discrepancy_key", "rule", "rule_id", "measure", "scope", "body", "row_key", "period", "period_kind",
    "left_calendar", "right_calendar", "left_from", "left_to", "right_from", "right_to", "left_form", "left_fields",
    "left_value", "right_form", "right_fields", "right_value", "comparison", "difference", "explained", "residual",
    "causes_offered", "not_aligned", "cut_off_bound", "missing_reports", "owner_agency", "owner_unit",
    "first_found_at", "last_found_at", "greatest_difference", "sentence_vi", "sentence_en", "legal_basis", "mark",
)  # fmt: skip

# An answer speaks of the difference that its author saw.
_STATE = "registry.discrepancy_state(d.difference, d.residual, case when a.difference = d.difference then a.state end)"


def record(connection: psycopg.Connection, now: dt.datetime) -> int:
    """Adds what waits in `wap.fct_discrepancies` to the ledger, and brings known rows up to date; how many rows.

    The builder's, inside the transaction that publishes the same rows.
    """
    names = ", ".join(_COLUMNS)
    kept = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])
    cursor = connection.execute(
        f"insert into registry.discrepancy ({names}, recorded_at) select {names}, %s from wap.fct_discrepancies"
        f" where is_compared on conflict (discrepancy_key) do update set {kept}",
        [now],
    )
    return cursor.rowcount


def discrepancies(
    connection: psycopg.Connection, chosen: Mapping[str, str | None] | None = None
) -> list[dict[str, Any]]:
    """The published ledger with the newest answers; `chosen` filters by period, rule, unit (body or owner), state."""
    if connection.execute("select to_regclass('marts.fct_discrepancies')").fetchone() == (None,):
        return []
    filters = {name: value for name, value in (chosen or {}).items() if value is not None}
    conditions = {
        "period": "d.period = %(period)s",
        "rule": "d.rule = %(rule)s",
        "unit": "%(unit)s in (d.body, d.owner)",
        "state": f"{_STATE} = %(state)s",
    }
    where = " and ".join(conditions[name] for name in filters) or "true"
    return (
        connection.cursor(row_factory=dict_row)
        .execute(
            "select d.discrepancy_key as key, d.rule, d.rule_id, d.sentence_vi, d.sentence_en, d.period, d.cut, d.body,"
            " d.left_form, d.left_fields, d.left_calendar, d.left_to as left_cut_off, d.left_value,"
            " d.right_form, d.right_fields, d.right_calendar, d.right_to as right_cut_off, d.right_value,"
            " d.comparison, d.difference, d.explained, d.residual, string_to_array(d.causes_offered, ' ') as causes_offered,"
            " d.not_aligned, d.cut_off_bound, d.may_be_cut_off, d.missing_reports, d.is_compared, d.owner, d.owner_agency,"
            f" d.owner_unit, {_STATE} as state, a.answer, a.answered_by,"
            " a.answered_at, d.first_found_at, d.last_found_at, d.greatest_difference, d.legal_basis, d.mark"
            " from marts.fct_discrepancies as d"
            " left join registry.newest_answer as a on a.discrepancy_key = d.discrepancy_key"
            f" where {where}"
            " order by substr(d.rule, 2)::integer, d.left_to, d.period, d.cut, d.discrepancy_key",
            filters,
        )
        .fetchall()
    )


def answer(
    connection: psycopg.Connection, key: str, *, text: str, by: str, state: str, now: dt.datetime
) -> dict[str, Any]:
    """Adds a body's answer to a row of the ledger, with its event. Raises `Kho138Error` with nothing changed."""
    if state not in ANSWER_STATES:
        raise Kho138Error(
            f"--state is one of {', '.join(ANSWER_STATES)}, not {state[:40]}.",
            vi=f"--state là một trong: {', '.join(ANSWER_STATES)}.",
        )
    text, by = stated("text", text), stated("by", by)
    with connection.transaction(), connection.cursor() as cursor:
        found = cursor.execute(
            f"select d.difference, d.residual, {_STATE} from registry.discrepancy as d"
            " left join registry.newest_answer as a on a.discrepancy_key = d.discrepancy_key"
            " where d.discrepancy_key = %s",
            [key],
        ).fetchone()
        if found is None:
            raise Kho138Error(
                f"{key[:40]} is not a key of the ledger; `kho138 discrepancies` lists them.",
                vi=f"Không có dòng chênh lệch {key[:40]}; xem danh sách bằng lệnh kho138 discrepancies.",
            )
        difference, residual, before = found
        if difference == 0:
            raise Kho138Error(
                f"{key} was corrected: the two sides agree now, there is nothing to answer.",
                vi=f"{key} đã được sửa: hai bên đã khớp, không còn gì phải giải trình.",
            )
        cursor.execute(
            "insert into registry.discrepancy_answer (discrepancy_key, state, answer, difference, answered_by, answered_at)"
            " values (%s, %s, %s, %s, %s, %s)",
            [key, state, text, difference, by, now],
        )
        row = cursor.execute(
            "select registry.discrepancy_state(%s, %s, %s)", [difference, residual, state]
        ).fetchone()
        assert row is not None
        said = Event(
            now,
            by,
            "answer",
            subject="discrepancy",
            subject_key=key,
            from_state=before,
            to_state=row[0],
            reason=text,
        )
        add_events(cursor, [said])
    return {"key": key, "state": row[0], "answer": text, "answered_by": by, "answered_at": now}


def rules_of(contracts: Contracts) -> list[dict[str, Any]]:
    """Every rule across reports, active or with what it waits for (`kho138 discrepancies --rules`)."""
    return [_described(rule, contracts) for rule in load_cross_rules()]


def _described(rule: CrossRule, contracts: Contracts) -> dict[str, Any]:
    waits_for = rule.waits_for(contracts)
    return {
        "rule": rule.id,
        "rule_id": rule.rule_id,
        "sentence_vi": rule.sentence.vi,
        "sentence_en": rule.sentence.en,
        "is_active": not waits_for,
        "waits_for": list(waits_for),
        "scope": rule.scope,
        "periods": list(rule.kinds),
        "match_key": rule.match_key,
        "causes": list(rule.causes),
        "severity": rule.severity,
        "legal_basis": rule.legal_basis,
        "mark": rule.mark,
    }
