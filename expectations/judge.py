"""Judging many submissions in one pass: Great Expectations decides and counts, the rules' own SQL locates (D4).

Great Expectations returns at most 200 offending records; the count it gives must equal the cells located, else the
judgement fails loudly. One judge runs at a time; what it judges stands in `registry.judging`.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import psycopg

from expectations.suite import expectations_of
from ingestion.contracts.loader import Contracts
from ingestion.contracts.models import FormContract
from ingestion.derive.landing_table import JudgeView, NamedCheck, judge_views, locate_sql
from ingestion.parsing.place import cell_in
from ingestion.registry import submissions
from ingestion.registry.anchor import anchor_head
from ingestion.registry.submissions import Finding
from warehouse.clock import Clock
from warehouse.database import Database
from warehouse.errors import Kho138Error


class JudgementError(Kho138Error):
    """The verdict and the located cells do not agree: a defect of ours, and nothing is accepted on it."""


@lru_cache(maxsize=1)
def _context() -> Any:
    # Read by the library at import; there is no other switch before it.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    return context


@lru_cache(maxsize=8)
def source_of(url: str, schema: str) -> Any:
    """The library's data source of a schema; made once a process. It takes the schema from the connection."""
    return _context().data_sources.add_or_update_sql(
        f"kho138-{schema}-{abs(hash(url))}", connection_string=f"{url}&options=-csearch_path%3D{schema}"
    )


@lru_cache(maxsize=512)
def _prepared(url: str, view: JudgeView) -> tuple[Any, Any]:
    """Batch definition and suite of a view; made once a process."""
    import great_expectations as gx

    source = source_of(url, "landing")
    name = view.name
    asset = next((a for a in source.assets if a.name == name), None) or source.add_table_asset(
        name, table_name=name
    )
    definition = next(
        (b for b in asset.batch_definitions if b.name == "judging"), None
    ) or asset.add_batch_definition("judging")
    return definition, gx.ExpectationSuite(name=name, expectations=expectations_of(view))


def verdict(database: Database, view: JudgeView) -> dict[str, int]:
    """Offences counted by Great Expectations, by check column; checks that hold are left out."""
    definition, suite = _prepared(database.url("loader"), view)
    result = definition.get_batch().validate(
        suite, result_format={"result_format": "BASIC", "partial_unexpected_count": 0}
    )
    counts: dict[str, int] = {}
    for one in result.results:
        if one.exception_info and one.exception_info.get("raised_exception"):
            raise JudgementError(f"{view.name}: the check could not be evaluated; nothing was accepted.")
        # The sum over no rows at all is unknown to the library, and no offence.
        if not one.success and (count := int(one.result["observed_value"] or 0)):
            counts[one.expectation_config.meta["column"]] = count
    return counts


