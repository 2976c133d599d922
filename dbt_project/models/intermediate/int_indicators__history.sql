-- Value of each indicator, period, area and part at every instant at which an input changed (D15): ratio of sums over
-- the units that reported (T1, T2, T4, T8, T9, T11, T13). Precedence of the states: D56.
-- What holds now has no `known_to`.
with placed as (
    select
        u.indicator,
        u.version,
        u.form,
        u.unit,
        u.calendar,
        u.period,
        u.disaggregation,
        a.area,
        u.known_from,
        case when u.is_usable then u.numerator else 0 end as numerator,
        case when u.is_usable then u.denominator else 0 end as denominator,
        u.is_usable::integer as reported,
        u.is_filed::integer as filed,
        u.is_expected::integer as expected
    from {{ ref('int_indicators__by_unit') }} as u
    inner join {{ source('registry', 'period') }} as p on u.calendar = p.calendar and u.period = p.period
    cross join {{ areas_of_unit('u.unit', 'p.window_to') }} as a
),

moved as (
    select
        p.indicator,
        p.version,
        p.calendar,
        p.period,
        p.area,
        p.disaggregation,
        p.known_from,
        p.numerator - lag(p.numerator, 1, 0) over unit_in_time as numerator,
        p.denominator - lag(p.denominator, 1, 0) over unit_in_time as denominator,
        p.reported - lag(p.reported, 1, 0) over unit_in_time as reported,
        p.filed - lag(p.filed, 1, 0) over unit_in_time as filed,
        p.expected - lag(p.expected, 1, 0) over unit_in_time as expected
    from placed as p
    window
        unit_in_time as (
            partition by
                p.indicator, p.version, p.form, p.unit, p.calendar, p.period, p.area, p.disaggregation
            order by p.known_from
        )
    union all
    -- What is owed is itself the denominator: nothing of it is not reported.
    select
        o.indicator,
        o.version,
        o.calendar,
        o.period,
        o.area,
        o.disaggregation,
        o.known_from,
        o.numerator,
        o.denominator,
        o.denominator as reported,
        o.denominator as filed,
        o.denominator as expected
    from {{ ref('int_indicators__punctuality') }} as o
    union all
    select
        d.indicator,
        d.version,
        d.calendar,
        d.period,
        d.area,
        d.disaggregation,
        d.known_from,
        d.numerator,
        0 as denominator,
        1 as reported,
        1 as filed,
        1 as expected
    from {{ ref('int_indicators__discrepancies') }} as d
),

steps as (
    select
        m.indicator,
        m.version,
        m.calendar,
        m.period,
        m.area,
        m.disaggregation,
        m.known_from,
        sum(m.numerator) as numerator,
        sum(m.denominator) as denominator,
        sum(m.reported) as reported,
        sum(m.filed) as filed,
        sum(m.expected) as expected
    from moved as m
    group by m.indicator, m.version, m.calendar, m.period, m.area, m.disaggregation, m.known_from
),

news as (
    -- An instant at which nothing of this figure changed is no version of it.
    select
        s.*,
        row_number() over (
            partition by s.indicator, s.version, s.calendar, s.period, s.area, s.disaggregation
            order by s.known_from
        ) as nth
    from steps as s
),

versions as (
    select
        n.indicator,
        n.version,
        n.calendar,
        n.period,
        n.area,
        n.disaggregation,
        n.known_from,
        lead(n.known_from) over figure_in_time as known_to,
        sum(n.numerator) over figure_in_time as numerator,
        sum(n.denominator) over figure_in_time as denominator,
        sum(n.reported) over figure_in_time as reported,
        sum(n.filed) over figure_in_time as filed,
        sum(n.expected) over figure_in_time as expected
    from news as n
    where
        n.nth = 1
        or n.numerator <> 0
        or n.denominator <> 0
        or n.reported <> 0
        or n.filed <> 0
        or n.expected <> 0
    window
        figure_in_time as (
            partition by n.indicator, n.version, n.calendar, n.period, n.area, n.disaggregation
            order by n.known_from
        )
),

stated as (
    select
        w.plan_rows,
        w.is_ratio,
        w.not_aligned,
        w.period_kind,
        w.window_from,
        w.window_to,
        v.*,
        case
            when not w.is_applicable then 'not_applicable'
            when v.filed = 0 and v.expected > 0 then 'no_report'
            when v.reported < v.expected then 'incomplete'
            when w.is_ratio and v.denominator = 0 then 'not_applicable'
            when v.expected = 0 then 'not_applicable'
            else 'value'
        end as state
    from versions as v
    inner join {{ ref('int_indicators__windows') }} as w
        on
            v.indicator = w.indicator
            and v.version = w.version
            and v.calendar = w.calendar
            and v.period = w.period
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
        when s.state in ('not_applicable', 'no_report') or s.reported = 0 then null
        when s.is_ratio then round(100 * s.numerator / nullif(s.denominator, 0), 1)
        else s.numerator
    end::numeric as value,
    case when s.reported > 0 then s.numerator end::numeric as numerator,
    case when s.is_ratio and s.reported > 0 then s.denominator end::numeric as denominator,
    s.state::text as state,
    t.operator::text as target_operator,
    t.value::numeric as target_value,
    case when t.indicator is null then 'no_target' else 'target' end::text as target_state,
    case
        when s.state <> 'value' or t.indicator is null then null
        when not s.is_ratio then case t.operator when '=' then s.numerator = t.value end
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
    coalesce(s.filed > 0 and s.known_from::date <= s.window_to, false)::boolean as provisional,
    case when s.filed > 0 then s.known_from end::timestamptz as known_at,
    s.known_from::timestamptz as known_from,
    s.known_to::timestamptz as known_to
from stated as s
-- The programme sets its targets for the whole, not for one offence, source or regime.
left join {{ ref('target_set') }} as t
    on
        s.indicator = t.indicator
        and coalesce(nullif(t.calendar, ''), s.calendar) = s.calendar
        and s.window_to between t.valid_from and t.valid_to
        and s.disaggregation = '{}'::jsonb
