-- The vault: identities under keys that no database holds, and which keys those are.

-- Ids and check values only. The key that is not retired is in force for its purpose: this row, and no file, decides it.
create table vault.key (
    key_id text primary key,
    purpose text not null check (purpose in ('vault', 'store', 'national_id', 'person')),
    -- An HMAC of a constant: tells whether a key file holds this key.
    check_value bytea not null check (octet_length(check_value) = 32),
    created_at timestamptz not null,
    retired_at timestamptz
);

create unique index key_in_force on vault.key (purpose) where retired_at is null;

-- One ciphertext a person and file: all personal fields as one JSON, bound to the file's hash and the key's id.
create table vault.identity (
    identity_id uuid primary key,
    submission_id bigint not null references registry.submission,
    person_key text not null,
    national_id_key text,
    key_id text not null references vault.key,
    nonce bytea not null check (octet_length(nonce) = 12),
    ciphertext bytea not null,
    stored_at timestamptz not null
);

create index identity_submission on vault.identity (submission_id);

-- A rotation's row is written in the transaction that re-keys: where it stands, the new keys are in force.
create table vault.rotation (
    rotation_id bigint generated always as identity primary key,
    old_keys text[] not null,
    new_keys text[] not null,
    rotated_at timestamptz not null,
    rotated_by text not null,
    finished_at timestamptz
);

comment on table vault.key is
'Mã số và trị kiểm tra của các khóa; không chứa khóa / ids and check values of keys, never a key';
comment on table vault.identity is
'Thông tin nhận dạng đã mã hóa / identities, encrypted';
comment on table vault.rotation is
'Các lần đổi khóa / rotations of keys';

-- The gate asks which keys are in force before it takes a file in; identities it only puts (schemas_0001).
grant select on vault.key to kho138_loader;
