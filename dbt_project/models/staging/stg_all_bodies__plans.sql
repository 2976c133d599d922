-- Derived from contracts: change the contract, not this file.
--   all_bodies__plans.v1
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
    r.plan_number,
    r.plan_kind,
    r.issued_on,
    r.covers_from,
    r.covers_to,
    r.sent_on,
    r.tasks_listed,
    r.budget_planned,
    r.replaces_plan_number
from {{ source('landing', 'all_bodies__plans__v1') }} as r
inner join {{ source('registry', 'submission') }} as s on r.submission_id = s.submission_id
inner join {{ source('registry', 'in_force') }} as v on r.submission_id = v.submission_id
