-- Filings that a unit's figure for a period can be made of, each with the time in which it was in force: the period's
-- own sheet, and the months that count in it.
select
    o.form,
    o.unit,
    o.calendar,
    o.period,
    s.submission_id,
    o.part_unit,
    o.part_from as filed_from,
    o.part_to as filed_to,
    o.is_own,
    o.hands_over,
    v.known_from,
    v.known_to
from {{ ref('int_reports__owed') }} as o
inner join {{ source('registry', 'submission') }} as s
    on o.form = s.form and o.part_unit = s.unit and o.calendar = s.calendar and o.part_period = s.period
inner join {{ source('registry', 'in_force') }} as v on s.submission_id = v.submission_id
