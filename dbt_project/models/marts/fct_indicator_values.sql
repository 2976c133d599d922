-- Value of each indicator, period and area: ratio of sums over the units that reported (T1, T2, T4, T8, T9, T11, T13).
with forms as (
    select distinct indicator, version, form from {{ ref('indicator_term') }}
),

owed as (
    select i.indicator, i.version, i.plan_rows, i.is_ratio, i.valid_from, e.unit, e.calendar, e.period,
        e.period_kind, e.window_from, e.window_to, c.attributes ->> 'area' as unit_area
    from {{ ref('indicator') }} as i
    inner join forms as f on f.indicator = i.indicator and f.version = i.version
    inner join {{ ref('int_reports__expected') }} as e
        on e.form = f.form and e.calendar = i.calendar and position(left(e.period_kind, 1) in i.kinds) > 0
    left join {{ source('registry', 'code') }} as c
        on c.list = 'unit' and c.code = e.unit and e.window_to between c.valid_from and c.valid_to
),

placed as (
    select o.*, '24'::text as area from owed as o
    union all
    -- Until 28/02/2025 the filing unit gives the area (T13).
    select o.*, o.unit_area as area from owed as o
    where o.unit_area <> '24' and o.window_to <= date '2025-02-28'
),

summed as (
    select p.indicator, p.version, p.plan_rows, p.is_ratio, p.valid_from, p.calendar, p.period, p.period_kind,
        p.window_from, p.window_to, p.area, max(u.known_at) as known_at,
        sum(u.numerator) filter (where u.is_usable) as numerator,
        sum(u.denominator) filter (where u.is_usable) as denominator,
        count(*) filter (where u.is_usable) as reported,
        count(u.unit) as filed, count(*) as expected
    from placed as p
    left join {{ ref('int_indicators__by_unit') }} as u
        on u.indicator = p.indicator and u.version = p.version and u.unit = p.unit
        and u.calendar = p.calendar and u.period = p.period
    group by p.indicator, p.version, p.plan_rows, p.is_ratio, p.valid_from, p.calendar, p.period, p.period_kind,
        p.window_from, p.window_to, p.area
),

stated as (
    select s.*,
        case
            when s.window_to < s.valid_from then 'not_applicable'
            when s.filed = 0 then 'no_report'
            when s.reported < s.expected then 'incomplete'
            when s.is_ratio and s.denominator = 0 then 'not_applicable'
            else 'value'
        end as state
    from summed as s
)

select s.indicator::text as indicator, 'value'::text as measure, s.plan_rows::text as plan_rows,
    s.calendar::text as calendar, s.period::text as period, s.period_kind::text as period_kind, s.area::text as area,
    '{}'::jsonb as disaggregation,
    case
        when s.state in ('not_applicable', 'no_report') then null
        when s.is_ratio then round(100 * s.numerator / nullif(s.denominator, 0), 1)
        else s.numerator
    end::numeric as value,
    s.numerator::numeric as numerator,
    case when s.is_ratio then s.denominator end::numeric as denominator,
    s.state::text as state,
    t.operator::text as target_operator, t.value::numeric as target_value,
    case when t.indicator is null then 'no_target' else 'target' end::text as target_state,
    case
        when s.state <> 'value' or t.indicator is null then null
        when t.operator = '=' then 100 * s.numerator = t.value * s.denominator
        when t.operator = '>' then 100 * s.numerator > t.value * s.denominator
        when t.operator = '>=' then 100 * s.numerator >= t.value * s.denominator
    end::boolean as met,
    (t.indicator is not null and s.period_kind <> 'year')::boolean as met_provisional,
    s.reported::integer as coverage_reported, s.expected::integer as coverage_expected,
    'aggregate'::text as source, s.version::integer as definition_version,
    exists (
        select 1 from {{ source('registry', 'code') }} as a
        where a.list = 'area' and a.code = s.area and a.valid_from > s.window_from and a.valid_from <= s.window_to
    ) as series_break,
    coalesce(s.known_at::date <= s.window_to, false)::boolean as provisional,
    s.known_at::timestamptz as known_at
from stated as s
left join {{ ref('target_set') }} as t
    on t.indicator = s.indicator and s.window_to between t.valid_from and t.valid_to
