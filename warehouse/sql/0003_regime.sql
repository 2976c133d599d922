-- The reporting regime: what is owed, what was waived or withdrawn, and the state of every obligation at every instant.

-- A withdrawal can bring an earlier filing back: a submission then was in force more than once. The submission itself
-- holds the last time, this table the earlier ones, the view `in_force` all of them.
create table registry.earlier_force (
    submission_id bigint not null references registry.submission,
    known_from timestamptz not null,
    known_to timestamptz not null,
    primary key (submission_id, known_from),
    check (known_from <= known_to)
);

create view registry.in_force as
select
    submission_id,
    known_from,
    known_to
from registry.submission
where known_from is not null
union all
select
    submission_id,
    known_from,
    known_to
from registry.earlier_force;

-- What the judgement said, which stays when the state goes on (superseded, withdrawn).
alter table registry.submission add column verdict text
check (verdict in ('accepted', 'accepted_with_warnings', 'returned'));

update registry.submission as s
set verdict = e.to_state
from registry.event as e
where e.submission_id = s.submission_id and e.action = 'judge';

update registry.submission
set verdict = 'returned'
where state = 'returned';

create table registry.withdrawal (
    submission_id bigint primary key references registry.submission,
    withdrawn_at timestamptz not null,
    withdrawn_by text not null check (withdrawn_by <> ''),
    reason text not null check (reason <> '')
);

alter table registry.event add column subject text not null default 'submission';
alter table registry.event add column subject_key text;
alter table registry.event add column details jsonb not null default '{}'::jsonb;

-- Since when reports are owed here: the first year of each body's own calendar. No row: since the forms are in effect.
create table registry.regime (
    singleton boolean primary key default true check (singleton),
    first_year integer not null,
    set_at timestamptz not null,
    set_by text not null,
    reason text not null
);

create table registry.obligation (
    form text not null,
    unit text not null,
    unit_class text not null,
    calendar text not null,
    period text not null,
    period_kind text not null,
    own_year integer not null,
    window_from date not null,
    window_to date not null,
    -- Known from then on: the first day of its period, or the instant at which it was asked for.
    begins_at timestamptz not null,
    due_from timestamptz not null,
    due_at timestamptz not null,
    onward_due_at timestamptz,
    is_requested boolean not null,
    legal_basis text not null,
    mark text not null,
    not_owed_cause text,
    counts_in_quarter_as text,
    counts_in_half_as text,
    counts_in_year_as text,
    primary key (form, unit, calendar, period)
);

comment on table registry.obligation is
'Báo cáo phải nộp, suy ra từ biểu, đơn vị và lịch / reports owed, derived from forms, units and calendars';

create table registry.unit_heir (
    unit text not null,
    successor text not null,
    valid_from date not null,
    primary key (unit, valid_from)
);

create table registry.waiver (
    waiver_id bigint generated always as identity primary key,
    form text not null,
    unit text not null,
    calendar text not null,
    period text not null,
    granted_at timestamptz not null,
    granted_by text not null check (granted_by <> ''),
    reason text not null check (reason <> ''),
    expires_at timestamptz not null,
    check (expires_at > granted_at)
);

create index waiver_key on registry.waiver (form, unit, calendar, period);

grant delete on registry.obligation, registry.unit_heir to kho138_loader;

-- State of every obligation from the first day of its period on, one row for each instant at which an input changed:
-- the cut-off and the deadline passed, a file was received, judged, took force or lost it, was withdrawn, a waiver was
-- granted or expired, the unit ended. `known_to` is null in the row that holds if nothing more happens: rows of the
-- future are there already. State and its precedence: in force, waived, received, returned, due or missing.
create view registry.obligation_history as
with owed as (
    select o.*
    from registry.obligation as o
    left join registry.regime as r on true
    where r.first_year is null or o.own_year >= r.first_year
),

filing as (
    select
        s.submission_id,
        s.form,
        s.unit,
        s.calendar,
        s.period,
        s.received_at,
        -- An archive states when it was received; punctuality alone goes by it.
        coalesce(s.stated_received_at, s.received_at) as counted_at,
        s.stated_received_at is not null as is_stated,
        s.is_nil_return,
        s.verdict,
        -- A file that was returned unread was judged when it came.
        case when s.state = 'returned' then coalesce(s.judged_at, s.received_at) else s.judged_at end as decided_at,
        w.withdrawn_at
    from registry.submission as s
    left join registry.withdrawal as w on s.submission_id = w.submission_id
    where s.calendar is not null and s.state not in ('duplicate', 'refused_state_secret')
),

force as (
    select
        f.form,
        f.unit,
        f.calendar,
        f.period,
        f.submission_id,
        f.verdict,
        f.is_nil_return,
        v.known_from,
        v.known_to
    from filing as f
    inner join registry.in_force as v on f.submission_id = v.submission_id
    -- What was replaced at the very instant at which it was accepted was never in force.
    where v.known_to is null or v.known_from < v.known_to
),

change as (
    select
        o.form,
        o.unit,
        o.calendar,
        o.period,
        t.at
    from owed as o
    cross join
        lateral (
            values
            (o.begins_at),
            (o.due_from),
            (o.due_at + interval '1 second')
        ) as t (at)
    union
    select
        f.form,
        f.unit,
        f.calendar,
        f.period,
        t.at
    from filing as f
    cross join lateral (values (f.received_at), (f.decided_at), (f.withdrawn_at)) as t (at)
    where t.at is not null
    union
    select
        f.form,
        f.unit,
        f.calendar,
        f.period,
        t.at
    from force as f
    cross join lateral (values (f.known_from), (f.known_to)) as t (at)
    where t.at is not null
    union
    select
        w.form,
        w.unit,
        w.calendar,
        w.period,
        t.at
    from registry.waiver as w
    cross join lateral (values (w.granted_at), (w.expires_at)) as t (at)
    union
    select
        o.form,
        o.unit,
        o.calendar,
        o.period,
        h.valid_from::timestamp at time zone 'Asia/Ho_Chi_Minh'
    from owed as o
    inner join registry.unit_heir as h on o.unit = h.unit
),

