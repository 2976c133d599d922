-- Units that owe a form for a period: valid on its last day (D27). Periods from the first to the last filed window.
with filed as (
    select calendar, min(window_from) as first_day, max(window_to) as last_day
    from {{ source('registry', 'submission') }}
    where known_from is not null and known_to is null
    group by calendar
),

latest as (
    select distinct on (form) form, calendar, rhythms
    from {{ source('registry', 'form') }}
    where family = 'province'
    order by form, revision desc
)

select f.form, c.code as unit, p.calendar, p.period, p.period_kind, p.window_from, p.window_to
from latest as f
inner join filed as d on d.calendar = f.calendar
inner join {{ source('registry', 'period') }} as p
    on p.calendar = f.calendar and p.period_kind = any(f.rhythms)
    and p.window_to >= d.first_day and p.window_from <= d.last_day
inner join {{ source('registry', 'code') }} as c
    on c.list = 'filers/' || f.form and p.window_to between c.valid_from and c.valid_to
