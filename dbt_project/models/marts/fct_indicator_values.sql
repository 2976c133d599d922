-- Indicators as known now; `indicator_history` holds what was known before.
select
    h.indicator,
    h.measure,
    h.plan_rows,
    h.calendar,
    h.period,
    h.period_kind,
    h.area,
    h.disaggregation,
    h.value,
    h.numerator,
    h.denominator,
    h.state,
    h.target_operator,
    h.target_value,
    h.target_state,
    h.met,
    h.met_provisional,
    h.coverage_reported,
    h.coverage_expected,
    h.source,
    h.definition_version,
    h.series_break,
    h.not_aligned,
    h.provisional,
    h.known_at
from {{ ref('int_indicators__history') }} as h
where h.known_to is null
