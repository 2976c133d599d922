-- Derived from contracts: change the contract, not this file.
--   social_services__victim_supports.v1
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
    r.regime,
    r.beneficiary_status,
    r.persons_supported,
    r.persons_first_supported,
    r.support_acts,
    r.persons_female,
    r.persons_under_16,
    r.persons_16_17,
    r.persons_in_facility,
    r.persons_in_community,
    r.persons_abroad,
    r.support_cost
from {{ source('landing', 'social_services__victim_supports__v1') }} as r
inner join {{ source('registry', 'submission') }} as s on r.submission_id = s.submission_id
inner join {{ source('registry', 'in_force') }} as v on r.submission_id = v.submission_id
