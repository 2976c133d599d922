-- Derived from contracts: change the contract, not this file.
--   unodc__trafficking_counts.v1
select
    s.submission_id,
    s.unit,
    s.calendar,
    s.period,
    s.period_kind,
    s.window_from,
    s.window_to,
    s.known_from,
    s.known_to,
    r.row_no,
    r.at_index,
    r.defect_fields,
    r.country_code,
    r.country,
    r.region,
    r.subregion,
    r.indicator,
    r.dimension,
    r.category,
    r.sex,
    r.age,
    r.year,
    r.unit_of_measurement,
    r.observed_count,
    r.observed_count_state,
    r.source
from {{ source('landing', 'unodc__trafficking_counts__v1') }} as r
inner join {{ source('registry', 'submission') }} as s on r.submission_id = s.submission_id
where s.known_from is not null
