-- What was filed and what became of it. File names, signatories and notes stay in the registry.
select submission_id, form, revision, unit, calendar, period, period_kind, window_from, window_to, channel, state,
    is_nil_return, received_at, judged_at, known_from, known_to, rows_read, rows_landed, supersedes, superseded_by
from {{ source('registry', 'submission') }}
where not has_state_secret
