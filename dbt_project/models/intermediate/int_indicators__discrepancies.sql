-- Differences between reports that are still to be explained (I42), as the build finds them: a period counts those
-- whose right side lies within it, by rule and by owner. A period without one counts zero.
with clock as (
    select coalesce(max(b.known_at), 'epoch'::timestamptz) as built_at
    from {{ source('registry', 'build') }} as b
),

still_open as (
    select
        e.rule,
        coalesce(e.owner_unit, e.owner_agency) as owner,
        e.right_calendar as calendar,
        e.right_from,
        e.right_to
    from {{ ref('int_discrepancies__explained') }} as e
    left join {{ source('registry', 'newest_answer') }} as a
        on e.discrepancy_key = a.discrepancy_key and e.difference = a.difference
    where
        e.residual <> 0
        and e.is_compared
        and registry.discrepancy_state(e.difference, e.residual, a.state) in ('open', 'answered')
),

periods as (
    select distinct
        w.indicator,
        w.version,
        w.calendar,
        w.period,
        w.window_from,
        w.window_to
    from {{ ref('int_indicators__windows') }} as w
    inner join {{ ref('indicator') }} as i on w.indicator = i.indicator and w.version = i.version
    inner join {{ ref('int_reports__owed') }} as o on w.calendar = o.calendar and w.period = o.period
    where i.counts = 'discrepancies' and w.is_applicable
),

counted as (
    select
        p.indicator,
        p.version,
        p.calendar,
        p.period,
        '{}'::jsonb as disaggregation,
        count(s.rule) as numerator
    from periods as p
    left join still_open as s
        on p.calendar = s.calendar and p.window_from <= s.right_from and p.window_to >= s.right_to
    group by p.indicator, p.version, p.calendar, p.period
    union all
    select
        p.indicator,
        p.version,
        p.calendar,
        p.period,
        d.disaggregation,
        count(*) as numerator
    from periods as p
    inner join still_open as s
        on p.calendar = s.calendar and p.window_from <= s.right_from and p.window_to >= s.right_to
    cross join
        lateral (
            values (jsonb_build_object('rule', s.rule)), (jsonb_build_object('owner', s.owner))
        ) as d (disaggregation)
    group by p.indicator, p.version, p.calendar, p.period, d.disaggregation
)

select
    c.indicator,
    c.version,
    c.calendar,
    c.period,
    '{{ var("province") }}'::text as area,
    c.disaggregation,
    k.built_at as known_from,
    c.numerator
from counted as c
cross join clock as k
