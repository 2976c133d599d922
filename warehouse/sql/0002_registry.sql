-- Registry: what was received, what became of it, and the reference data that rules and models read.
-- The gate is the only writer of submission, finding, event; reference tables are derived from contracts and code lists.

create table registry.submission (
    submission_id bigint generated always as identity primary key,
    file_sha256 text not null,
    file_name text not null,
    file_size bigint not null,
    channel text not null,
    sent_by text not null,
    form text,
    revision integer,
    unit text,
    calendar text,
    period text,
    period_kind text,
    window_from date,
    window_to date,
    state text not null check (
        state in (
            'received', 'accepted', 'accepted_with_warnings', 'returned', 'duplicate', 'superseded', 'withdrawn',
            'refused_state_secret'
        )
    ),
    received_at timestamptz not null,
    stated_received_at timestamptz,
    is_nil_return boolean not null default false,
    has_state_secret boolean not null default false,
    document_number text,
    signed_on date,
    signed_by_position text,
    note text,
    cell_map jsonb,
    rows_read integer not null default 0,
    rows_landed integer not null default 0,
    duplicate_of bigint references registry.submission,
    supersedes bigint references registry.submission,
    superseded_by bigint references registry.submission,
    judged_at timestamptz,
    known_from timestamptz,
    known_to timestamptz,
    check (known_to is null or known_from is not null)
);

create index submission_file on registry.submission (file_sha256);
create index submission_key on registry.submission (form, unit, calendar, window_to);
create index submission_waiting on registry.submission (submission_id) where state = 'received';
-- Two filings of one unit, form and period are never in force together.
create unique index submission_in_force on registry.submission (form, unit, calendar, period)
where known_from is not null and known_to is null;

create table registry.judging (
    submission_id bigint primary key references registry.submission
);

create table registry.finding (
    finding_id bigint generated always as identity primary key,
    submission_id bigint not null references registry.submission,
    rule_id text not null,
    severity text not null check (severity in ('critical', 'warning', 'info')),
    is_ledger boolean not null default false,
    sheet text,
    cell text,
    row_no integer,
    field text,
    observed text,
    expected text,
    message_vi text not null,
    message_en text not null,
    found_at timestamptz not null
);

create index finding_submission on registry.finding (submission_id);

create table registry.event (
    event_id bigint generated always as identity primary key,
    submission_id bigint references registry.submission,
    happened_at timestamptz not null,
    actor text not null,
    action text not null,
    from_state text,
    to_state text,
    reason text
);

create table registry.period (
    calendar text not null,
    period text not null,
    period_kind text not null,
    window_from date not null,
    window_to date not null,
    label_vi text not null,
    label_en text not null,
    quarter_period text,
    half_period text,
    year_period text,
    previous_period text,
    same_period_last_year text,
    primary key (calendar, period)
);

create table registry.code (
    list text not null,
    code text not null,
    label_vi text not null,
    label_en text not null,
    valid_from date not null,
    valid_to date not null,
    parent text,
    mark text not null,
    attributes jsonb not null default '{}'::jsonb,
    primary key (list, code, valid_from)
);

create table registry.code_pair (
    list text not null,
    left_code text not null,
    right_code text not null,
    valid_from date not null,
    valid_to date not null,
    mark text not null,
    primary key (list, left_code, right_code, valid_from)
);

create table registry.time_limit (
    stage text not null,
    offence_class text not null,
    normal_limit interval not null,
    longest_limit interval not null,
    valid_from date not null,
    valid_to date not null,
    legal_basis text not null,
    mark text not null,
    primary key (stage, offence_class, valid_from)
);

create table registry.form (
    form text not null,
    revision integer not null,
    agency text not null,
    family text not null,
    kind text not null,
    calendar text not null,
    title_vi text not null,
    title_en text not null,
    rhythms text[] not null,
    grain text[] not null,
    effective_from text not null,
    effective_to text,
    is_requested boolean not null,
    sensitivity text not null,
    fingerprint text not null,
    primary key (form, revision)
);

create table registry.form_field (
    form text not null,
    revision integer not null,
    field text not null,
    position integer not null,
    field_type text not null,
    time_behaviour text,
    is_measure boolean not null,
    required text not null,
    code_list text,
    sensitivity text not null,
    label_vi text not null,
    label_en text not null,
    reference text not null,
    primary key (form, revision, field)
);

create table registry.form_rule (
    form text not null,
    revision integer not null,
    rule_id text not null,
    rule_kind text not null,
    severity text not null,
    is_ledger boolean not null,
    runs_in text not null,
    sentence_vi text not null,
    sentence_en text not null,
    legal_basis text not null,
    mark text not null,
    primary key (form, revision, rule_id)
);

create table registry.reference_state (
    singleton boolean primary key default true check (singleton),
    fingerprint text not null,
    synced_at timestamptz not null
);

create table registry.build (
    build_id bigint generated always as identity primary key,
    started_at timestamptz not null,
    finished_at timestamptz,
    known_at timestamptz not null,
    state text not null check (state in ('running', 'published', 'failed')),
    message text,
    checks_passed integer,
    checks_warned integer,
    checks_failed integer
);

create table landing.cell_defect (
    submission_id bigint not null references registry.submission,
    row_no integer not null,
    field text not null,
    sheet text,
    cell text,
    raw_text text,
    rule_id text not null,
    state text not null check (state in ('defect', 'withheld'))
);

create index cell_defect_submission on landing.cell_defect (submission_id);

-- The loader deletes nothing that was received; what it may empty is its own worklist and derived reference data.
grant delete on
    registry.judging, registry.code, registry.code_pair, registry.time_limit, registry.period, registry.form,
    registry.form_field, registry.form_rule
to kho138_loader;
grant insert, update on registry.build to kho138_builder;
