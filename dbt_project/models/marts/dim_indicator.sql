select indicator, version, plan_rows, name_vi, name_en, calendar, kinds, is_ratio, valid_from, valid_to, legal_basis, mark
from {{ ref('indicator') }}
