-- Numerator and denominator of each indicator, unit, period and part: `{}` is the whole, {"dimension": "code"} a part.
-- A unit that filed without a row of a part that others filed adds zero to it. A cell that is missing where one is
-- required, or suppressed, makes the unit not usable; a blank optional cell is absent and adds nothing.
with filed as (
    select
        c.indicator,
        c.version,
        c.form,
        c.unit,
        c.calendar,
        c.period,
        max(c.known_from) as known_at,
        bool_and(c.is_whole) as is_whole
    from {{ ref('int_indicators__cells') }} as c
    group by c.indicator, c.version, c.form, c.unit, c.calendar, c.period
),

parts as (
    select distinct
        c.indicator,
        c.version,
        c.form,
        c.calendar,
        c.period,
        d.disaggregation
    from {{ ref('int_indicators__cells') }} as c
    cross join lateral (values ('{}'::jsonb), (c.part)) as d (disaggregation)
    where d.disaggregation is not null
),

sums as (
    select
        c.indicator,
        c.version,
        c.form,
        c.unit,
        c.calendar,
        c.period,
        d.disaggregation,
        sum(c.sign * c.value) filter (where c.side = 'numerator') as numerator,
        sum(c.sign * c.value) filter (where c.side = 'denominator') as denominator,
        bool_or(c.value_state in ('missing', 'suppressed') or not c.is_additive) as has_gap
    from {{ ref('int_indicators__cells') }} as c
    cross join lateral (values ('{}'::jsonb), (c.part)) as d (disaggregation)
    where c.is_counted and d.disaggregation is not null
    group by c.indicator, c.version, c.form, c.unit, c.calendar, c.period, d.disaggregation
)

select
    f.indicator,
    f.version,
    f.form,
    f.unit,
    f.calendar,
    f.period,
    p.disaggregation,
    f.known_at,
    coalesce(s.numerator, 0) as numerator,
    coalesce(s.denominator, 0) as denominator,
    f.is_whole and not coalesce(s.has_gap, false) as is_usable
from filed as f
inner join parts as p
    on
        f.indicator = p.indicator
        and f.version = p.version
        and f.form = p.form
        and f.calendar = p.calendar
        and f.period = p.period
left join sums as s
    on
        f.indicator = s.indicator
        and f.version = s.version
        and f.form = s.form
        and f.unit = s.unit
        and f.calendar = s.calendar
        and f.period = s.period
        and p.disaggregation = s.disaggregation
