-- Who sees which rows: a reporting unit its own, a reader of the vault what it said beforehand, a named person for a time.

-- Whether a unit's only successor took its place: then it is the same body under another code.
alter table registry.unit_heir add column is_one_to_one boolean not null default false;
-- Written anew from the files at the next start.
delete from registry.reference_state;

-- Functions are closed until a migration opens them, and so are later tables of the vault.
alter default privileges revoke execute on functions from public;
revoke execute on all functions in schema registry from public;
grant execute on function registry.discrepancy_state to kho138_loader, kho138_builder, kho138_auditor;
alter default privileges in schema vault revoke select on tables from kho138_linker;
alter default privileges in schema vault revoke insert on tables from kho138_loader;
alter default privileges in schema vault revoke usage on sequences from kho138_loader;
-- Views that nothing can be written through.
revoke insert, update on registry.in_force, registry.obligation_history from kho138_loader;
-- The vault is read through the functions below and no other way.
revoke select on vault.key, vault.identity, vault.rotation from kho138_linker;


-- Row-level security. A log-in is of a unit by its name, `u_<unit>`, and by no setting: `set role` to anything else leaves
-- no unit. A successor sees what its predecessor filed only where it took its place one to one, through any number of
-- such steps: after a merger or a split nobody sees the whole that no single body filed. The server's own day counts,
-- which no session sets. A function and no query, here and below: a query in a policy is a node of the plan, and
-- `explain analyze` would tell whether a condition met the row of another.
create function registry.units_of(login text) returns text []
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    if not starts_with(login, 'u_') then
        return '{}';
    end if;
    return substr(login, 3) || array(
        select h.unit
        from registry.unit_heir as h
        where
            login = 'u_' || h.successor
            and h.is_one_to_one
            and h.valid_from <= (now() at time zone 'Asia/Ho_Chi_Minh')::date
    );
end
$$;

-- Asks as who reads: own submissions alone, by their policy.
create function registry.sees_submission(submission bigint) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return exists (select from registry.submission as s where s.submission_id = submission);
end
$$;

alter table registry.submission enable row level security, force row level security;
alter table registry.finding enable row level security, force row level security;
alter table registry.obligation enable row level security, force row level security;

-- What these may do is a matter of grants; they see all rows.
create policy every_row on registry.submission
to kho138_owner, kho138_loader, kho138_builder, kho138_auditor using (true) with check (true);
create policy every_row on registry.finding
to kho138_owner, kho138_loader, kho138_builder, kho138_auditor using (true) with check (true);
create policy every_row on registry.obligation
to kho138_owner, kho138_loader, kho138_builder, kho138_auditor using (true) with check (true);

create policy own_rows on registry.submission for select
to kho138_unit using (unit = any(registry.units_of(current_user)));
create policy own_rows on registry.obligation for select
to kho138_unit using (unit = any(registry.units_of(current_user)));
create policy own_rows on registry.finding for select
to kho138_unit using (registry.sees_submission(submission_id));

-- The history of states joins what units have no right to (waivers, withdrawals): it is read as the owner, in a function,
-- so that no condition of the reader gets into it. Whose rows: the log-in's, which inside is the session's user.
create function registry.own_obligations() returns setof registry.obligation_history
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    select h.*
    from registry.obligation_history as h
    where h.unit = any(registry.units_of(session_user));
end
$$;

create view registry.own_obligation as
select o.*
from registry.own_obligations() as o;

revoke all on registry.own_obligation from kho138_loader, kho138_builder, kho138_auditor;
grant usage on schema registry to kho138_unit;
grant execute on function registry.units_of, registry.sees_submission, registry.own_obligations to kho138_unit;
grant select on registry.submission, registry.finding, registry.obligation, registry.own_obligation, registry.unit_heir
to kho138_unit;

comment on view registry.own_obligation is
'Báo cáo mà chính đơn vị đăng nhập phải nộp, theo từng thời điểm / what the unit that is logged in owes, at every instant';


-- Break-glass: a log-in `bg_<number>` of one person for some hours. What the server itself enforces goes by its clock.
create table registry.break_glass (
    break_glass_id bigint primary key,
    role text not null check (role in ('linker', 'case_analyst', 'auditor')),
    granted_to text not null check (granted_to <> ''),
    reason text not null check (reason <> ''),
    opened_by text not null,
    opened_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > opened_at and expires_at <= opened_at + interval '24 hours'),
    closed_at timestamptz,
    closed_by text,
    closed_as text check (closed_as in ('closed', 'expired')),
    check ((closed_at is null) = (closed_as is null))
);

comment on table registry.break_glass is
'Quyền truy cập khẩn cấp, luôn có thời hạn / emergency access, always for a time';

revoke insert, update on registry.break_glass from kho138_loader;

