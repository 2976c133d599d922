-- Which version of an indicator speaks for a period, and from which day on it counts there.
-- The version valid on the period's last day gives the value; before the first version nothing applies.
-- An indicator may count events only from a day on (`counts_from`, both sides: D47); aggregates can be cut between
-- months only, so the months that begin on or after that day count.
with versions as (
    select
        i.indicator,
        i.version,
        i.plan_rows,
        i.is_ratio,
        i.calendar,
        i.kinds,
        i.valid_from,
        i.valid_to,
        i.counts_from,
        i.version = min(i.version) over (partition by i.indicator) as is_first,
        exists(
            select 1
            from {{ ref('indicator_term') }} as t
            inner join {{ source('registry', 'form') }} as f on t.form = f.form
            where t.indicator = i.indicator and t.version = i.version and f.calendar <> i.calendar
        ) as not_aligned
    from {{ ref('indicator') }} as i
)

select
    v.indicator,
    v.version,
    v.plan_rows,
    v.is_ratio,
    v.not_aligned,
    p.calendar,
    p.period,
    p.period_kind,
    p.window_from,
    p.window_to,
    min(m.window_from) as counted_from,
    count(m.period)::integer as months_counted,
    p.window_to >= v.valid_from and count(m.period) > 0 as is_applicable
from versions as v
inner join {{ source('registry', 'period') }} as p
    on
        v.calendar in (p.calendar, 'every')
        and position(left(p.period_kind, 1) in v.kinds) > 0
        and v.valid_to >= p.window_to
        and (v.valid_from <= p.window_to or v.is_first)
left join {{ source('registry', 'period') }} as m
    on
        p.calendar = m.calendar
        and m.period_kind = 'month'
        and p.window_from <= m.window_from
        and p.window_to >= m.window_to
        and (v.counts_from is null or v.counts_from <= m.window_from)
group by
    v.indicator, v.version, v.plan_rows, v.is_ratio, v.not_aligned, v.valid_from,
    p.calendar, p.period, p.period_kind, p.window_from, p.window_to
