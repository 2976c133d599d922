-- The event log is a hash chain: a link hashes the hash of the link before it and every column of its event.
-- `kho138 audit verify` reckons it again from the rows, in code that shares nothing with this file.

create table registry.event_link (
    position bigint primary key check (position >= 0),
    event_id bigint unique references registry.event,
    previous_hash bytea not null,
    hash bytea not null check (octet_length(hash) = 32),
    -- Position 0 begins the chain: its previous hash is a random number, so that no two installations share a chain.
    check ((position = 0) = (event_id is null))
);

comment on table registry.event_link is
'Chuỗi băm của nhật ký sự kiện / the hash chain of the event log';

-- A value with its length in bytes before it, so that no two rows have the same bytes; '-' stands for no value.
create function registry.with_length(value text) returns text
language sql immutable parallel safe
as $$
    select coalesce(octet_length(value)::text || ':' || value, '-')
$$;

-- Every column of an event as bytes that no setting of a session changes: an instant is its microseconds since 1970.
-- A migration that adds a column to registry.event adds it here, for the events from then on, under a new first word.
create function registry.event_bytes(event registry.event) returns bytea
language sql immutable parallel safe
as $$
    select convert_to(
        'event1 '
        || registry.with_length(event.event_id::text)
        || registry.with_length(event.submission_id::text)
        || registry.with_length(event.subject)
        || registry.with_length(event.subject_key)
        || registry.with_length((extract(epoch from event.happened_at) * 1000000)::bigint::text)
        || registry.with_length(event.actor)
        || registry.with_length(event.action)
        || registry.with_length(event.from_state)
        || registry.with_length(event.to_state)
        || registry.with_length(event.reason)
        || registry.with_length(event.details::text),
        'UTF8'
    )
$$;

-- Runs while a transaction commits, once an event, in the order of their making: the lock is held for the commit alone,
-- nothing else is waited for under it, and what is rolled back leaves no gap. Read committed sees the newest head;
-- under a stricter isolation a transaction that lost the race fails on the position and can be tried again.
create function registry.add_event_link() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    head record;
begin
    perform pg_advisory_xact_lock(1380004);
    select l.position, l.hash into strict head
    from registry.event_link as l
    order by l.position desc
    limit 1;
    insert into registry.event_link (position, event_id, previous_hash, hash)
    values (head.position + 1, new.event_id, head.hash, sha256(head.hash || registry.event_bytes(new)));
    return null;
end
$$;

insert into registry.event_link (position, event_id, previous_hash, hash)
select
    0 as position,
    null as event_id,
    i.installation as previous_hash,
    sha256(convert_to('kho138 event chain ', 'UTF8') || i.installation) as hash
from (select uuid_send(gen_random_uuid()) as installation) as i;

-- Events of before this migration, in the order of their numbers.
do $$
declare
    event registry.event;
    head bytea;
    place bigint := 0;
begin
    select l.hash into strict head from registry.event_link as l;
    for event in select e.* from registry.event as e order by e.event_id loop
        insert into registry.event_link (position, event_id, previous_hash, hash)
        values (place + 1, event.event_id, head, sha256(head || registry.event_bytes(event)))
        returning position, hash into place, head;
    end loop;
end
$$;

create constraint trigger event_is_chained after insert on registry.event
deferrable initially deferred
for each row execute function registry.add_event_link();

-- What happened is never changed, and only the trigger, which runs as the owner, makes links.
revoke update on registry.event from kho138_loader;
revoke insert, update on registry.event_link from kho138_loader;
grant select on sequence registry.event_event_id_seq to kho138_auditor;
