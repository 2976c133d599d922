-- Blocks: a row whose parts do not make its difference, and a row of the ledger that is lost.
select d.discrepancy_key
from {{ ref('fct_discrepancies') }} as d
where
    d.difference <> d.left_value - d.right_value
    or d.residual <> d.difference - (
        select coalesce(sum(e.value::numeric), 0)
        from jsonb_each_text(d.explained) as e
    )
union all
select r.discrepancy_key
from {{ source('registry', 'discrepancy') }} as r
left join {{ ref('fct_discrepancies') }} as d on r.discrepancy_key = d.discrepancy_key
where d.discrepancy_key is null
