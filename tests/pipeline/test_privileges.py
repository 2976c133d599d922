"""The privilege matrix: `warehouse/access.csv` decides every object and role, and the server's catalogue agrees.

What the server grants is read after migrations, landing tables and a build, from its own `has_…_privilege`: what a
role has through a group, through PUBLIC or as an owner counts like what was granted to it.
"""

from __future__ import annotations

import csv
from fnmatch import fnmatchcase
from pathlib import Path

import psycopg
import pytest

import warehouse
from orchestration.building import build
from warehouse import roles
from warehouse.database import Database
from warehouse.settings import Settings

MATRIX = Path(warehouse.__file__).parent / "access.csv"
ROLES = [role for role in (*roles.LOGIN_ROLES, *roles.GROUP_ROLES) if role != "owner"]

# Letters as the server writes them in its access lists. A column's grant counts like that of its table.
_RIGHTS = """
select 'database', 'this database', r.rolname, v.letter
from pg_roles as r cross join (values ('connect', 'c'), ('temporary', 'T'), ('create', 'C')) as v (verb, letter)
where has_database_privilege(r.oid, current_database(), v.verb)
union all
select 'schema', n.nspname, r.rolname, v.letter
from pg_namespace as n cross join pg_roles as r cross join (values ('usage', 'U'), ('create', 'C')) as v (verb, letter)
where has_schema_privilege(r.oid, n.oid, v.verb)
union all
select 'relation', n.nspname || '.' || c.relname, r.rolname, v.letter
from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace cross join pg_roles as r
cross join (values ('select', 'r'), ('insert', 'a'), ('update', 'w'), ('references', 'x')) as v (verb, letter)
where c.relkind in ('r', 'v', 'm', 'p', 'f') and has_any_column_privilege(r.oid, c.oid, v.verb)
union all
select 'relation', n.nspname || '.' || c.relname, r.rolname, v.letter
from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace cross join pg_roles as r
cross join (values ('delete', 'd'), ('truncate', 'D'), ('trigger', 't'), ('maintain', 'm'))
    as v (verb, letter)
where c.relkind in ('r', 'v', 'm', 'p', 'f') and has_table_privilege(r.oid, c.oid, v.verb)
union all
select 'sequence', n.nspname || '.' || c.relname, r.rolname, v.letter
from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace cross join pg_roles as r
cross join (values ('usage', 'U'), ('select', 'r'), ('update', 'w')) as v (verb, letter)
where c.relkind = 'S' and has_sequence_privilege(r.oid, c.oid, v.verb)
union all
-- Who may not use the schema cannot call its functions.
select 'function', n.nspname || '.' || p.proname, r.rolname, 'X'
from pg_proc as p inner join pg_namespace as n on n.oid = p.pronamespace cross join pg_roles as r
where has_function_privilege(r.oid, p.oid, 'execute') and has_schema_privilege(r.oid, n.oid, 'usage')
"""
_OBJECTS = """
select 'schema', nspname from pg_namespace
union all
select case c.relkind when 'S' then 'sequence' else 'relation' end, n.nspname || '.' || c.relname
from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'v', 'm', 'p', 'f', 'S')
union all
select 'function', n.nspname || '.' || p.proname
from pg_proc as p inner join pg_namespace as n on n.oid = p.pronamespace
"""

Rights = dict[tuple[str, str, str], frozenset[str]]


def _is_ours(name: str) -> bool:
    return not name.startswith(("pg_", "information_schema"))


def decisions() -> list[dict[str, str]]:
    with MATRIX.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def decided(kind: str, name: str) -> dict[str, str] | None:
    """The row of an object: its own, else that of its pattern."""
    fitting = [d for d in decisions() if d["kind"] == kind and fnmatchcase(name, d["name"])]
    return min(fitting, key=lambda d: "*" in d["name"], default=None)