-- A session that was open when its time ran out is still there until somebody sweeps: functions that ask this refuse it.
create function registry.break_glass_is_over(login text) returns boolean
language sql stable set search_path = pg_catalog, pg_temp
as $$
    select
        starts_with(login, 'bg_')
        and not exists (
            select
            from registry.break_glass as b
            where login = 'bg_' || b.break_glass_id and b.closed_at is null and b.expires_at > clock_timestamp()
        )
$$;


-- Reads of the vault, in two transactions: what is rolled back shows nothing, for its ticket is gone with its event.
-- Unlogged: a ticket is worth five minutes, and to tear it up costs no flush of the log.
create unlogged table vault.ticket (
    ticket uuid primary key,
    reader text not null,
    -- Null: all persons.
    person_keys text [],
    opened_at timestamptz not null,
    opened_in xid8 not null
);

-- Pseudonyms are random: to compress a thousand of them costs time and saves nothing.
alter table vault.ticket alter column person_keys set storage external;
alter table registry.event alter column details set storage external;

comment on table vault.ticket is
'Phiếu đọc một lần; việc đọc nằm trong nhật ký sự kiện / tickets for one read; the read itself is in the event log';

-- Says who reads which persons and why; what is no pseudonym is refused, so that no name is ever written into the log.
create function vault.open_read(person_keys text [], reason text) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    said constant text := regexp_replace(btrim(reason), '\s+', ' ', 'g');
    opened constant uuid := gen_random_uuid();
    what jsonb;
begin
    if registry.break_glass_is_over(session_user::text) then
        raise exception 'this emergency access is over' using errcode = 'insufficient_privilege';
    end if;
    if said is null or char_length(said) < 10 then
        raise exception 'a read of the vault states its reason in 10 characters or more'
            using errcode = 'invalid_parameter_value';
    end if;
    if person_keys is null then
        select jsonb_build_object('all', true, 'persons', count(distinct i.person_key)) into what
        from vault.identity as i;
    -- All at once: a thousand expressions take longer than all the rest.
    elsif
        cardinality(person_keys) = 0
        or array_position(person_keys, null) is not null
        or array_to_string(person_keys, ' ') !~ '^[0-9a-f]{8}\.[A-Za-z0-9_-]{43}( [0-9a-f]{8}\.[A-Za-z0-9_-]{43})*$'
    then
        raise exception 'a read of the vault names persons by their pseudonyms'
            using errcode = 'invalid_parameter_value';
    else
        what := jsonb_build_object('person_keys', person_keys);
    end if;
    insert into registry.event (subject, subject_key, happened_at, actor, action, reason, details)
    values (
        'vault', opened::text, clock_timestamp(), session_user, 'read', said,
        what || jsonb_build_object('client', current_setting('application_name'))
    );
    delete from vault.ticket as t where t.opened_at <= clock_timestamp() - interval '5 minutes';
    insert into vault.ticket (ticket, reader, person_keys, opened_at, opened_in)
    values (opened, session_user, person_keys, clock_timestamp(), pg_current_xact_id());
    return opened;
end
$$;

-- The rows of a ticket: once, within five minutes, to who opened it, and never in the transaction that opened it, whose
-- event is not committed yet. A row that another transaction wrote is visible only when that one was committed.
create function vault.fetch(opened uuid)
returns table (
    identity_id uuid,
    submission_id bigint,
    file_sha256 text,
    person_key text,
    national_id_key text,
    key_id text,
    nonce bytea,
    ciphertext bytea,
    stored_at timestamptz
)
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    torn vault.ticket;
begin
    if registry.break_glass_is_over(session_user::text) then
        raise exception 'this emergency access is over' using errcode = 'insufficient_privilege';
    end if;
    delete from vault.ticket as t
    where
        t.ticket = opened
        and t.reader = session_user
        and t.opened_in <> pg_current_xact_id()
        and t.opened_at > clock_timestamp() - interval '5 minutes'
    returning t.* into torn;
    if torn.ticket is null then
        raise exception 'there is no such ticket: it was used, is older than five minutes, is another reader''s,'
            ' or its read is not committed yet' using errcode = 'insufficient_privilege';
    end if;
    if torn.person_keys is null then
        return query
        select i.identity_id, i.submission_id, s.file_sha256, i.person_key, i.national_id_key, i.key_id, i.nonce,
            i.ciphertext, i.stored_at
        from vault.identity as i
        inner join registry.submission as s on i.submission_id = s.submission_id;
    else
        return query
        select i.identity_id, i.submission_id, s.file_sha256, i.person_key, i.national_id_key, i.key_id, i.nonce,
            i.ciphertext, i.stored_at
        from vault.identity as i
        inner join registry.submission as s on i.submission_id = s.submission_id
        where i.person_key in (select k.key from unnest(torn.person_keys) as k (key));
    end if;
end
$$;

grant execute on function vault.open_read, vault.fetch to kho138_linker;
