"""The standing agency's review, read from the register: how punctual each body is, whom to inspect, whom to reward.

Only reads. Thresholds and words are `contracts.review`'s; who is late now is `late`'s. Bodies that the plan only asks to
report (`is_requested`) stand apart everywhere: what they have not sent is asked for, and no breach.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.rows import dict_row

from ingestion.contracts.code_lists import load_code_list
from ingestion.contracts.loader import Contracts
from ingestion.contracts.review import Review
from ingestion.contracts.working_days import add_working_days
from ingestion.registry.late import unit_line
from warehouse.clock import HANOI
from warehouse.errors import Kho138Error

_STATED = """
with stated as (
    select
        h.form,
        h.unit,
        coalesce(h.successor_unit, h.unit) as holder,
        h.calendar,
        h.period,
        h.due_at,
        h.is_requested,
        h.state,
        h.first_accepted_on_time,
        h.days_late,
        o.own_year,
        coalesce(
            p.half_period,
            o.own_year || case
                when
                    extract(month from least(h.window_to, (h.due_at at time zone 'Asia/Ho_Chi_Minh')::date)) <= 6
                    then '-H1'
                else '-H2'
            end
        ) as half
    from registry.obligation_history as h
    inner join registry.obligation as o
        on h.form = o.form and h.unit = o.unit and h.calendar = o.calendar and h.period = o.period
    -- A year, a plan and an ad hoc report belong to no half of their calendar: by their cut-off, or the day they were due.
    left join registry.period as p
        on h.calendar = p.calendar and h.period = p.period and h.period_kind in ('month', 'quarter', 'half')
    where h.known_from <= %(at)s and (h.known_to is null or h.known_to > %(at)s) and h.state <> 'not_owed'
),

filing as (
    select
        s.submission_id,
        s.form,
        s.unit,
        s.calendar,
        s.period,
        s.verdict,
        coalesce(s.judged_at, s.received_at) as decided_at,
        w.submission_id is not null as is_withdrawn
    from registry.submission as s
    left join registry.withdrawal as w on s.submission_id = w.submission_id and w.withdrawn_at <= %(at)s
    where
        s.calendar is not null
        and s.verdict is not null
        and s.state not in ('duplicate', 'refused_state_secret')
        and coalesce(s.judged_at, s.received_at) <= %(at)s
),

heard as (
    select
        f.form,
        f.unit,
        f.calendar,
        f.period,
        (array_agg(f.verdict order by f.submission_id))[1] = 'returned' as is_returned_at_first,
        -- Every accepted filing after the first corrects figures that were in force.
        greatest(count(*) filter (where f.verdict <> 'returned' and not f.is_withdrawn) - 1, 0) as corrections
    from filing as f
    group by f.form, f.unit, f.calendar, f.period
)
"""

_PUNCTUALITY = """,

judged as (
    select
        s.*,
        -- Owed: the deadline passed, or something is in force; waived with nothing in force is out (D57).
        s.state in ('accepted', 'accepted_with_warnings')
        or (s.state in ('received', 'returned', 'missing') and s.due_at + interval '1 second' <= %(at)s) as is_owed,
        s.state in ('accepted', 'accepted_with_warnings') as is_accepted,
        coalesce(h.is_returned_at_first, false) as is_returned_at_first,
        coalesce(h.corrections, 0) > 0 as is_corrected
    from stated as s
    left join heard as h
        on s.form = h.form and s.unit = h.unit and s.calendar = h.calendar and s.period = h.period
)

select
    j.unit,
    j.is_requested,
    j.own_year as year,
    coalesce(j.half, j.own_year::text) as period,
    count(*)::integer as owed,
    count(*) filter (where j.is_accepted)::integer as accepted,
    count(*) filter (where j.is_accepted and j.first_accepted_on_time)::integer as on_time,
    count(*) filter (where j.is_accepted and not j.first_accepted_on_time)::integer as late,
    round(avg(j.days_late) filter (where j.is_accepted and not j.first_accepted_on_time), 1) as days_late_mean,
    max(j.days_late) filter (where j.is_accepted and not j.first_accepted_on_time) as days_late_longest,
    count(*) filter (where j.state = 'missing')::integer as missing,
    count(*) filter (where j.is_returned_at_first)::integer as returned_at_first,
    count(*) filter (where j.is_corrected)::integer as corrected
