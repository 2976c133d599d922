-- Findings by rule and place. What the cell held is not repeated here: it may be personal.
select f.finding_id, f.submission_id, f.rule_id, f.severity, f.is_ledger, f.field, f.row_no, f.message_vi, f.message_en, f.found_at
from {{ source('registry', 'finding') }} as f
inner join {{ ref('fct_submissions') }} as s on s.submission_id = f.submission_id
