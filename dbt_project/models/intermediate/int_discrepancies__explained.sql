-- Every comparison that differs or once differed: what is explained, by which cause, and what is left.
-- Causes take their part one after another in the order that the rule declares; a cause takes only what brings the
-- difference nearer to zero, and nothing is spread: residual = difference − explained. Aggregates attribute
--   AREA_STATE       a unit merged into this one inside the window: what it had reported;
--   REQUALIFICATION  rows differ, and over all rows the two sides agree;
--   LATE_REPORT      a report is missing past its deadline on the lower side, or came after the sheet that sums it up;
--   CORRECTION       how far the difference moved by versions since the two sides agreed, or were first compared.
-- CUT_OFF is bounded, never attributed: flows of the months beside the window on the side that says less.
with recursive history as (
    select
        c.discrepancy_key,
        min(c.found_at) filter (where c.difference <> 0) as first_found_at,
        max(c.found_at) filter (where c.difference <> 0) as last_found_at,
        (array_agg(c.difference order by abs(c.difference) desc, c.instant asc))[1] as greatest_difference,
        (array_agg(c.difference order by c.instant asc) filter (where c.is_complete))[1] as first_difference,
        coalesce(bool_or(c.difference = 0 and c.is_complete), false) as has_agreed
    from {{ ref('int_discrepancies__compared') }} as c
    group by c.discrepancy_key
),

-- The newest comparison that could be made; it no longer stands when a side was withdrawn since.
newest as (
    select distinct on (c.discrepancy_key)
        c.discrepancy_key,
        c.left_value,
        c.right_value,
        c.difference,
        c.left_missing,
        c.right_missing,
        c.is_newest as is_compared
    from {{ ref('int_discrepancies__compared') }} as c
    order by c.discrepancy_key asc, c.instant desc
),

sides as (
    select
        t.rule,
        t.measure,
        t.side,
        string_agg(distinct t.form, '+' order by t.form) as form,
        string_agg(distinct t.field, '+' order by t.field) as fields,
        min(t.calendar) as calendar
    from {{ ref('int_discrepancies__terms') }} as t
    group by t.rule, t.measure, t.side
),

rules as (
    select distinct
        t.rule,
        t.rule_id,
        t.measure,
        t.comparison,
        t.scope,
        t.causes,
        t.owner_side,
        t.sentence_vi,
        t.sentence_en,
        t.legal_basis,
        t.mark
    from {{ ref('int_discrepancies__terms') }} as t
),

placed as (
    select distinct
        p.discrepancy_key,
        p.rule,
        p.measure,
        p.period,
        p.body,
        p.row_key
    from {{ ref('int_discrepancies__pieces') }} as p
),

differing as (
    select
        p.discrepancy_key,
        p.rule,
        p.measure,
        p.period,
        p.body,
        p.row_key,
        n.left_value,
        n.right_value,
        n.difference,
        n.left_missing,
        n.right_missing,
        n.is_compared,
        h.first_found_at,
        h.last_found_at,
        h.greatest_difference,
        h.first_difference,
        h.has_agreed,
        sum(n.difference) over (partition by p.rule, p.measure, p.period, p.body) as over_all_rows
    from placed as p
    inner join newest as n on p.discrepancy_key = n.discrepancy_key
    inner join history as h on p.discrepancy_key = h.discrepancy_key
    left join {{ source('registry', 'discrepancy') }} as r on p.discrepancy_key = r.discrepancy_key
    where h.first_found_at is not null or r.discrepancy_key is not null
),

-- When the sheet that sums up others, or opens on them, was last filed; and what of the others came after it.
reader as (
    select
        p.discrepancy_key,
        max(p.known_from) as read_at
    from {{ ref('int_discrepancies__pieces') }} as p
    where p.role = 'reported' and p.relation = 'same' and p.known_to is null
    group by p.discrepancy_key
),

first_versions as (
    select
        p.discrepancy_key,
        p.side,
        p.relation,
        min(p.known_from) as first_known_at,
        sum(p.value) filter (where p.known_to is null) as value
    from {{ ref('int_discrepancies__pieces') }} as p
    where p.role = 'reported' and p.relation in ('months', 'first_month', 'last_month', 'previous')
    group by p.discrepancy_key, p.side, p.relation, p.form, p.unit, p.slot_period
),

late as (
    select
        v.discrepancy_key,
        sum(case v.side when 'left' then v.value else -v.value end) as amount,
        bool_or(v.relation <> 'months') as is_all
    from first_versions as v
    inner join reader as r on v.discrepancy_key = r.discrepancy_key and v.first_known_at > r.read_at
    group by v.discrepancy_key
),

merged as (
    select
        p.discrepancy_key,
        sum(case p.side when 'left' then -p.value else p.value end) as amount
    from {{ ref('int_discrepancies__pieces') }} as p
    where p.role = 'predecessor'
    group by p.discrepancy_key
),

