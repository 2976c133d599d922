-- What was filed and what became of it. File names, signatories and notes stay in the registry; a form, unit or period
-- that a returned file only claims is not repeated here: anything may stand in its place.
select
    s.submission_id,
    f.form,
    case when f.form is not null then s.revision end as revision,
    u.unit,
    s.calendar,
    case when s.calendar is not null then s.period end as period,
    s.period_kind,
    s.window_from,
    s.window_to,
    s.channel,
    s.state,
    s.is_nil_return,
    s.received_at,
    s.judged_at,
    s.known_from,
    s.known_to,
    s.rows_read,
    s.rows_landed,
    s.supersedes,
    s.superseded_by
from {{ source('registry', 'submission') }} as s
left join (
    select distinct k.form
    from {{ source('registry', 'form') }} as k
) as f on s.form = f.form
left join (
    select distinct c.code as unit
    from {{ source('registry', 'code') }} as c
    where c.list = 'unit'
) as u on s.unit = u.unit
where not s.has_state_secret
