select
    i.indicator::text as indicator,
    i.version,
    i.plan_rows::text as plan_rows,
    i.name_vi::text as name_vi,
    i.name_en::text as name_en,
    i.calendar::text as calendar,
    i.kinds,
    i.is_ratio,
    i.disaggregated_by,
    i.valid_from,
    i.valid_to,
    i.counts_from,
    i.legal_basis::text as legal_basis,
    i.mark::text as mark
from {{ ref('indicator') }} as i
