-- Derived from contracts: change the contract, not this file.
--   police__crime_reports.v1
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
    r.source_kind,
    r.reports_opening,
    r.reports_received,
    r.reports_classified,
    r.reports_resumed,
    r.reports_transferred_in,
    r.transferred_in_within_province,
    r.reports_transferred_out,
    r.transferred_out_within_province,
    r.reports_to_resolve,
    r.reports_initiated,
    r.reports_not_initiated,
    r.reports_handled_otherwise,
    r.reports_resolved,
    r.reports_suspended,
    r.reports_closing,
    r.reports_closing_overdue,
    r.suspended_opening,
    r.suspended_closing
from {{ source('landing', 'police__crime_reports__v1') }} as r
inner join {{ source('registry', 'submission') }} as s on r.submission_id = s.submission_id
inner join {{ source('registry', 'in_force') }} as v on r.submission_id = v.submission_id