def disagreements(admin: psycopg.Connection) -> list[str]:
    """Objects without a decision, and rights that are not as decided."""
    have: dict[tuple[str, str, str], set[str]] = {}
    for kind, name, role, letter in admin.execute(_RIGHTS).fetchall():
        if _is_ours(name):
            have.setdefault((kind, name, role.removeprefix("kho138_")), set()).add(letter)
    objects = [(k, n) for k, n in admin.execute(_OBJECTS).fetchall() if _is_ours(n)]
    found = []
    for kind, name in sorted({*objects, ("database", "this database")}):
        row = decided(kind, name)
        if row is None:
            found.append(f"{kind} {name}: no decision in access.csv")
            continue
        for role in ROLES:
            has = have.get((kind, name, role), set())
            if has != set(row[role]):
                found.append(f"{kind} {name}: {role} has {sorted(has)}, decided is {sorted(row[role])}")
    return found


def test_every_object_is_decided_and_the_server_agrees(settings: Settings, database: Database) -> None:
    assert build(settings)["state"] == "published"
    with database.connect_admin() as admin:
        assert disagreements(admin) == []
        # A table that nobody decided on, and each way of getting a right that nobody decided, is found.
        for statement, told in (
            ("create table registry.surprise (n integer)", "relation registry.surprise: no decision"),
            ("grant select (ciphertext) on vault.identity to kho138_statistician", "statistician has ['r']"),
            ("grant delete on registry.event to public", "registry.event: auditor has ['d', 'r']"),
            ("grant kho138_loader to kho138_reporter", "registry.submission: reporter has"),
            ("grant update on sequence registry.event_event_id_seq to kho138_loader", "['U', 'w']"),
            ("create function registry.f() returns integer language sql as 'select 1'", "registry.f: no"),
            ("grant usage on schema vault to kho138_builder", "schema vault: builder has ['U']"),
            ("grant execute on function vault.fetch to public", "function vault.fetch: loader has ['X']"),
            ("grant maintain on registry.event to kho138_auditor", "registry.event: auditor has ['m', 'r']"),
        ):
            with admin.transaction(force_rollback=True):
                admin.execute(statement)
                assert any(told in line for line in disagreements(admin)), statement


def test_nobody_gets_a_right_to_pass_on_and_no_role_is_a_member_of_a_reader(database: Database) -> None:
    with database.connect_admin() as admin:
        members = admin.execute(
            "select m.rolname, g.rolname from pg_auth_members as a inner join pg_roles as m on m.oid = a.member"
            " inner join pg_roles as g on g.oid = a.roleid where m.rolname like 'kho138\\_%'"
            " and g.rolname like 'kho138\\_%' and m.rolname not in ('kho138_owner', 'kho138_admin')"
        ).fetchall()
        passed_on = admin.execute(
            "select c.relname, x.grantee::regrole::text from pg_class as c"
            " cross join lateral aclexplode(c.relacl) as x"
            " where x.is_grantable and x.grantee <> c.relowner and x.grantee <> 0"
        ).fetchall()
    assert (members, passed_on) == ([], [])


def test_statistics_of_columns_are_closed_to_whom_the_rows_are(database: Database) -> None:
    with database.connect("loader") as loader:
        loader.execute("create table landing.rare (n text)")
        loader.execute("insert into landing.rare select 'seen' from generate_series(1, 100)")
    with database.connect_admin() as admin:
        admin.execute("analyze landing.rare")
        seen = "select most_common_vals::text from pg_stats where tablename = 'rare'"
        assert admin.execute(seen).fetchall() == [("{seen}",)]
    for role in ("statistician", "case_analyst", "reporter", "auditor", "linker"):
        with database.connect(role) as reader:
            assert reader.execute(seen).fetchall() == []


def test_no_role_gets_in_over_tcp_without_its_password(database: Database, tmp_path: Path) -> None:
    with database.connect_admin() as admin:
        methods = admin.execute("select distinct auth_method from pg_hba_file_rules").fetchall()
        port = admin.info.port
    assert methods == [("scram-sha-256",)]
    for role in roles.LOGIN_ROLES:
        with pytest.raises(psycopg.OperationalError, match=r"no password supplied|password authentication"):
            psycopg.connect(
                host="127.0.0.1",
                port=port,
                user=roles.role_name(role),
                dbname=database.name,
                passfile=str(tmp_path / "none"),
            )
