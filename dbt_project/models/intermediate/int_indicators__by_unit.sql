-- Numerator and denominator of each indicator, unit, period and part at every instant at which they changed: `{}` is
-- the whole, {"dimension": "code"} a part. Sums run over what came into force and went out of it.
-- A unit's own sheet of a longer period beats its months (D49), unless the indicator counts a part of the period only.
-- A unit that filed without a row of a part that others filed adds zero to it. A cell that is missing where one is
-- required, or suppressed, makes the unit not usable; so do months that are not all in. A blank optional cell is absent
-- and adds nothing. A waived report is not expected (T3).
with expected as (
    select
        w.indicator,
        w.version,
        o.form,
        o.unit,
        w.calendar,
        w.period,
        w.window_from,
        coalesce(bool_or(o.is_own) and w.counted_from = w.window_from, false) as takes_own,
        (count(*) filter (where not o.is_own and w.counted_from <= o.part_from))::integer as months
    from {{ ref('int_indicators__windows') }} as w
    inner join (
        select distinct
            t.indicator,
            t.version,
            t.form
        from {{ ref('indicator_term') }} as t
    ) as f on w.indicator = f.indicator and w.version = f.version
    inner join {{ ref('int_reports__owed') }} as o
        on f.form = o.form and w.calendar = o.calendar and w.period = o.period
    group by
        w.indicator, w.version, w.is_applicable, o.form, o.unit, w.calendar, w.period, w.window_from, w.counted_from
    -- A unit that ended before the counting began has nothing to add.
    having
        not w.is_applicable
        or (bool_or(o.is_own) and w.counted_from = w.window_from)
        or count(*) filter (where not o.is_own and w.counted_from <= o.part_from) > 0
),

filings as (
    select distinct
        c.indicator,
        c.version,
        c.form,
        c.unit,
        c.calendar,
        c.period,
        c.submission_id,
        c.known_from,
        c.known_to,
        c.is_own
    from {{ ref('int_indicators__cells') }} as c
),

parts as (
    select distinct
        c.indicator,
        c.version,
        c.form,
        c.calendar,
        c.period,
        c.part as disaggregation
    from {{ ref('int_indicators__cells') }} as c
    where c.part is not null
    union all
    select distinct
        e.indicator,
        e.version,
        e.form,
        e.calendar,
        e.period,
        '{}'::jsonb as disaggregation
    from expected as e
),

expected_parts as (
    select
        e.*,
        p.disaggregation
    from expected as e
    inner join parts as p
        on
            e.indicator = p.indicator
            and e.version = p.version
            and e.form = p.form
            and e.calendar = p.calendar
            and e.period = p.period
),

sums as (
    select
        c.indicator,
        c.version,
        c.form,
        c.unit,
        c.calendar,
        c.period,
        c.submission_id,
        c.known_from,
        d.disaggregation,
        sum(c.sign * c.value) filter (where c.side = 'numerator') as numerator,
        sum(c.sign * c.value) filter (where c.side = 'denominator') as denominator,
        bool_or(c.value_state in ('missing', 'suppressed') or not c.is_additive) as has_gap
    from {{ ref('int_indicators__cells') }} as c
    cross join lateral (values ('{}'::jsonb), (c.part)) as d (disaggregation)
    where c.is_counted and d.disaggregation is not null
    group by
        c.indicator, c.version, c.form, c.unit, c.calendar, c.period, c.submission_id, c.known_from, d.disaggregation
),

contributions as (
    select
        f.indicator,
        f.version,
        f.form,
        f.unit,
        f.calendar,
        f.period,
        p.disaggregation,
        f.known_from,
        f.known_to,
        f.is_own,
        coalesce(s.numerator, 0) as numerator,
        coalesce(s.denominator, 0) as denominator,
        coalesce(s.has_gap, false)::integer as gaps
    from filings as f
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
            and f.submission_id = s.submission_id
            and f.known_from = s.known_from
            and p.disaggregation = s.disaggregation
),

waivers as (
    select
        o.form,
        o.unit,
        o.calendar,
        o.period,
        o.is_own,
        t.at,
        t.step
    from {{ ref('int_reports__owed') }} as o
    inner join {{ ref('int_obligations__history') }} as h
        on
            o.form = h.form
            and o.part_unit = h.unit
            and o.calendar = h.calendar
            and o.part_period = h.period
            and h.state = 'waived'
    cross join lateral (values (h.known_from, 1), (h.known_to, -1)) as t (at, step)
    where t.at is not null
),

