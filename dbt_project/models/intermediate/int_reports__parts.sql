-- Filings in force that a unit's figure for a period can be made of: its own sheet, and the months within the period.
-- Withdrawn and superseded filings have `known_to` and do not count.
with in_force as (
    select
        s.submission_id,
        s.form,
        s.unit,
        s.calendar,
        s.period,
        s.period_kind,
        s.window_from,
        s.window_to,
        s.known_from
    from {{ source('registry', 'submission') }} as s
    where s.known_from is not null and s.known_to is null
)

select
    e.form,
    e.unit,
    e.calendar,
    e.period,
    s.submission_id,
    s.window_from as filed_from,
    s.window_to as filed_to,
    s.known_from,
    s.period = e.period as is_own,
    bool_or(s.period = e.period) over (partition by e.form, e.unit, e.calendar, e.period) as has_own
from {{ ref('int_reports__expected') }} as e
inner join in_force as s
    on
        e.form = s.form
        and e.unit = s.unit
        and e.calendar = s.calendar
        and (
            e.period = s.period
            or (
                e.period_kind <> 'month'
                and s.period_kind = 'month'
                and e.window_from <= s.window_from
                and e.window_to >= s.window_to
            )
        )
