select code, label_vi, label_en, valid_from, valid_to, parent, attributes, mark
from {{ source('registry', 'code') }}
where list = 'agency'
