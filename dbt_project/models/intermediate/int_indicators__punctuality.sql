-- Obligations as terms of indicators (I36 to I38): how many were owed, and how many of them had an accepted filing, or
-- one in time, at every instant, by area, form, unit and kind of body. A period counts what ends within it.
-- Owed: the deadline passed, or something is in force; waived with nothing in force is out of both sides (D57).
with judged as (
    select
        h.form,
        h.unit,
        h.unit_class,
        h.is_requested,
        h.calendar,
        h.period,
        h.window_from,
        h.window_to,
        h.known_from,
        (
            h.state in ('accepted', 'accepted_with_warnings')
            or (h.state in ('received', 'returned', 'missing') and h.known_from > h.due_at)
        )::integer as owed,
        (h.state in ('accepted', 'accepted_with_warnings'))::integer as accepted,
        (h.state in ('accepted', 'accepted_with_warnings') and h.first_accepted_on_time)::integer as on_time
    from {{ ref('int_obligations__history') }} as h
),

moved as (
    select
        j.form,
        j.unit,
        j.unit_class,
        j.is_requested,
        j.calendar,
        j.window_from,
        j.window_to,
        j.known_from,
        j.owed - lag(j.owed, 1, 0) over obligation_in_time as owed,
        j.accepted - lag(j.accepted, 1, 0) over obligation_in_time as accepted,
        j.on_time - lag(j.on_time, 1, 0) over obligation_in_time as on_time
    from judged as j
    window obligation_in_time as (partition by j.form, j.unit, j.calendar, j.period order by j.known_from)
),

placed as (
    select
        m.*,
        a.area
    from moved as m
    cross join {{ areas_of_unit('m.unit', 'm.window_to') }} as a
    where m.owed <> 0 or m.accepted <> 0 or m.on_time <> 0
)

select
    w.indicator,
    w.version,
    w.calendar,
    w.period,
    p.area,
    d.disaggregation,
    p.known_from,
    sum(case i.counts when 'on_time' then p.on_time else p.accepted end) as numerator,
    sum(p.owed) as denominator
from {{ ref('indicator_of_obligations') }} as i
inner join {{ ref('int_indicators__windows') }} as w on i.indicator = w.indicator and i.version = w.version
inner join placed as p
    on
        w.calendar = p.calendar
        and w.window_from <= p.window_from
        and w.window_to >= p.window_to
        and (coalesce(i.form, '') = '' or i.form = p.form)
cross join
    lateral (
        values
        ('{}'::jsonb),
        (jsonb_build_object('form', p.form)),
        (jsonb_build_object('unit', p.unit)),
        (jsonb_build_object('unit_class', p.unit_class)),
        (jsonb_build_object('is_requested', p.is_requested))
    ) as d (disaggregation)
where w.is_applicable
group by w.indicator, w.version, w.calendar, w.period, p.area, d.disaggregation, p.known_from
