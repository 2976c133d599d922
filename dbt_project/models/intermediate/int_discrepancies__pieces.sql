-- What each comparison is made of, for comparisons that differ, may have differed, or stand in the ledger already.
-- A comparison is a rule's measure, a period, a body (a unit, or the province) and a row of the grain. Roles of a
-- piece: reported, a version of a filing with the time it was in force; ended, the last stock of a unit that ended
-- inside the window, its implied out (X3); owed, a filing that is owed, come or not; predecessor, what a unit merged
-- into this body reported, and the body's own filing need not contain; neighbour, flows of the months beside the
-- window. Filings of a predecessor one to one count as the successor's own (D43).
-- What reads this joins it with itself: without statistics the planner takes the worst way.
{% set row_key %}
case when t.row_by = '*' then o.row_key when t.row_by is null then '' else t.row_by || '=' || (o.dims ->> t.row_by) end
{% endset %}
with slots as (
    select
        p.calendar,
        p.period,
        p.period_kind,
        p.window_from,
        p.window_to,
        s.relation,
        s.slot_period,
        1 as slots_needed
    from {{ source('registry', 'period') }} as p
    cross join
        lateral (
            values ('same', p.period), ('previous', p.previous_period), ('ended', p.previous_period)
        ) as s (relation, slot_period)
    union all
    select
        p.calendar,
        p.period,
        p.period_kind,
        p.window_from,
        p.window_to,
        s.relation,
        m.period as slot_period,
        case s.relation when 'months' then count(*) over (partition by p.calendar, p.period, s.relation) else 1 end
            as slots_needed
    from {{ source('registry', 'period') }} as p
    inner join {{ source('registry', 'period') }} as m
        on
            p.calendar = m.calendar
            and m.period_kind = 'month'
            and p.window_from <= m.window_from
            and p.window_to >= m.window_to
    cross join
        lateral (
            values
            ('months', true),
            ('first_month', m.window_from = p.window_from),
            ('last_month', m.window_to = p.window_to)
        ) as s (relation, is_read)
    where s.is_read
),

reads as (
    select
        t.rule,
        t.measure,
        t.comparison,
        t.scope,
        t.side,
        t.relation,
        t.form,
        t.calendar,
        t.field,
        t.rows,
        t.sign,
        t.row_by,
        s.period,
        s.window_from,
        s.window_to,
        s.slot_period,
        s.slots_needed
    from {{ ref('int_discrepancies__terms') }} as t
    inner join slots as s on t.calendar = s.calendar and t.relation = s.relation and s.period_kind = any(t.kinds)
),

cells as (
    select
        t.rule,
        t.measure,
        t.comparison,
        t.scope,
        t.side,
        t.relation,
        t.form,
        t.calendar,
        t.period,
        t.slot_period,
        t.sign,
        o.unit,
        o.submission_id,
        o.known_from,
        o.known_to,
        o.value,
        o.value_state,
        case t.scope when 'province' then '{{ var("province") }}' else coalesce(h.to_unit, o.unit) end as body,
        {{ row_key }} as row_key
    from reads as t
    inner join {{ ref('int_reports__observed') }} as o
        on
            t.form = o.form
            and t.field = o.field
            and t.calendar = o.calendar
            and t.slot_period = o.period
            and (t.rows = '{}'::jsonb or o.dims @> t.rows)
    left join {{ ref('int_discrepancies__successions') }} as h
        on
            h.kind = 'one_to_one'
            and t.scope = 'unit'
            and t.relation <> 'same'
            and o.unit = h.from_unit
            and t.window_to >= h.on_date
            and t.form = coalesce(h.form, t.form)
    where
        t.relation <> 'ended'
        or exists (
            select 1
            from {{ ref('int_discrepancies__successions') }} as e
            where
                e.kind = 'merge'
                and e.from_unit = o.unit
                and e.on_date between t.window_from and t.window_to
                and coalesce(e.form, t.form) = t.form
        )
),

suspects as (
    select
        c.rule,
        c.measure,
        c.period,
        c.body,
        c.row_key
    from cells as c
    group by c.rule, c.measure, c.comparison, c.period, c.body, c.row_key
    having
        count(*) filter (where c.side = 'left') > 0
        and count(*) filter (where c.side = 'right' and c.relation <> 'ended') > 0
        and (
            bool_or(c.known_to is not null)
            or case c.comparison
                when 'equal'
                    then
                        sum(c.sign * c.value) filter (where c.side = 'left')
                        <> sum(c.sign * c.value) filter (where c.side = 'right')
                else
                    sum(c.sign * c.value) filter (where c.side = 'right')
                    < case c.comparison
                        when 'between_max_and_sum' then max(c.value) filter (where c.side = 'left')
                        else sum(c.sign * c.value) filter (where c.side = 'left')
                    end
                    or (
                        c.comparison = 'between_max_and_sum'
                        and sum(c.sign * c.value) filter (where c.side = 'right')
                        > sum(c.sign * c.value) filter (where c.side = 'left')
                    )
            end
        )
    union
    select
        d.rule,
        d.measure,
        d.period,
        d.body,
        d.row_key
    from {{ source('registry', 'discrepancy') }} as d
),

keyed as (
    select
        s.rule,
        s.measure,
        s.period,
        s.body,
        s.row_key,
        s.rule || '-' || left(md5(concat_ws('|', s.rule, s.measure, s.period, s.body, s.row_key)), 10)
            as discrepancy_key
    from suspects as s
),