def judge_received(database: Database, contracts: Contracts, clock: Clock, actor: str) -> list[int]:
    """Judges every submission in state *received*: findings, states, force. Returns their ids."""
    with database.connect("loader", autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", [submissions.JUDGE_LOCK])
        try:
            connection.execute("delete from registry.judging")
            _prepare_received(database, connection, contracts)
            rows = connection.execute(
                "insert into registry.judging (submission_id)"
                " select submission_id from registry.submission where state = 'received' returning submission_id"
            ).fetchall()
            ids = sorted(int(r[0]) for r in rows)
            if ids:
                _judge(database, connection, contracts, clock, actor)
            connection.execute("delete from registry.judging")
        finally:
            connection.execute("select pg_advisory_unlock(%s)", [submissions.JUDGE_LOCK])
    return ids


def _prepare_received(database: Database, connection: psycopg.Connection, contracts: Contracts) -> None:
    """Suites of the forms that wait. The library reads from each view when it is first named: while nothing is under
    judgement the view is empty, and that costs no pass over the rows."""
    waiting = connection.execute(
        "select distinct form, revision from registry.submission where state = 'received' order by 1, 2"
    ).fetchall()
    for form, revision in waiting:
        for ledger in (False, True):
            for view in judge_views(contracts[f"{form}.v{revision}"], ledger):
                _prepared(database.url("loader"), view)


def _judge(
    database: Database, connection: psycopg.Connection, contracts: Contracts, clock: Clock, actor: str
) -> None:
    forms = _forms_judged(connection, contracts)
    for form in forms:
        _find(database, connection, form, ledger=False, now=clock.now())
    with connection.transaction(), connection.cursor() as cursor:
        submissions.conclude(cursor, clock.now(), actor)
    anchor_head(database.settings, connection)
    # Comparisons with other reports read what is in force, this batch included, and change no state (D10).
    for form in forms:
        _find(database, connection, form, ledger=True, now=clock.now())


def _forms_judged(connection: psycopg.Connection, contracts: Contracts) -> Sequence[FormContract]:
    rows = connection.execute(
        "select distinct s.form, s.revision from registry.judging as j"
        " inner join registry.submission as s on s.submission_id = j.submission_id order by 1, 2"
    ).fetchall()
    return [contracts[f"{form}.v{revision}"] for form, revision in rows]


def _find(
    database: Database, connection: psycopg.Connection, form: FormContract, *, ledger: bool, now: dt.datetime
) -> None:
    for view in judge_views(form, ledger):
        counts = verdict(database, view)
        failing = tuple(n for n in view.checks if n.column in counts)
        if failing:
            _locate(connection, form, view, failing, counts, ledger, now)


def _locate(
    connection: psycopg.Connection,
    form: FormContract,
    view: JudgeView,
    failing: tuple[NamedCheck, ...],
    counts: dict[str, int],
    ledger: bool,
    now: dt.datetime,
) -> None:
    maps: dict[int, dict[str, Any]] = dict(
        connection.execute(
            "select s.submission_id, s.cell_map from registry.judging as j"
            " inner join registry.submission as s on s.submission_id = j.submission_id where s.form = %s",
            [form.form],
        ).fetchall()
    )
    found: list[tuple[int, Finding]] = []
    for named in failing:
        rows = connection.execute(
            f"select * from (\n{locate_sql(form, view, (named,))}\n) as located"
            " order by submission_id, row_no, field"
        ).fetchall()
        units = _offences(view, named, rows)
        envelope = (
            all(c.field.startswith("envelope.") for c in getattr(named.check, "cells", ()))
            and view.kind == "rows"
        )
        if not rows or (not envelope and units != counts[named.column]):
            raise JudgementError(
                f"{form.key}: rule {named.rule.id}: {counts[named.column]} offences counted, {units} located; nothing was accepted."
            )
        found.extend(
            (r[1], _finding(form, named, maps.get(r[1]) or {}, r[2], r[3], r[4], r[5], r[6], ledger))
            for r in rows
        )
    with connection.transaction(), connection.cursor() as cursor:
        submissions.add_findings(cursor, found, now)


def _offences(view: JudgeView, named: NamedCheck, rows: Sequence[tuple[Any, ...]]) -> int:
    """Offences behind located cells, as Great Expectations counts them: lines of the judge view."""
    if view.kind == "rows":
        return len({(r[1], r[2]) for r in rows})
    # A group is located once for each cell that its check marks; a query line is a cell.
    return len(rows) // len(getattr(named.check, "cells", (None,)))


def _finding(
    form: FormContract,
    named: NamedCheck,
    cells: dict[str, Any],
    row_no: int | None,
    at: int | None,
    field: str | None,
    observed: str | None,
    expected: str | None,
    ledger: bool,
) -> Finding:
    says = named.rule.says()
    label = form.heading(form.by_name[field]) if field is not None and field in form.by_name else None
    vi, en = says.vi, says.en
    if label is not None:
        vi, en = f"«{label.vi}»: {vi}", f"{label.en}: {en}"
    vi += _compared("ghi", observed, "đối chiếu", expected)
    en += _compared("found", observed, "against", expected)
    sheet, cell = _place(cells, field, at)
    return Finding(
        named.rule.id,
        named.rule.severity,
        vi,
        en,
        sheet,
        cell,
        row_no,
        field,
        observed,
        expected,
        is_ledger=ledger,
    )


def _compared(found: str, observed: str | None, against: str, expected: str | None) -> str:
    """What stands there and what it was held against, in brackets; nothing where neither is said."""
    said = [
        f"{word} {value}" for word, value in ((found, observed), (against, expected)) if value is not None
    ]
    return f" ({', '.join(said)})" if said else ""


def _place(cells: dict[str, Any], field: str | None, at: int | None) -> tuple[str | None, str | None]:
    """Sheet and cell of a field of a record, from where the submission's own headings stand."""
    if field is not None and field.startswith("envelope."):
        place = cells.get("envelope", {}).get(field.removeprefix("envelope."))
        return (place[0] or None, place[1]) if place else (cells.get("sheet"), None)
    return cells.get("sheet"), cell_in(cells, field, at)
