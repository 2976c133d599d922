-- schemas_0001: the schemas and who may do what in them. Run by migration 0001 as kho138_owner.
-- Default privileges cover the tables that later migrations (owner), the gate (loader), dbt (builder) and
-- releases (reporter) will make.

-- registry is made by the migration environment, which keeps its own version there
create schema vault;
create schema landing;
create schema marts;
create schema marts_restricted;
create schema extracts;
create schema release;
create schema staging authorization kho138_builder;
create schema intermediate authorization kho138_builder;
create schema quality authorization kho138_builder;
create schema wap authorization kho138_builder;

comment on schema registry is 'obligations, submissions, findings, events: what happened is data';
comment on schema vault is 'identities, encrypted';
comment on schema landing is 'rows as filed, one table a form and revision';
comment on schema staging is 'filings in force, one view or table a form';
comment on schema intermediate is 'observations of one shape';
comment on schema marts is 'dimensions, facts and indicators for statisticians';
comment on schema marts_restricted is 'facts with sensitive columns, for case analysts';
comment on schema extracts is 'tables that leave, by recipient and version';
comment on schema release is 'frozen releases and their audits';
comment on schema quality is 'results of checks across reports';
comment on schema wap is 'write, audit, publish: figures waiting for their checks';

-- loader: writes what comes in, deletes nothing
grant usage on schema registry to kho138_loader;
alter default privileges in schema registry grant select, insert, update on tables to kho138_loader;
alter default privileges in schema registry grant usage on sequences to kho138_loader;
-- landing tables are derived from contracts and need no migration: the loader makes them
grant usage, create on schema landing to kho138_loader;
alter default privileges in schema landing grant select, insert, update on tables to kho138_loader;
alter default privileges in schema landing grant usage on sequences to kho138_loader;
-- into the vault it only puts; reading is the linker's
grant usage on schema vault to kho138_loader;
alter default privileges in schema vault grant insert on tables to kho138_loader;
alter default privileges in schema vault grant usage on sequences to kho138_loader;

-- builder
grant usage on schema registry, landing to kho138_builder;
alter default privileges in schema registry grant select on tables to kho138_builder;
alter default privileges in schema landing grant select on tables to kho138_builder;
alter default privileges for role kho138_loader in schema landing grant select on tables to kho138_builder;
grant usage, create on schema marts, marts_restricted, extracts to kho138_builder;
alter default privileges in schema marts grant select, insert, update, delete on tables to kho138_builder;
alter default privileges in schema marts_restricted grant select, insert, update, delete on tables to kho138_builder;

-- readers of the marts, whoever makes a table there
grant usage on schema marts to kho138_statistician, kho138_case_analyst, kho138_reporter, kho138_auditor;
alter default privileges in schema marts
    grant select on tables to kho138_statistician, kho138_case_analyst, kho138_reporter, kho138_auditor;
alter default privileges for role kho138_builder in schema marts
    grant select on tables to kho138_statistician, kho138_case_analyst, kho138_reporter, kho138_auditor;
grant usage on schema marts_restricted to kho138_case_analyst;
alter default privileges in schema marts_restricted grant select on tables to kho138_case_analyst;
alter default privileges for role kho138_builder in schema marts_restricted
    grant select on tables to kho138_case_analyst;

-- reporter: extracts may be remade, a release is only added to
grant usage, create on schema extracts to kho138_reporter;
alter default privileges in schema extracts grant select, insert, update, delete on tables to kho138_reporter;
alter default privileges for role kho138_builder in schema extracts grant select on tables to kho138_reporter;
grant usage on schema release to kho138_reporter;
alter default privileges in schema release grant select, insert on tables to kho138_reporter;
alter default privileges in schema release grant usage on sequences to kho138_reporter;

-- auditor, linker
grant usage on schema registry to kho138_auditor;
alter default privileges in schema registry grant select on tables to kho138_auditor;
grant usage on schema vault to kho138_linker;
alter default privileges in schema vault grant select on tables to kho138_linker;