from judged as j
where j.is_owed and (%(unit)s::text is null or j.unit = %(unit)s)
group by grouping sets ((j.unit, j.is_requested, j.own_year, j.half), (j.unit, j.is_requested, j.own_year))
order by j.is_requested, j.unit, j.own_year, period
"""

_REASONS = """,

last_day as (
    select least(%(at)s::timestamptz, make_timestamptz(%(year)s + 1, 1, 1, 0, 0, 0, 'Asia/Ho_Chi_Minh')) as at
),

verdict as (
    select
        f.submission_id,
        f.form,
        s.unit,
        s.is_requested,
        f.verdict,
        row_number() over (partition by f.form, f.unit order by f.submission_id)
        - row_number() over (partition by f.form, f.unit, f.verdict order by f.submission_id) as run
    from filing as f
    inner join stated as s
        on f.form = s.form and f.unit = s.unit and f.calendar = s.calendar and f.period = s.period
    where s.own_year = %(year)s
),

returned_run as (
    select
        v.unit,
        v.is_requested,
        count(*) as returns
    from verdict as v
    where v.verdict = 'returned'
    group by v.form, v.unit, v.is_requested, v.run
)

select
    s.holder as unit,
    s.is_requested,
    'plan_missing' as reason,
    count(*)::integer as count
from stated as s
where
    s.form = any(%(plans)s)
    and s.own_year = %(year)s
    and s.state in ('missing', 'returned')
    and s.due_at + interval '1 second' <= %(at)s
group by s.holder, s.is_requested
union all
select
    s.holder,
    s.is_requested,
    'reports_missing',
    count(*)::integer
from stated as s
cross join last_day as l
where
    s.form <> all(%(plans)s)
    and s.state in ('missing', 'returned')
    and s.due_at < l.at
    and s.due_at >= l.at - make_interval(months => %(months)s)
group by s.holder, s.is_requested
union all
select
    r.unit,
    r.is_requested,
    'returned_in_a_row',
    max(r.returns)::integer
from returned_run as r
group by r.unit, r.is_requested
union all
select
    s.unit,
    s.is_requested,
    'corrected_after_filing',
    sum(h.corrections)::integer
from stated as s
inner join heard as h
    on s.form = h.form and s.unit = h.unit and s.calendar = h.calendar and s.period = h.period
where s.own_year = %(year)s
group by s.unit, s.is_requested
union all
select
    s.unit,
    s.is_requested,
    'filed_late',
    count(*)::integer
from stated as s
where
    s.own_year = %(year)s
    and s.state in ('accepted', 'accepted_with_warnings')
    and not s.first_accepted_on_time
group by s.unit, s.is_requested
"""

_UNREPLACED = """
select
    s.form,
    s.unit,
    s.holder,
    s.period,
    s.is_requested,
    max(f.decided_at) as returned_at
from stated as s
inner join filing as f
    on s.form = f.form and s.unit = f.unit and s.calendar = f.calendar and s.period = f.period
