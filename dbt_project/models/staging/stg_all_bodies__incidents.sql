-- Derived from contracts: change the contract, not this file.
--   all_bodies__incidents.v1
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
    r.incident_number,
    r.incident_kind,
    r.request_number,
    r.happened_on,
    r.area,
    r.subjects,
    r.victims,
    r.victims_under_16,
    r.victims_16_17,
    r.border_dimension,
    r.initiation_decision_number,
    r.summary,
    r.measures_taken
from {{ source('landing', 'all_bodies__incidents__v1') }} as r
inner join {{ source('registry', 'submission') }} as s on r.submission_id = s.submission_id
inner join {{ source('registry', 'in_force') }} as v on r.submission_id = v.submission_id
