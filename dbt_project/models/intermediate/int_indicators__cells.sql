-- The reported cells behind each indicator, unit and period, of every filing that was ever in force. Of a period's own
-- sheet and its months `int_indicators__by_unit` chooses (D49).
-- Over months (T5): flows (S) and cohorts judged at their own cut-off (K) are added, openings are the first month's,
-- closings the last month's; distinct persons (U) do not add up, and subtotals (D) are no terms but their identity is.
-- What lay open when a unit ended is counted where its successor took it in (`handed_over`).
with filings as (
    select
        w.indicator,
        w.version,
        w.counted_from,
        w.window_to,
        p.form,
        p.unit,
        p.calendar,
        p.period,
        p.submission_id,
        p.known_from,
        p.known_to,
        p.filed_from,
        p.filed_to,
        p.is_own,
        p.hands_over
    from {{ ref('int_indicators__windows') }} as w
    inner join {{ ref('int_reports__parts') }} as p
        on w.calendar = p.calendar and w.period = p.period
    where w.is_applicable and w.counted_from <= p.filed_from
)

select
    t.indicator,
    t.version,
    t.side,
    t.sign,
    t.field,
    f.form,
    f.unit,
    f.calendar,
    f.period,
    f.submission_id,
    f.known_from,
    f.known_to,
    f.is_own,
    o.row_no,
    o.at_index,
    case
        when o.dims ->> i.disaggregated_by is not null
            then jsonb_build_object(i.disaggregated_by, o.dims ->> i.disaggregated_by)
    end as part,
    o.value,
    o.value_state,
    case t.carry
        when 'opening_first' then f.filed_from = f.counted_from
        when 'closing_last' then f.filed_to = f.window_to
        when 'handed_over' then f.hands_over
        else true
    end as is_counted,
    t.carry <> 'distinct' or f.is_own as is_additive
from {{ ref('indicator_term') }} as t
inner join {{ ref('indicator') }} as i on t.indicator = i.indicator and t.version = i.version
inner join filings as f on t.indicator = f.indicator and t.version = f.version and t.form = f.form
left join {{ ref('int_reports__observed') }} as o
    on
        f.submission_id = o.submission_id
        and f.known_from = o.known_from
        and t.form = o.form
        and t.field = o.field
        and case
            when coalesce(t.row_filter, '') = '' then true
            when t.row_filter like '%!=%'
                then o.dims ->> split_part(t.row_filter, '!=', 1) <> split_part(t.row_filter, '!=', 2)
            else o.dims ->> split_part(t.row_filter, '=', 1) = split_part(t.row_filter, '=', 2)
        end
