-- Each comparison at every instant at which one of its filings came into force or lost it.
-- It is made when every filing that both sides owe is there. A filing missing past its deadline on one side does not
-- hold the newest comparison up: what is there is compared, and the gap is told (LATE_REPORT); with gaps on both sides
-- nobody can say what differs. Difference = left − right; where a side only bounds the other (persons over months,
-- cohorts), the bound that is broken stands on the left.
with evidence as (
    -- The clock of the ledger is what was received last, not the wall.
    select max(s.received_at) as newest_at
    from {{ source('registry', 'submission') }} as s
),

comparisons as (
    select distinct
        t.rule,
        t.measure,
        t.comparison
    from {{ ref('int_discrepancies__terms') }} as t
),

instants as (
    select distinct
        p.discrepancy_key,
        p.rule,
        p.measure,
        i.instant
    from {{ ref('int_discrepancies__pieces') }} as p
    cross join lateral (values (p.known_from), (p.known_to)) as i (instant)
    where p.role in ('reported', 'ended') and i.instant is not null
),

standing as (
    select
        i.discrepancy_key,
        i.instant,
        sum(p.value) filter (where p.side = 'left') as left_sum,
        max(p.value) filter (where p.side = 'left') as left_max,
        sum(p.value) filter (where p.side = 'right') as right_sum,
        count(*) filter (where p.side = 'left' and p.role = 'reported') as left_reports,
        count(*) filter (where p.side = 'right' and p.role = 'reported') as right_reports,
        bool_and(p.is_whole) as is_whole
    from instants as i
    inner join {{ ref('int_discrepancies__pieces') }} as p
        on
            i.discrepancy_key = p.discrepancy_key
            and p.role in ('reported', 'ended')
            and i.instant >= p.known_from
            and (p.known_to is null or i.instant < p.known_to)
    group by i.discrepancy_key, i.instant
),

missing as (
    select
        i.discrepancy_key,
        i.instant,
        count(*) filter (where o.side = 'left') as left_missing,
        count(*) filter (where o.side = 'right') as right_missing,
        max(o.due_at) as due_at
    from instants as i
    inner join {{ ref('int_discrepancies__pieces') }} as o on i.discrepancy_key = o.discrepancy_key and o.role = 'owed'
    where
        not exists (
            select 1
            from {{ ref('int_discrepancies__pieces') }} as p
            where
                p.discrepancy_key = o.discrepancy_key
                and p.role = 'reported'
                and p.side = o.side
                and p.form = o.form
                and p.unit = o.unit
                and p.slot_period = o.slot_period
                and i.instant >= p.known_from
                and (p.known_to is null or i.instant < p.known_to)
        )
    group by i.discrepancy_key, i.instant
),

slots as (
    select
        p.discrepancy_key,
        p.side,
        p.form,
        count(distinct p.slot_period) as slots,
        coalesce(max(p.slots_needed), 1) as slots_needed
    from {{ ref('int_discrepancies__pieces') }} as p
    where p.role in ('reported', 'owed')
    group by p.discrepancy_key, p.side, p.form
),

-- A year that began before reports were owed here has months that nobody owes: it is not compared.
covered as (
    select
        s.discrepancy_key,
        bool_and(s.slots >= s.slots_needed) as is_covered
    from slots as s
    group by s.discrepancy_key
),

bounded as (
    select
        i.discrepancy_key,
        i.instant,
        case c.comparison when 'between_max_and_sum' then s.left_max else s.left_sum end as low,
        case c.comparison when 'not_below_sum' then s.right_sum else s.left_sum end as high,
        s.right_sum,
        v.is_covered and coalesce(s.is_whole and s.left_reports > 0 and s.right_reports > 0, false) as is_there,
        coalesce(m.left_missing, 0) as left_missing,
        coalesce(m.right_missing, 0) as right_missing,
        m.due_at,
        i.instant = max(i.instant) over (partition by i.discrepancy_key) as is_newest
    from instants as i
    inner join comparisons as c on i.rule = c.rule and i.measure = c.measure
    inner join covered as v on i.discrepancy_key = v.discrepancy_key
    left join standing as s on i.discrepancy_key = s.discrepancy_key and i.instant = s.instant
    left join missing as m on i.discrepancy_key = m.discrepancy_key and i.instant = m.instant
)

select
    b.discrepancy_key,
    b.instant,
    -- What a missing report leaves different is seen when its deadline passes.
    greatest(b.instant, b.due_at) as found_at,
    b.left_missing,
    b.right_missing,
    b.is_newest,
    b.left_missing + b.right_missing = 0 as is_complete,
    greatest(b.low, least(b.high, b.right_sum)) as left_value,
    b.right_sum as right_value,
    greatest(b.low, least(b.high, b.right_sum)) - b.right_sum as difference
from bounded as b
cross join evidence as e
where
    b.is_there
    and b.low is not null
    and b.right_sum is not null
    and least(b.left_missing, b.right_missing) = 0
    and (b.left_missing + b.right_missing = 0 or (b.is_newest and e.newest_at > b.due_at))
