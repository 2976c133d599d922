"""The landing table of a form revision, and the views through which its landed rows are judged.

Landing needs no migration: a table is made from its contract, once, and never altered (a changed form is a new
revision with a new table). The views are replaced whenever their contract changes.

Judgement reads three kinds of view, all limited to the submissions in `registry.judging`:
`judge_<form>__rows` (one line a landed row, one 0/1 column a row check), `judge_<form>__g<n>` (one line a submission or
group of rows, one column a group check) and `judge_<form>__q<n>` (one line an offending cell). Great Expectations
reads the views as tables: a query asset would fetch every row to the client.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from ingestion.contracts.models import FormContract
from ingestion.contracts.rules import Check, GroupCheck, Offence, QueryCheck, RowCheck, Rule
from ingestion.contracts.rules.base import judged_rows

SQL_TYPES = {
    "count": "bigint",
    "amount_vnd": "bigint",
    "suppressible_count": "bigint",
    "number": "numeric",
    "year": "smallint",
    "code": "text",
    "date": "date",
    "text": "text",
    "identifier": "text",
    "boolean": "boolean",
}


def create_table(form: FormContract) -> str:
    """DDL of the landing table, without personal fields; a BRIN index, since submissions land one after another and COPY stays fast.

    A range is 1 MB: smaller ones overflow the server's list of ranges to summarise when a large register lands, and
    its log with them.
    """
    columns = [
        "submission_id bigint not null",
        "row_no integer not null",
        "at_index integer not null",
        "defect_fields text[] not null default '{}'",
        "nil_fields text[] not null default '{}'",
    ]
    for f in form.landed_fields:
        columns.append(f"{f.name} {SQL_TYPES[f.type]}")
        if f.type == "suppressible_count":
            columns.append(f"{f.name}_state text")
    columns += [f"{name} text" for name in form.pseudonym_columns]
    return (
        f"create table if not exists {form.landing_table} (\n    "
        + ",\n    ".join(columns)
        + "\n);\n"
        + f"create index if not exists {form.relation}_submission on {form.landing_table}"
        + " using brin (submission_id) with (pages_per_range = 128, autosummarize = on);"
    )


@dataclass(frozen=True)
class NamedCheck:
    """A check with the column or view that carries it."""

    rule: Rule
    check: Check
    column: str


@dataclass(frozen=True)
class JudgeView:
    """`name` is the view in schema landing; `per` the group columns of a group view."""

    name: str
    sql: str
    kind: str
    checks: tuple[NamedCheck, ...] = field(compare=False)
    per: tuple[str, ...] = ()


def judge_views(form: FormContract, ledger: bool) -> tuple[JudgeView, ...]:
    """Views of the rules that decide (`ledger=False`) or of those that only compare with other reports."""
    prefix = f"judge_{form.relation}" + ("__ledger" if ledger else "")
    rows: list[NamedCheck] = []
    groups: dict[tuple[str, ...], list[NamedCheck]] = defaultdict(list)
    queries: list[NamedCheck] = []
    for rule in form.sql_rules():
        if rule.ledger != ledger:
            continue
        for check in rule.checks(form):
            match check:
                case RowCheck():
                    rows.append(NamedCheck(rule, check, f"c{len(rows)}"))
                case GroupCheck():
                    group = groups[check.per]
                    group.append(NamedCheck(rule, check, f"c{len(group)}"))
                case QueryCheck():
                    queries.append(NamedCheck(rule, check, f"q{len(queries)}"))
    views: list[JudgeView] = []
    if rows:
        columns = ",\n    ".join(f"coalesce(({_offends(n)}), false)::integer as {n.column}" for n in rows)
        views.append(
            JudgeView(
                f"{prefix}__rows",
                f"select r.submission_id, r.row_no,\n    {columns}\nfrom {judged_rows(form)}",
                "rows",
                tuple(rows),
            )
        )
    for number, (per, checks) in enumerate(groups.items()):
        keys = ", ".join(f"r.{p}" for p in per)
        columns = ",\n    ".join(f"coalesce(({_offends(n)}), false)::integer as {n.column}" for n in checks)
        views.append(
            JudgeView(
                f"{prefix}__g{number}",
                f"select s.submission_id{', ' + keys if keys else ''},\n    {columns}\n"
                f"from {judged_rows(form)}\ngroup by s.submission_id{', ' + keys if keys else ''}",
                "group",
                tuple(checks),
                per,
            )
        )
    views.extend(JudgeView(f"{prefix}__{n.column}", _offends(n), "query", (n,)) for n in queries)
    return tuple(views)


def _offends(named: NamedCheck) -> str:
    return named.check.sql if isinstance(named.check, QueryCheck) else named.check.offends


def locate_sql(form: FormContract, view: JudgeView, failing: tuple[NamedCheck, ...]) -> str:
    """The rule kinds' own SQL, for failing checks only and without limit (D4).

    Yields rule_id, submission_id, row_no, at_index, field, observed, expected.
    """
    return "\nunion all\n".join(part for named in failing for part in _locate(form, view, named))


def _locate(form: FormContract, view: JudgeView, named: NamedCheck) -> list[str]:
    rule, check = named.rule.id, named.check
    if isinstance(check, QueryCheck):
        return [
            f"select '{rule}'::text as rule_id, q.submission_id, q.row_no, r.at_index, q.field, q.observed, q.expected\n"
            f"from landing.{view.name} as q\n"
            f"left join {form.landing_table} as r on r.submission_id = q.submission_id and r.row_no = q.row_no"
        ]
    return [_locate_cell(form, view, rule, check, cell) for cell in check.cells]


def _locate_cell(
    form: FormContract, view: JudgeView, rule: str, check: RowCheck | GroupCheck, cell: Offence
) -> str:
    from ingestion.contracts.rules.base import matches

    if cell.field.startswith("envelope."):
        return (
            f"select distinct '{rule}'::text as rule_id, s.submission_id, null::integer as row_no,\n"
            f"    null::integer as at_index, '{cell.field}'::text as field, ({check.observed})::text as observed,\n"
            f"    ({check.expected})::text as expected\n"
            f"from {judged_rows(form)}\nwhere {check.offends}"
        )
    if isinstance(check, RowCheck):
        observed = f"r.{cell.field}" if check.observed == "null" else check.observed
        both = check.offends if cell.offends is None else f"({check.offends}) and ({cell.offends})"
        return (
            f"select '{rule}'::text as rule_id, s.submission_id, r.row_no, r.at_index, '{cell.field}'::text as field,\n"
            f"    ({observed})::text as observed, ({check.expected})::text as expected\n"
            f"from {judged_rows(form)}\nwhere {both}"
        )
    per = ", ".join(("s.submission_id", *(f"r.{p}" for p in check.per)))
    group = ", ".join(("g.submission_id", *(f"g.{p}" for p in check.per)))
    same = " and ".join(f"r.{p} is not distinct from g.{p}" for p in check.per)
    where = " and ".join(x for x in (same, matches(cell.rows) if cell.rows else "") if x) or "true"
    # The first row that the cell may stand on is marked, so that the same file gets the same receipt.
    return (
        f"(select distinct on ({group})\n"
        f"    '{rule}'::text as rule_id, g.submission_id, r.row_no, r.at_index, '{cell.field}'::text as field,\n"
        "    g.observed, g.expected\n"
        f"from (\n    select {per}, ({check.observed})::text as observed,\n"
        f"        ({check.expected})::text as expected\n    from {judged_rows(form)}\n"
        f"    group by {per}\n    having {check.offends}\n) as g\n"
        f"left join {form.landing_table} as r on r.submission_id = g.submission_id and {where}\n"
        f"order by {group}, r.row_no)"
    )
