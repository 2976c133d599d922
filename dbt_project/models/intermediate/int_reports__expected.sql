-- Units that owe a form for a period: valid on its last day (D27). Periods from the first to the last filed window.
with filed as (
    select
        s.calendar,
        min(s.window_from) as first_day,
        max(s.window_to) as last_day
    from {{ source('registry', 'submission') }} as s
    where s.known_from is not null and s.known_to is null
    group by s.calendar
),

latest as (
    select distinct on (f.form)
        f.form,
        f.calendar,
        f.rhythms
    from {{ source('registry', 'form') }} as f
    where f.family = 'province'
    order by f.form asc, f.revision desc
)

select
    f.form,
    c.code as unit,
    p.calendar,
    p.period,
    p.period_kind,
    p.window_from,
    p.window_to
from latest as f
inner join filed as d on f.calendar = d.calendar
inner join {{ source('registry', 'period') }} as p
    on
        f.calendar = p.calendar
        and p.period_kind = any(f.rhythms)
        and d.first_day <= p.window_to
        and d.last_day >= p.window_from
inner join {{ source('registry', 'code') }} as c
    on
        c.list = 'filers/' || f.form
        and p.window_to between c.valid_from and c.valid_to
