-- Warns: differences between reports that wait for a cause or an answer.
{{ config(severity='warn') }}
select
    d.rule,
    d.owner,
    count(*) as differences
from {{ ref('fct_discrepancies') }} as d
where d.residual <> 0 and d.state in ('open', 'answered')
group by d.rule, d.owner