where s.state = 'returned'
group by s.form, s.unit, s.holder, s.period, s.is_requested
order by s.unit, s.form, s.period
"""


def punctuality(
    connection: psycopg.Connection,
    at: dt.datetime,
    first: str | None = None,
    last: str | None = None,
    unit: str | None = None,
) -> list[dict[str, Any]]:
    """Per body, year and half: owed, accepted, on time, late (mean and longest days), missing, returned at first, corrected.

    `first` and `last` are years or halves of the bodies' own calendars (`2024`, `2024-H1`); owed before requested.
    """
    begins, ends = _half(first or "0001", "-H1", "--from"), _half(last or "9999", "-H2", "--to")
    rows = _rows(connection, _STATED + _PUNCTUALITY, {"at": at, "unit": unit})
    return [
        {"label_vi": unit_line(row["unit"], at).label_vi, **row}
        for row in rows
        if begins <= _half(row["period"], "-H1") and _half(row["period"], "-H2") <= ends
    ]


def _half(text: str, half: str, option: str = "") -> str:
    """A half; of a year, the one that is said. Raises `Kho138Error` for anything else."""
    year, dash, ordinal = text.partition("-")
    if len(year) != 4 or not year.isascii() or not year.isdigit() or (dash and ordinal not in ("H1", "H2")):
        raise Kho138Error(
            f"{option} takes a year or half such as 2024 or 2024-H1, not {text[:40]}.",
            vi=f"{option} là năm hoặc nửa năm, ví dụ 2024 hoặc 2024-H1.",
        )
    return text if dash else text + half


def inspections(
    connection: psycopg.Connection,
    contracts: Contracts,
    review: Review,
    at: dt.datetime,
    year: int,
    discrepancies: Mapping[str, int],
) -> list[dict[str, Any]]:
    """Bodies to inspect for a year, with the reasons in words: owed before requested, the heaviest first.

    Missing reports and plans are their present holder's; what a body did itself is its own, while it stands.
    `discrepancies`: open ones by unit (`open_discrepancies`).
    """
    asked = {
        "at": at,
        "year": year,
        "months": review.missing_within.months,
        "plans": [c.form for c in contracts.values() if c.is_plan],
    }
    counts: dict[tuple[bool, str], dict[str, int]] = defaultdict(dict)
    for row in _rows(connection, _STATED + _REASONS, asked):
        counts[row["is_requested"], row["unit"]][row["reason"]] = row["count"]
    for unit, number in discrepancies.items():
        if load_code_list("unit").known(unit):
            is_requested = unit_line(unit, at).extra["is_requested"] == "true"
            counts[is_requested, unit]["discrepancies_open"] = number
    found = []
    for (is_requested, unit), by_reason in counts.items():
        met = [r for r in review.inspected if by_reason.get(r.reason, 0) >= r.at_least]
        stands = load_code_list("unit").get(unit, at.astimezone(HANOI).date())
        if not met or stands is None:
            continue
        told = {r.reason: {"count": by_reason[r.reason], "months": review.missing_within.months} for r in met}
        found.append(
            {
                "unit": unit,
                "label_vi": stands.label_vi,
                "label_en": stands.label_en,
                "is_requested": is_requested,
                "weight": sum(r.weight * by_reason[r.reason] for r in met),
                "reasons": [
                    {
                        "reason": r.reason,
                        "count": by_reason[r.reason],
                        "vi": (r.asked_vi if is_requested else r.vi).format(**told[r.reason]),
                        "en": (r.asked_en if is_requested else r.en).format(**told[r.reason]),
                        "mark": r.mark,
                    }
                    for r in met
                ],
            }
        )
    return sorted(found, key=lambda row: (row["is_requested"], -row["weight"], row["unit"]))


def rewards(
    connection: psycopg.Connection,
    review: Review,
    at: dt.datetime,
    year: int,
    discrepancies: Mapping[str, int],
) -> list[dict[str, Any]]:
    """Bodies always on time: all owed accepted, each first accepted in time, no discrepancy open; most reports first."""
    found = [
        {
            "unit": row["unit"],
            "label_vi": row["label_vi"],
            "is_requested": row["is_requested"],
            "year": year,
            "reports": row["owed"],
            "mark": review.rewarded.mark,
        }
        for row in punctuality(connection, at)
        if row["period"] == str(year)
        and row["on_time"] == row["owed"] >= review.rewarded.at_least
        and not discrepancies.get(row["unit"])
    ]
    return sorted(found, key=lambda row: (-row["reports"], row["unit"]))


def open_discrepancies(connection: psycopg.Connection) -> dict[str, int]:
    """Discrepancies that are open with something unexplained, by owner; empty before the first build.

    `connection` is a reader's of the marts.
    """
    there = connection.execute("select to_regclass('marts.fct_discrepancies')").fetchone()
    if there is None or there[0] is None:
        return {}
    rows = connection.execute(
        "select owner, count(*) from marts.fct_discrepancies where state = 'open' and residual <> 0 group by owner"
    ).fetchall()
    return {str(owner): int(number) for owner, number in rows if owner is not None}


def returned_unreplaced(
    connection: psycopg.Connection, review: Review, at: dt.datetime
) -> list[dict[str, Any]]:
    """Returned reports that were not filed again in the working days for it, by unit, form and period."""
    today, days = at.astimezone(HANOI).date(), review.replaced_within.working_days
    return [
        row
        for row in _rows(connection, _STATED + _UNREPLACED, {"at": at})
        if add_working_days(row["returned_at"].astimezone(HANOI).date(), days) < today
    ]


def _rows(connection: psycopg.Connection, sql: str, asked: Mapping[str, object]) -> list[dict[str, Any]]:
    return connection.cursor(row_factory=dict_row).execute(sql, asked).fetchall()
