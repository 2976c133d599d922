select calendar, period, period_kind, window_from, window_to, label_vi, label_en, quarter_period, half_period,
    year_period, previous_period, same_period_last_year
from {{ source('registry', 'period') }}
