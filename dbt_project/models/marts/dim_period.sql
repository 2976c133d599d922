select
    p.calendar,
    p.period,
    p.period_kind,
    p.window_from,
    p.window_to,
    p.label_vi,
    p.label_en,
    p.quarter_period,
    p.half_period,
    p.year_period,
    p.previous_period,
    p.same_period_last_year
from {{ source('registry', 'period') }} as p
