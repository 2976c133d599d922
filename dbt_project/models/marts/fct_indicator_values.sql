-- Value of each indicator, period, area and part: ratio of sums over the units that reported
-- (T1, T2, T4, T8, T9, T11, T13). Precedence of the states: D56.
with forms as (
    select distinct
        t.indicator,
        t.version,
        t.form
    from {{ ref('indicator_term') }} as t
),

owed as (
    select
        w.*,
        f.form,
        e.unit,
        c.attributes ->> 'area' as unit_area
    from {{ ref('int_indicators__windows') }} as w
    inner join forms as f on w.indicator = f.indicator and w.version = f.version
    inner join {{ ref('int_reports__expected') }} as e
        on f.form = e.form and w.calendar = e.calendar and w.period = e.period
    left join {{ source('registry', 'code') }} as c
        on c.list = 'unit' and e.unit = c.code and w.window_to between c.valid_from and c.valid_to
),

placed as (
    select
        o.*,
        '{{ var("province") }}'::text as area
    from owed as o
    union all
    -- Until that day the filing unit gives the area (T13).
    select
        o.*,
        o.unit_area as area
    from owed as o
    where
        o.unit_area <> '{{ var("province") }}'
        and o.window_to <= '{{ var("filing_unit_gives_area_until") }}'::date
),

parts as (
    select distinct
        u.indicator,
        u.version,
        u.calendar,
        u.period,
        u.disaggregation
    from {{ ref('int_indicators__by_unit') }} as u
    where u.disaggregation <> '{}'::jsonb
    union all
    select
        w.indicator,
        w.version,
        w.calendar,
        w.period,
        '{}'::jsonb as disaggregation
    from {{ ref('int_indicators__windows') }} as w
),

summed as (
    select
        p.indicator,
        p.version,
        p.plan_rows,
        p.is_ratio,
        p.not_aligned,
        p.is_applicable,
        p.calendar,
        p.period,
        p.period_kind,
        p.window_from,
        p.window_to,
        p.area,
        d.disaggregation,
        max(u.known_at) as known_at,
        sum(u.numerator) filter (where u.is_usable) as numerator,
        sum(u.denominator) filter (where u.is_usable) as denominator,
        count(*) filter (where u.is_usable) as reported,
        count(u.unit) as filed,
        count(*) as expected
    from placed as p
    inner join parts as d
        on
            p.indicator = d.indicator
            and p.version = d.version
            and p.calendar = d.calendar
            and p.period = d.period
    left join {{ ref('int_indicators__by_unit') }} as u
        on
            p.indicator = u.indicator
            and p.version = u.version
            and p.form = u.form
            and p.unit = u.unit
            and p.calendar = u.calendar
            and p.period = u.period
            and d.disaggregation = u.disaggregation
    group by
        p.indicator, p.version, p.plan_rows, p.is_ratio, p.not_aligned, p.is_applicable, p.calendar, p.period,
        p.period_kind, p.window_from, p.window_to, p.area, d.disaggregation
),

stated as (
    select
        s.*,
        case
            when not s.is_applicable then 'not_applicable'
            when s.filed = 0 then 'no_report'
            when s.reported < s.expected then 'incomplete'
            when s.is_ratio and s.denominator = 0 then 'not_applicable'
            else 'value'
        end as state
    from summed as s
)

select
    s.indicator::text as indicator,
    'value'::text as measure,
    s.plan_rows::text as plan_rows,
    s.calendar::text as calendar,
    s.period::text as period,
    s.period_kind::text as period_kind,
    s.area::text as area,
    s.disaggregation,
    case
        when s.state in ('not_applicable', 'no_report') then null
        when s.is_ratio then round(100 * s.numerator / nullif(s.denominator, 0), 1)
        else s.numerator
    end::numeric as value,
    s.numerator::numeric as numerator,
    case when s.is_ratio then s.denominator end::numeric as denominator,
    s.state::text as state,
    t.operator::text as target_operator,
    t.value::numeric as target_value,
    case when t.indicator is null then 'no_target' else 'target' end::text as target_state,
    case
        when s.state <> 'value' or t.indicator is null then null
        when t.operator = '=' then 100 * s.numerator = t.value * s.denominator
        when t.operator = '>' then 100 * s.numerator > t.value * s.denominator
        when t.operator = '>=' then 100 * s.numerator >= t.value * s.denominator
    end::boolean as met,
    (t.indicator is not null and s.period_kind <> 'year')::boolean as met_provisional,
    s.reported::integer as coverage_reported,
    s.expected::integer as coverage_expected,
    'aggregate'::text as source,
    s.version::integer as definition_version,
    exists(
        select 1
        from {{ source('registry', 'code') }} as a
        where a.list = 'area' and a.code = s.area and a.valid_from > s.window_from and a.valid_from <= s.window_to
    ) as series_break,
    s.not_aligned::boolean as not_aligned,
    coalesce(s.known_at::date <= s.window_to, false)::boolean as provisional,
    s.known_at::timestamptz as known_at
from stated as s
-- The programme sets its targets for the whole, not for one offence, source or regime.
left join {{ ref('target_set') }} as t
    on
        s.indicator = t.indicator
        and s.window_to between t.valid_from and t.valid_to
        and s.disaggregation = '{}'::jsonb
