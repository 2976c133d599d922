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
    s.known_from,
    s.known_to,
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
where s.known_from is not null
