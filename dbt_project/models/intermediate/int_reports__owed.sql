-- What the figure of a form and period is made of: each unit's own sheet, and the months that count for a unit in a
-- longer period. Periods from the first to the last filed window.
-- A unit that ended within a longer period counts by its months, under its one successor where the succession is one
-- to one; nobody owes the sheet of a period in which a unit took over others (D43).
with filed as (
    select
        s.calendar,
        min(s.window_from) as first_day,
        max(s.window_to) as last_day
    from {{ source('registry', 'submission') }} as s
    inner join {{ source('registry', 'in_force') }} as v on s.submission_id = v.submission_id
    group by s.calendar
),

owed as (
    select
        o.form,
        o.unit,
        o.calendar,
        o.period,
        o.period_kind,
        o.window_from,
        o.window_to,
        o.not_owed_cause,
        o.counts_in_quarter_as,
        o.counts_in_half_as,
        o.counts_in_year_as,
        -- The last month that a unit files: what is open at its end passes to its successor.
        o.window_to = max(o.window_to) filter (where o.period_kind = 'month') over (
            partition by o.form, o.unit
        ) as is_last
    from {{ source('registry', 'obligation') }} as o
    left join {{ source('registry', 'regime') }} as r on true
    where (r.first_year is null or o.own_year >= r.first_year) and o.period_kind <> 'ad_hoc'
),

months as (
    select
        m.form,
        k.unit,
        m.calendar,
        k.period,
        m.unit as part_unit,
        m.period as part_period,
        m.window_from as part_from,
        m.window_to as part_to,
        m.is_last and m.unit = k.unit as is_last
    from owed as m
    inner join {{ source('registry', 'period') }} as p on m.calendar = p.calendar and m.period = p.period
    cross join
        lateral (
            values
            (p.quarter_period, m.counts_in_quarter_as),
            (p.half_period, m.counts_in_half_as),
            (p.year_period, m.counts_in_year_as)
        ) as k (period, unit)
    where m.period_kind = 'month' and k.period is not null and k.unit is not null
),

parts as (
    select
        o.form,
        o.unit,
        o.calendar,
        o.period,
        o.unit as part_unit,
        o.period as part_period,
        o.window_from as part_from,
        o.window_to as part_to,
        true as is_own,
        false as is_last
    from owed as o
    where o.not_owed_cause is null
    union all
    select
        m.form,
        m.unit,
        m.calendar,
        m.period,
        m.part_unit,
        m.part_period,
        m.part_from,
        m.part_to,
        false as is_own,
        m.is_last
    from months as m
)

select
    t.form,
    t.unit,
    t.calendar,
    t.period,
    p.period_kind,
    p.window_from,
    p.window_to,
    t.part_unit,
    t.part_period,
    t.part_from,
    t.part_to,
    t.is_own,
    -- The successor's next month takes the open files in, and that month is in the period too.
    t.is_last and t.part_to < p.window_to as hands_over
from parts as t
inner join {{ source('registry', 'period') }} as p on t.calendar = p.calendar and t.period = p.period
inner join filed as f
    on t.calendar = f.calendar and p.window_to >= f.first_day and p.window_from <= f.last_day