candidates as (
    select
        d.discrepancy_key,
        d.rule,
        d.measure,
        c.cause,
        c.amount
    from differing as d
    left join late as l on d.discrepancy_key = l.discrepancy_key
    left join merged as m on d.discrepancy_key = m.discrepancy_key
    cross join
        lateral (
            values
            ('AREA_STATE', m.amount),
            ('REQUALIFICATION', case when d.over_all_rows = 0 then d.difference end),
            (
                'LATE_REPORT',
                case
                    when d.left_missing > 0 and d.difference < 0 then d.difference
                    when d.right_missing > 0 and d.difference > 0 then d.difference
                    when l.is_all then d.difference
                    else l.amount
                end
            ),
            (
                'CORRECTION',
                case
                    when d.left_missing + d.right_missing = 0
                        then d.difference - case when d.has_agreed then 0 else d.first_difference end
                end
            )
        ) as c (cause, amount)
    where d.difference <> 0 and c.amount <> 0
),

ranked as (
    select
        c.discrepancy_key,
        c.cause,
        c.amount,
        row_number() over (partition by c.discrepancy_key order by array_position(r.causes, c.cause)) as turn
    from candidates as c
    inner join rules as r on c.rule = r.rule and c.measure = r.measure
    where c.cause = any(r.causes)
),

attributed as (
    select
        d.discrepancy_key,
        0::bigint as turn,
        d.difference as residual,
        '{}'::jsonb as explained
    from differing as d
    union all
    select
        a.discrepancy_key,
        c.turn,
        case when abs(a.residual - c.amount) < abs(a.residual) then a.residual - c.amount else a.residual end
            as residual,
        case
            when abs(a.residual - c.amount) < abs(a.residual)
                then a.explained || jsonb_build_object(c.cause, c.amount)
            else a.explained
        end as explained
    from attributed as a
    inner join ranked as c on a.discrepancy_key = c.discrepancy_key and c.turn = a.turn + 1
),

concluded as (
    select distinct on (a.discrepancy_key)
        a.discrepancy_key,
        a.residual,
        a.explained
    from attributed as a
    order by a.discrepancy_key asc, a.turn desc
),

-- Beside the window; unknown while one of those months has no filing yet.
beside as (
    select
        p.discrepancy_key,
        p.side,
        case when count(distinct p.slot_period) >= max(p.slots_needed) then sum(p.value) end as flows
    from {{ ref('int_discrepancies__pieces') }} as p
    where p.role = 'neighbour'
    group by p.discrepancy_key, p.side
),

filers as (
    select
        p.discrepancy_key,
        p.side,
        case when count(distinct p.unit) = 1 then min(p.unit) end as unit
    from {{ ref('int_discrepancies__pieces') }} as p
    where p.role = 'reported' and p.known_to is null
    group by p.discrepancy_key, p.side
),

agencies as (
    select distinct on (f.form)
        f.form,
        f.agency
    from {{ source('registry', 'form') }} as f
    order by f.form asc, f.revision desc
)

select
    d.discrepancy_key,
    d.rule,
    r.rule_id,
    d.measure,
    r.scope,
    d.body,
    d.row_key,
    d.period,
    lp.period_kind,
    ls.calendar as left_calendar,
    rs.calendar as right_calendar,
    lp.window_from as left_from,
    lp.window_to as left_to,
    rp.window_from as right_from,
    rp.window_to as right_to,
    ls.form as left_form,
    ls.fields as left_fields,
    d.left_value,
    rs.form as right_form,
    rs.fields as right_fields,
    d.right_value,
    r.comparison,
    d.difference,
    c.explained,
    c.residual,
    array_to_string(r.causes, ' ') as causes_offered,
    lp.window_from <> rp.window_from or lp.window_to <> rp.window_to as not_aligned,
    case when d.difference <> 0 and b.flows is not null then least(abs(d.difference), b.flows) end as cut_off_bound,
    d.left_missing + d.right_missing as missing_reports,
    d.is_compared,
    a.agency as owner_agency,
    case r.scope when 'unit' then d.body else f.unit end as owner_unit,
    d.first_found_at,
    d.last_found_at,
    d.greatest_difference,
    r.sentence_vi,
    r.sentence_en,
    r.legal_basis,
    r.mark
from differing as d
inner join rules as r on d.rule = r.rule and d.measure = r.measure
inner join concluded as c on d.discrepancy_key = c.discrepancy_key
inner join sides as ls on d.rule = ls.rule and d.measure = ls.measure and ls.side = 'left'
inner join sides as rs on d.rule = rs.rule and d.measure = rs.measure and rs.side = 'right'
inner join {{ source('registry', 'period') }} as lp on ls.calendar = lp.calendar and d.period = lp.period
inner join {{ source('registry', 'period') }} as rp on rs.calendar = rp.calendar and d.period = rp.period
left join beside as b
    on
        d.discrepancy_key = b.discrepancy_key
        and b.side = case when d.difference > 0 then 'right' else 'left' end
left join filers as f on d.discrepancy_key = f.discrepancy_key and r.owner_side = f.side
left join agencies as a on a.form = split_part(case r.owner_side when 'left' then ls.form else rs.form end, '+', 1)