changes as (
    -- Every unit stands there from the period's first day on, with nothing filed.
    select
        e.indicator,
        e.version,
        e.form,
        e.unit,
        e.calendar,
        e.period,
        e.disaggregation,
        e.window_from::timestamp at time zone 'Asia/Ho_Chi_Minh' as at,
        true as is_own,
        0 as filed,
        0 as waived,
        0 as numerator,
        0 as denominator,
        0 as gaps
    from expected_parts as e
    union all
    select
        c.indicator,
        c.version,
        c.form,
        c.unit,
        c.calendar,
        c.period,
        c.disaggregation,
        t.at,
        c.is_own,
        t.step as filed,
        0 as waived,
        t.step * c.numerator as numerator,
        t.step * c.denominator as denominator,
        t.step * c.gaps as gaps
    from contributions as c
    cross join lateral (values (c.known_from, 1), (c.known_to, -1)) as t (at, step)
    where t.at is not null
    union all
    select
        e.indicator,
        e.version,
        e.form,
        e.unit,
        e.calendar,
        e.period,
        e.disaggregation,
        w.at,
        w.is_own,
        0 as filed,
        w.step as waived,
        0 as numerator,
        0 as denominator,
        0 as gaps
    from expected_parts as e
    inner join waivers as w
        on e.form = w.form and e.unit = w.unit and e.calendar = w.calendar and e.period = w.period
),

steps as (
    select
        c.indicator,
        c.version,
        c.form,
        c.unit,
        c.calendar,
        c.period,
        c.disaggregation,
        c.at,
        coalesce(sum(c.filed) filter (where c.is_own), 0) as own_filed,
        coalesce(sum(c.waived) filter (where c.is_own), 0) as own_waived,
        coalesce(sum(c.numerator) filter (where c.is_own), 0) as own_numerator,
        coalesce(sum(c.denominator) filter (where c.is_own), 0) as own_denominator,
        coalesce(sum(c.gaps) filter (where c.is_own), 0) as own_gaps,
        coalesce(sum(c.filed) filter (where not c.is_own), 0) as months_filed,
        coalesce(sum(c.waived) filter (where not c.is_own), 0) as months_waived,
        coalesce(sum(c.numerator) filter (where not c.is_own), 0) as months_numerator,
        coalesce(sum(c.denominator) filter (where not c.is_own), 0) as months_denominator,
        coalesce(sum(c.gaps) filter (where not c.is_own), 0) as months_gaps
    from changes as c
    group by c.indicator, c.version, c.form, c.unit, c.calendar, c.period, c.disaggregation, c.at
),

standings as (
    select
        s.indicator,
        s.version,
        s.form,
        s.unit,
        s.calendar,
        s.period,
        s.disaggregation,
        s.at as known_from,
        lead(s.at) over unit_in_time as known_to,
        sum(s.own_filed) over unit_in_time as own_filed,
        sum(s.own_waived) over unit_in_time as own_waived,
        sum(s.own_numerator) over unit_in_time as own_numerator,
        sum(s.own_denominator) over unit_in_time as own_denominator,
        sum(s.own_gaps) over unit_in_time as own_gaps,
        sum(s.months_filed) over unit_in_time as months_filed,
        sum(s.months_waived) over unit_in_time as months_waived,
        sum(s.months_numerator) over unit_in_time as months_numerator,
        sum(s.months_denominator) over unit_in_time as months_denominator,
        sum(s.months_gaps) over unit_in_time as months_gaps
    from steps as s
    window
        unit_in_time as (
            partition by s.indicator, s.version, s.form, s.unit, s.calendar, s.period, s.disaggregation
            order by s.at
        )
),

chosen as (
    select
        s.indicator,
        s.version,
        s.form,
        s.unit,
        s.calendar,
        s.period,
        s.disaggregation,
        s.known_from,
        s.known_to,
        t.is_own,
        e.takes_own,
        s.own_waived,
        s.months_waived,
        s.months_filed,
        e.months - s.months_waived as months_owed,
        case when t.is_own then s.own_numerator else s.months_numerator end as numerator,
        case when t.is_own then s.own_denominator else s.months_denominator end as denominator,
        case when t.is_own then s.own_gaps else s.months_gaps end as gaps
    from standings as s
    inner join expected as e
        on
            s.indicator = e.indicator
            and s.version = e.version
            and s.form = e.form
            and s.unit = e.unit
            and s.calendar = e.calendar
            and s.period = e.period
    cross join lateral (values (e.takes_own and s.own_filed > 0)) as t (is_own)
),

judged as (
    select
        c.*,
        -- Some months of a longer period are a report that is not whole: incomplete, never zero and never silent.
        c.gaps = 0 and (c.is_own or (c.months_owed > 0 and c.months_filed = c.months_owed)) as is_usable
    from chosen as c
)

select
    j.indicator,
    j.version,
    j.form,
    j.unit,
    j.calendar,
    j.period,
    j.disaggregation,
    j.known_from,
    j.known_to,
    j.is_own,
    j.numerator,
    j.denominator,
    j.is_own or j.months_filed > 0 as is_filed,
    j.is_usable,
    j.is_usable
    or j.is_own
    or case when j.takes_own then j.own_waived = 0 else j.months_owed > 0 or j.months_waived = 0 end as is_expected
from judged as j
