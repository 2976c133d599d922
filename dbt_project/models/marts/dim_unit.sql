select
    c.code,
    c.label_vi,
    c.label_en,
    c.valid_from,
    c.valid_to,
    c.parent,
    c.attributes,
    c.mark
from {{ source('registry', 'code') }} as c
where c.list = 'unit'