reported as (
    select
        k.discrepancy_key,
        c.side,
        case c.relation when 'ended' then 'ended' else 'reported' end as role,
        c.relation,
        c.form,
        c.calendar,
        c.unit,
        c.slot_period,
        c.submission_id,
        c.known_from,
        c.known_to,
        sum(c.sign * c.value) as value,
        bool_and(c.value is not null or c.value_state = 'absent') as is_whole,
        null::bigint as slots_needed,
        null::timestamptz as due_at
    from keyed as k
    inner join cells as c
        on
            k.rule = c.rule
            and k.measure = c.measure
            and k.period = c.period
            and k.body = c.body
            and k.row_key = c.row_key
    group by
        k.discrepancy_key, c.side, c.relation, c.form, c.calendar, c.unit, c.slot_period, c.submission_id, c.known_from,
        c.known_to
),

owed as (
    select distinct
        k.discrepancy_key,
        t.side,
        'owed' as role,
        t.relation,
        t.form,
        t.calendar,
        o.unit,
        t.slot_period,
        null::bigint as submission_id,
        null::timestamptz as known_from,
        null::timestamptz as known_to,
        null::numeric as value,
        true as is_whole,
        t.slots_needed,
        o.due_at
    from keyed as k
    inner join reads as t
        on k.rule = t.rule and k.measure = t.measure and k.period = t.period and t.relation <> 'ended'
    inner join {{ source('registry', 'obligation') }} as o
        on t.form = o.form and t.calendar = o.calendar and t.slot_period = o.period and o.not_owed_cause is null
    left join {{ source('registry', 'regime') }} as g on true
    left join {{ ref('int_discrepancies__successions') }} as h
        on
            h.kind = 'one_to_one'
            and o.unit = h.from_unit
            and t.relation <> 'same'
            and t.window_to >= h.on_date
            and t.form = coalesce(h.form, t.form)
    where
        (t.scope = 'province' or k.body = coalesce(h.to_unit, o.unit))
        and o.own_year >= coalesce(g.first_year, o.own_year)
),

predecessors as (
    select
        k.discrepancy_key,
        t.side,
        'predecessor' as role,
        t.relation,
        t.form,
        t.calendar,
        o.unit,
        t.slot_period,
        o.submission_id,
        o.known_from,
        o.known_to,
        sum(t.sign * o.value) as value,
        true as is_whole,
        null::bigint as slots_needed,
        null::timestamptz as due_at
    from keyed as k
    inner join reads as t
        on
            k.rule = t.rule
            and k.measure = t.measure
            and k.period = t.period
            and t.scope = 'unit'
            and t.relation <> 'same'
    inner join {{ ref('int_discrepancies__successions') }} as e
        on
            k.body = e.to_unit
            and e.kind = 'merge'
            and e.on_date between t.window_from and t.window_to
            and t.form = coalesce(e.form, t.form)
    inner join {{ ref('int_reports__observed') }} as o
        on
            t.form = o.form
            and t.field = o.field
            and t.calendar = o.calendar
            and t.slot_period = o.period
            and e.from_unit = o.unit
            and o.known_to is null
            and o.dims @> t.rows
            and k.row_key = {{ row_key }}
    group by
        k.discrepancy_key, t.side, t.relation, t.form, t.calendar, o.unit, t.slot_period, o.submission_id, o.known_from,
        o.known_to
),

neighbours as (
    select
        k.discrepancy_key,
        t.side,
        'neighbour' as role,
        t.relation,
        t.form,
        t.calendar,
        o.unit,
        n.period as slot_period,
        o.submission_id,
        o.known_from,
        o.known_to,
        sum(t.sign * o.value) as value,
        true as is_whole,
        2 * t.cut_off_months::bigint as slots_needed,
        null::timestamptz as due_at
    from keyed as k
    inner join {{ ref('int_discrepancies__terms') }} as t
        on k.rule = t.rule and k.measure = t.measure and t.relation = 'months' and t.cut_off_months is not null
    inner join {{ source('registry', 'period') }} as p on t.calendar = p.calendar and k.period = p.period
    inner join {{ source('registry', 'period') }} as n
        on
            p.calendar = n.calendar
            and n.period_kind = 'month'
            and (
                (
                    p.window_from > n.window_to
                    and n.window_to >= p.window_from - make_interval(months => t.cut_off_months)
                )
                or (
                    p.window_to < n.window_from
                    and n.window_from <= p.window_to + make_interval(months => t.cut_off_months)
                )
            )
    inner join {{ ref('int_reports__observed') }} as o
        on
            t.form = o.form
            and t.field = o.field
            and t.calendar = o.calendar
            and n.period = o.period
            and o.known_to is null
            and o.dims @> t.rows
            and k.row_key = {{ row_key }}
    group by
        k.discrepancy_key, t.side, t.relation, t.form, t.calendar, o.unit, n.period, o.submission_id, o.known_from,
        o.known_to, t.cut_off_months
),

gathered as (
    select * from reported
    union all
    select * from owed
    union all
    select * from predecessors
    union all
    select * from neighbours
)

select
    k.discrepancy_key,
    k.rule,
    k.measure,
    k.period,
    k.body,
    k.row_key,
    g.side,
    g.role,
    g.relation,
    g.form,
    g.calendar,
    g.unit,
    g.slot_period,
    g.submission_id,
    g.known_from,
    g.known_to,
    g.value,
    g.is_whole,
    g.slots_needed,
    g.due_at
from keyed as k
inner join gathered as g on k.discrepancy_key = g.discrepancy_key
