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
    v.known_from,
    v.known_to,
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
inner join {{ source('registry', 'in_force') }} as v on r.submission_id = v.submission_id
