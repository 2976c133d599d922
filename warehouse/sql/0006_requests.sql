-- Ad hoc reports: what was asked for, of whom, and what bodies reported unasked. One series of numbers a calendar year.

create table registry.request (
    request_number text primary key check (request_number ~ '^[0-9]{4}-A[0-9]{3}$'),
    form text not null,
    calendar text not null,
    window_from date not null,
    window_to date not null,
    due_at timestamptz not null,
    requested_by text not null check (requested_by <> ''),
    legal_basis text not null,
    reason text not null check (reason <> ''),
    mark text not null check (mark in ('V', 'D', 'P', 'R')),
    is_own_initiative boolean not null,
    -- The body's own number of the incident: the same report sent again or corrected keeps its request number.
    own_key text,
    created_at timestamptz not null,
    check (window_from <= window_to),
    check (is_own_initiative = (own_key is not null))
);

create table registry.request_unit (
    request_number text not null references registry.request,
    unit text not null,
    primary key (request_number, unit)
);

comment on table registry.request is
'Yêu cầu báo cáo đột xuất và báo cáo đột xuất tự gửi / ad hoc requests, and reports made unasked';
comment on table registry.request_unit is
'Đơn vị được yêu cầu / units asked';
