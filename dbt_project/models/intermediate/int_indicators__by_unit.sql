-- Numerator and denominator of each indicator, unit and period; a term with a missing cell makes the unit not usable.
with cells as (
    select t.indicator, t.version, t.side, t.sign, t.carry, t.form, t.field, p.unit, p.calendar, p.period,
        p.known_from, p.is_own, p.is_whole, o.value, o.value_state,
        case t.carry when 'opening_first' then p.is_first when 'closing_last' then p.is_last else true end as counts
    from {{ ref('indicator_term') }} as t
    inner join {{ ref('int_reports__parts') }} as p on p.form = t.form
    left join {{ ref('int_reports__observed') }} as o
        on o.submission_id = p.submission_id and o.form = t.form and o.field = t.field
        and case
            when coalesce(t.row_filter, '') = '' then true
            when t.row_filter like '%!=%'
                then o.dims ->> split_part(t.row_filter, '!=', 1) <> split_part(t.row_filter, '!=', 2)
            else o.dims ->> split_part(t.row_filter, '=', 1) = split_part(t.row_filter, '=', 2)
        end
)

select indicator, version, unit, calendar, period, max(known_from) as known_at,
    coalesce(sum(sign * value) filter (where counts and side = 'numerator'), 0) as numerator,
    coalesce(sum(sign * value) filter (where counts and side = 'denominator'), 0) as denominator,
    -- Distinct persons of months do not add up (T5): only the period's own sheet states them.
    bool_and(is_whole)
    and not bool_or(counts and coalesce(value_state, 'value') <> 'value' or carry = 'distinct' and not is_own) as is_usable
from cells
group by indicator, version, unit, calendar, period
