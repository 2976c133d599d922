-- The filings a unit's figure for a period is made of: its own sheet if in force, else all its months (D49).
with in_force as (
    select submission_id, form, unit, calendar, period, period_kind, window_from, window_to, known_from
    from {{ source('registry', 'submission') }}
    where known_from is not null and known_to is null
),

months as (
    select e.form, e.unit, e.calendar, e.period, s.submission_id, s.window_from, s.window_to, s.known_from,
        s.window_from = e.window_from as is_first, s.window_to = e.window_to as is_last,
        count(*) over (partition by e.form, e.unit, e.calendar, e.period) as months_in,
        case e.period_kind when 'quarter' then 3 when 'half' then 6 else 12 end as months_needed
    from {{ ref('int_reports__expected') }} as e
    inner join in_force as s
        on s.form = e.form and s.unit = e.unit and s.calendar = e.calendar and s.period_kind = 'month'
        and s.window_from >= e.window_from and s.window_to <= e.window_to
    where e.period_kind <> 'month'
        and not exists (
            select 1 from in_force as o
            where o.form = e.form and o.unit = e.unit and o.calendar = e.calendar and o.period = e.period
        )
)

select e.form, e.unit, e.calendar, e.period, s.submission_id, s.known_from,
    true as is_own, true as is_first, true as is_last, true as is_whole
from {{ ref('int_reports__expected') }} as e
inner join in_force as s
    on s.form = e.form and s.unit = e.unit and s.calendar = e.calendar and s.period = e.period
union all
-- Some months of a longer period are a report that is not whole: the unit is incomplete, never zero and never silent.
select form, unit, calendar, period, submission_id, known_from, false as is_own, is_first, is_last,
    months_in = months_needed as is_whole
from months
