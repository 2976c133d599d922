-- roles_0002: the kinds of users of the warehouse. Run by an administrator of the server (superuser, or a
-- user with createrole), again and again without harm. Passwords are set apart: none stands in a file here.
-- To prepare an external server by hand, run this file, give each login role a password, and write these
-- into the home's passfile.

do $$
declare
    wanted text;
begin
    foreach wanted in array array[
        'kho138_owner', 'kho138_loader', 'kho138_builder', 'kho138_linker', 'kho138_statistician',
        'kho138_case_analyst', 'kho138_reporter', 'kho138_auditor'
    ] loop
        if not exists (select from pg_catalog.pg_roles where rolname = wanted) then
            execute format('create role %I login', wanted);
        end if;
        -- Reports write dates as day/month/year; instants are read and shown in Vietnamese time. On the role,
        -- so that psql, dbt and every other client has them, on a server of our own or not.
        execute format('alter role %I set datestyle = ''ISO, DMY''', wanted);
        execute format('alter role %I set timezone = ''Asia/Ho_Chi_Minh''', wanted);
        execute format('alter role %I set log_parameter_max_length_on_error = 0', wanted);
    end loop;
    -- The group of the reporting units' own log-ins, which are made one by one.
    if not exists (select from pg_catalog.pg_roles where rolname = 'kho138_unit') then
        create role kho138_unit nologin;
    end if;
    -- What the case analyst asks is logged, without bind values. It takes a superuser: elsewhere that is for the server's
    -- administrator (docs/access.md).
    begin
        alter role kho138_case_analyst set log_statement = 'all';
        alter role kho138_case_analyst set log_parameter_max_length = 0;
    exception
        when insufficient_privilege then null;
    end;
end
$$;

-- Migrations hand objects to these roles and set their default privileges; that takes membership.
grant kho138_loader, kho138_builder, kho138_reporter to kho138_owner;

comment on role kho138_loader is 'writes registry, landing and vault';
comment on role kho138_builder is 'builds staging, intermediate, quality, wap and the marts (dbt)';
comment on role kho138_linker is 'reads the vault to link persons; its reads are logged';
comment on role kho138_statistician is 'reads the marts';
comment on role kho138_case_analyst is 'reads the marts and the restricted marts; its reads are logged';
comment on role kho138_reporter is 'reads the marts, writes extracts and releases';
comment on role kho138_auditor is 'reads the registry and the marts';
comment on role kho138_unit is 'group of the log-ins of reporting units';
-- Last: its number says that this file ran to its end.
comment on role kho138_owner is 'kho138 roles 0002: owns the database and runs migrations';