instant as (
    select
        c.form,
        c.unit,
        c.calendar,
        c.period,
        c.at as known_from,
        lead(c.at) over (partition by c.form, c.unit, c.calendar, c.period order by c.at) as known_to
    from change as c
    inner join owed as o
        on c.form = o.form and c.unit = o.unit and c.calendar = o.calendar and c.period = o.period
    -- What came before (a waiver, a succession) is known from then on.
    where c.at >= o.begins_at
),

heard as (
    select
        i.form,
        i.unit,
        i.calendar,
        i.period,
        i.known_from,
        count(*)::integer as filings,
        min(f.counted_at) as first_received_at,
        min(f.counted_at) filter (
            where f.verdict <> 'returned' and f.decided_at <= i.known_from
            and (f.withdrawn_at is null or f.withdrawn_at > i.known_from)
        ) as first_accepted_at,
        bool_or(f.is_stated) as is_stated,
        bool_or(f.decided_at is null or f.decided_at > i.known_from) as is_received,
        (array_agg(f.verdict order by f.submission_id desc))[1] = 'returned' as is_returned
    from instant as i
    inner join filing as f
        on
            i.form = f.form
            and i.unit = f.unit
            and i.calendar = f.calendar
            and i.period = f.period
            and i.known_from >= f.received_at
    group by i.form, i.unit, i.calendar, i.period, i.known_from
),

waived as (
    select
        i.form,
        i.unit,
        i.calendar,
        i.period,
        i.known_from,
        max(w.expires_at) as expires_at
    from instant as i
    inner join registry.waiver as w
        on
            i.form = w.form
            and i.unit = w.unit
            and i.calendar = w.calendar
            and i.period = w.period
            and i.known_from >= w.granted_at
            and i.known_from < w.expires_at
    group by i.form, i.unit, i.calendar, i.period, i.known_from
),

heir as (
    select
        h.unit,
        h.successor,
        h.valid_from::timestamp at time zone 'Asia/Ho_Chi_Minh' as valid_from,
        lead(h.valid_from::timestamp at time zone 'Asia/Ho_Chi_Minh')
            over (partition by h.unit order by h.valid_from) as valid_to
    from registry.unit_heir as h
),

stated as (
    select
        o.*,
        i.known_from,
        i.known_to,
        f.submission_id,
        f.is_nil_return,
        coalesce(h.filings, 0) as filings,
        h.first_received_at,
        h.first_accepted_at,
        coalesce(h.is_stated, false) as is_stated,
        w.expires_at,
        e.successor,
        case
            when o.not_owed_cause is not null then 'not_owed'
            when f.submission_id is not null then f.verdict
            when w.expires_at is not null then 'waived'
            when h.is_received then 'received'
            when h.is_returned then 'returned'
            when i.known_from < o.due_from then 'not_due'
            when i.known_from < o.due_at + interval '1 second' then 'due'
            else 'missing'
        end as state
    from instant as i
    inner join owed as o
        on i.form = o.form and i.unit = o.unit and i.calendar = o.calendar and i.period = o.period
    left join force as f
        on
            i.form = f.form
            and i.unit = f.unit
            and i.calendar = f.calendar
            and i.period = f.period
            and i.known_from >= f.known_from
            and (f.known_to is null or i.known_from < f.known_to)
    left join heard as h
        on
            i.form = h.form
            and i.unit = h.unit
            and i.calendar = h.calendar
            and i.period = h.period
            and i.known_from = h.known_from
    left join waived as w
        on
            i.form = w.form
            and i.unit = w.unit
            and i.calendar = w.calendar
            and i.period = w.period
            and i.known_from = w.known_from
    left join heir as e
        on
            i.unit = e.unit
            and i.known_from >= e.valid_from
            and (e.valid_to is null or i.known_from < e.valid_to)
)

select
    s.form,
    s.unit,
    s.unit_class,
    s.calendar,
    s.period,
    s.period_kind,
    s.window_from,
    s.window_to,
    s.due_from,
    s.due_at,
    s.onward_due_at,
    s.is_requested,
    s.legal_basis,
    s.mark,
    s.not_owed_cause,
    s.state,
    s.submission_id,
    s.is_nil_return,
    s.filings,
    s.first_received_at,
    s.first_accepted_at,
    -- The last second of the day is in time to its end.
    s.first_accepted_at < s.due_at + interval '1 second' as first_accepted_on_time,
    -- Calendar days, by the days of the deadline and of the receipt.
    case
        when s.first_accepted_at is not null
            then greatest(
                (s.first_accepted_at at time zone 'Asia/Ho_Chi_Minh')::date
                - (s.due_at at time zone 'Asia/Ho_Chi_Minh')::date,
                0
            )
    end as days_late,
    case when s.is_stated then 'stated' else 'observed' end as time_basis,
    s.expires_at as waived_until,
    s.successor as successor_unit,
    s.counts_in_quarter_as,
    s.counts_in_half_as,
    s.counts_in_year_as,
    s.known_from,
    s.known_to
from stated as s;

comment on view registry.obligation_history is
'Tình trạng của từng báo cáo phải nộp tại mọi thời điểm / state of every obligation at every instant';
