-- State of every obligation at every instant up to the build. The registry's view goes on into the future (a deadline
-- that will pass if nothing more happens); what is published says nothing of what has not come.
with clock as (
    select coalesce(max(b.known_at), 'infinity'::timestamptz) as built_at
    from {{ source('registry', 'build') }} as b
)

select
    h.form,
    h.unit,
    h.unit_class,
    h.calendar,
    h.period,
    h.period_kind,
    h.window_from,
    h.window_to,
    h.due_from,
    h.due_at,
    h.onward_due_at,
    h.is_requested,
    h.legal_basis,
    h.mark,
    h.not_owed_cause,
    h.state,
    h.submission_id,
    h.is_nil_return,
    h.filings,
    h.first_received_at,
    h.first_accepted_at,
    h.first_accepted_on_time,
    h.days_late,
    h.time_basis,
    h.waived_until,
    h.successor_unit,
    h.known_from,
    case when h.known_to <= c.built_at then h.known_to end as known_to
from {{ source('registry', 'obligation_history') }} as h
cross join clock as c
where h.known_from <= c.built_at
