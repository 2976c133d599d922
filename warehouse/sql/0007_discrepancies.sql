-- The discrepancy ledger: rows are never deleted, answers are only added.

-- What a build found, as it last stood. A build adds rows and brings them up to date; the loader only answers.
create table registry.discrepancy (
    discrepancy_key text primary key,
    rule text not null,
    rule_id text not null,
    measure text not null,
    scope text not null,
    body text not null,
    row_key text not null,
    period text not null,
    period_kind text not null,
    left_calendar text not null,
    right_calendar text not null,
    left_from date not null,
    left_to date not null,
    right_from date not null,
    right_to date not null,
    left_form text not null,
    left_fields text not null,
    left_value numeric not null,
    right_form text not null,
    right_fields text not null,
    right_value numeric not null,
    comparison text not null,
    difference numeric not null,
    explained jsonb not null,
    residual numeric not null,
    causes_offered text not null,
    not_aligned boolean not null,
    cut_off_bound numeric,
    missing_reports integer not null,
    owner_agency text not null,
    owner_unit text,
    first_found_at timestamptz not null,
    last_found_at timestamptz not null,
    greatest_difference numeric not null,
    sentence_vi text not null,
    sentence_en text not null,
    legal_basis text not null,
    mark text not null,
    recorded_at timestamptz not null
);

comment on table registry.discrepancy is
'Sổ chênh lệch: không xoá dòng nào / the discrepancy ledger: no row is ever deleted';

create table registry.discrepancy_answer (
    answer_id bigint generated always as identity primary key,
    discrepancy_key text not null references registry.discrepancy,
    state text not null check (state in ('answered', 'accepted_as_is')),
    answer text not null check (answer <> ''),
    -- An answer speaks of the difference that its author saw; another difference is open again.
    difference numeric not null,
    answered_by text not null check (answered_by <> ''),
    answered_at timestamptz not null
);

create index discrepancy_answer_key on registry.discrepancy_answer (discrepancy_key, answer_id);

comment on table registry.discrepancy_answer is
'Trả lời của đơn vị, chỉ ghi thêm / answers of the bodies, only added to';

-- The answer that counts of each difference: the last one given.
create view registry.newest_answer as
select distinct on (a.discrepancy_key)
    a.discrepancy_key,
    a.state,
    a.answer,
    a.difference,
    a.answered_by,
    a.answered_at
from registry.discrepancy_answer as a
order by a.discrepancy_key asc, a.answer_id desc;

revoke update on registry.discrepancy_answer from kho138_loader;
revoke insert, update on registry.newest_answer from kho138_loader;
revoke insert, update on registry.discrepancy from kho138_loader;
grant insert, update on registry.discrepancy to kho138_builder;

-- The one place that says what a state is; `answer_state` is that of the newest answer to this very difference.
create function registry.discrepancy_state(difference numeric, residual numeric, answer_state text)
returns text
language sql
immutable
as $$
    select case
        when difference = 0 then 'corrected'
        when answer_state = 'accepted_as_is' then 'accepted_as_is'
        when residual = 0 then 'explained'
        when answer_state = 'answered' then 'answered'
        else 'open'
    end
$$;
