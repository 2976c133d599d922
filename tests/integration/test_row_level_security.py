"""A reporting unit's own log-in sees what the unit filed and owes, and nothing else, whichever way it asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import psycopg
import pytest
from office import CRIME, Key, Office
from psycopg import errors

from ingestion.contracts.obligations import inheritances
from ingestion.registry import unit_access
from orchestration.regime import registry_of
from warehouse.clock import HANOI
from warehouse.database import Database
from warehouse.errors import Kho138Error
from warehouse.settings import Settings

OWN, OTHER = "cah_215", "cah_216"
OWED: tuple[Key, ...] = ((CRIME, OWN, "2024-01"), (CRIME, OWN, "2024-02"), (CRIME, OTHER, "2024-01"))
RELATIONS = ("submission", "finding", "obligation", "own_obligation")


@pytest.fixture
def office(settings: Settings) -> Office:
    desk = Office(settings)
    desk.owe(*OWED)
    for nth, key in enumerate(OWED):
        desk.file(key, dt.datetime(2024, 3, 1, 8, nth, tzinfo=HANOI), "returned" if nth else "accepted")
    return desk


@pytest.fixture
def unit(office: Office, database: Database) -> Iterator[psycopg.Connection]:
    """A session of unit `OWN`."""
    assert unit_access.add_unit(database, OWN, "thử")
    with connected(database, OWN) as connection:
        yield connection
    unit_access.remove_unit(database, OWN, "thử")


def connected(database: Database, unit: str) -> psycopg.Connection:
    place = database.libpq_env("owner")
    return psycopg.connect(
        host=place["PGHOST"],
        port=place["PGPORT"],
        dbname=database.name,
        user=f"u_{unit}",
        passfile=place["PGPASSFILE"],
        autocommit=True,
    )


def units_seen(connection: psycopg.Connection, relation: str) -> set[str | None]:
    """Units whose rows a session sees in a relation; of findings those of their submissions, as the owner knows them."""
    if relation == "finding":
        query = (
            "select s.unit from registry.finding as f left join registry.submission as s"
            " on s.submission_id = f.submission_id"
        )
    else:
        query = f"select r.unit from registry.{relation} as r"
    return {unit for (unit,) in connection.execute(query).fetchall()}


def everything_seen(connection: psycopg.Connection) -> dict[str, set[str | None]]:
    return {relation: units_seen(connection, relation) for relation in RELATIONS}


def seen_by_policy(connection: psycopg.Connection) -> set[str | None]:
    """Units seen in the tables, whose policies ask for the current user; the view of states asks for the session's."""
    return {unit for relation in RELATIONS[:3] for unit in units_seen(connection, relation)}


MINE: dict[str, set[str | None]] = {relation: {OWN} for relation in RELATIONS}


def test_a_unit_reads_these_relations_and_no_others(unit: psycopg.Connection) -> None:
    readable = unit.execute(
        "select n.nspname || '.' || c.relname from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace"
        " where c.relkind in ('r', 'v', 'm', 'p', 'f') and n.nspname not in ('pg_catalog', 'information_schema')"
        " and has_schema_privilege(n.oid, 'usage') and has_any_column_privilege(c.oid, 'select') order by 1"
    ).fetchall()
    assert [name for (name,) in readable] == sorted(f"registry.{r}" for r in (*RELATIONS, "unit_heir"))


def test_a_unit_sees_its_own_rows_alone(unit: psycopg.Connection, database: Database) -> None:
    with database.connect("loader") as loader:
        assert units_seen(loader, "finding") == units_seen(loader, "obligation") == {OWN, OTHER}
        (mine,) = loader.execute(
            "select count(*) from registry.submission where unit = %s", [OWN]
        ).fetchone() or (0,)
    assert everything_seen(unit) == MINE
    assert unit.execute("select count(*) from registry.submission").fetchone() == (mine,) == (2,)
    assert unit.execute("select count(*) from registry.finding").fetchone() == (2,)
    states = unit.execute(
        "select period, state from registry.own_obligation where known_from <= '2024-03-05' and"
        " (known_to is null or known_to > '2024-03-05') order by period"
    ).fetchall()
    assert states == [("2024-01", "accepted"), ("2024-02", "returned")]
    # Nobody is named by a setting, and a search_path of one's own changes nothing.
    unit.execute("set search_path = registry, pg_temp")
    unit.execute("set row_security = on")
    unit.execute(f"set session.unit = '{OTHER}'")
    assert everything_seen(unit) == MINE
    unit.execute("set row_security = off")
    with pytest.raises(errors.InsufficientPrivilege):
        unit.execute("select from registry.submission")


def test_a_switch_of_role_shows_no_more(unit: psycopg.Connection, database: Database) -> None:
    for _ in range(7):  # planned for this role, and kept
        unit.execute("select unit from registry.submission", prepare=True)
    unit.execute("prepare mine as select unit from registry.submission")
    assert {u for (u,) in unit.execute("execute mine").fetchall()} == {OWN}
    unit.execute("set role kho138_unit")
    assert seen_by_policy(unit) == set() and units_seen(unit, "own_obligation") == {OWN}
    assert unit.execute("execute mine").fetchall() == []
    assert unit.execute("select unit from registry.submission", prepare=True).fetchall() == []
    unit.execute("reset role")
    assert everything_seen(unit) == MINE
    for role in ("kho138_loader", "kho138_owner", "kho138_auditor", f"u_{OTHER}"):
        with pytest.raises((errors.InsufficientPrivilege, errors.InvalidParameterValue)):
            unit.execute(f"set role {role}")
    with pytest.raises(errors.InsufficientPrivilege):
        unit.execute("set session authorization kho138_loader")
    # An administrator who takes the role of a unit sees what the unit does, in one session after the other.
    unit_access.add_unit(database, OTHER, "thử")
    try:
        with database.connect_admin() as admin:
            admin.execute("prepare seen as select unit from registry.submission")
            for who in (OWN, OTHER):
                admin.execute(f"set role u_{who}")
                assert seen_by_policy(admin) == {who} and units_seen(admin, "own_obligation") == set()
                assert {u for (u,) in admin.execute("execute seen").fetchall()} == {who}
                admin.execute("reset role")
    finally:
        unit_access.remove_unit(database, OTHER, "thử")


LEAKY = (
    # An error that only a row of the other unit would raise.
    "select from registry.{r} as x where 1 / (case when x.{c} = '{other}' then 0 else 1 end) = 1",
    "select from registry.{r} as x where (case when x.{c} = '{other}' then x.{c} else '0' end)::integer = 0",
    "select x.{c} from registry.{r} as x order by 1 / (case when x.{c} = '{other}' then 0 else 1 end)",
    "select case when x.{c} = '{other}' then (x.{c})::integer end from registry.{r} as x",
    "select count(*) filter (where 1 / (case when x.{c} = '{other}' then 0 else 1 end) = 1) from registry.{r} as x",
    "select from registry.{r} as x inner join registry.{r} as y on 1 / (case when y.{c} = '{other}' then 0 else 1 end) = 1",
    "do $$ begin perform 1 / (case when x.{c} = '{other}' then 0 else 1 end) from registry.{r} as x; end $$",
    "with x as not materialized (select * from registry.{r}) select from x"
    " where 1 / (case when x.{c} = '{other}' then 0 else 1 end) = 1",
)


def test_a_condition_that_fails_on_anothers_row_is_never_tried_on_it(unit: psycopg.Connection) -> None:
    for relation in ("submission", "obligation", "own_obligation"):
        for query in LEAKY:
            unit.execute(query.format(r=relation, c="unit", other=OTHER))
            with pytest.raises((errors.DivisionByZero, errors.InvalidTextRepresentation)):
                unit.execute(query.format(r=relation, c="unit", other=OWN))


EXPLAIN = "explain (analyze, buffers off, timing off, summary off, costs off)"
# Columns without an index: a condition on one that has one is tried in the index, before any policy (docs/access.md).
PROBES = (
    ("registry.submission where file_name = '{}'", "la.xlsx"),
    ("registry.submission where note >= '{}'", "zn"),
    ("registry.submission where note is not null and note = '{}'", "zn"),
    ("registry.finding where message_vi = '{}'", "zla"),
    ("registry.finding where message_vi >= '{}'", "zla"),
    ("registry.obligation where unit_class = '{}'", "commune_police"),
    ("registry.own_obligation where unit = '{}'", OTHER),
)


def test_statistics_and_what_was_done_tell_nothing_of_others(
    unit: psycopg.Connection, database: Database
) -> None:
    with database.connect("owner", autocommit=True) as owner:
        owner.execute(
            "update registry.submission set file_name = 'la.xlsx', note = 'zn' where unit = %s", [OTHER]
        )
        owner.execute(
            "update registry.finding set message_vi = 'zla', sheet = 'x' where submission_id in"
            " (select submission_id from registry.submission where unit = %s)",
            [OTHER],
        )
        owner.execute("update registry.obligation set unit_class = 'commune_police' where unit = %s", [OTHER])
        owner.execute("analyze registry.submission, registry.finding, registry.obligation")
    assert unit.execute("select count(*) from pg_stats where schemaname = 'registry'").fetchone() == (0,)
    for setting in ("on", "off"):
        unit.execute(f"set enable_seqscan = {setting}")
        for probe, theirs in PROBES:
            told = []
            for said in (theirs, "zzz"):  # what another has, and what nobody has
                lines = unit.execute(f"{EXPLAIN} select from {probe.format(said)}").fetchall()
                told.append("\n".join(line for (line,) in lines).replace(f"'{said}'", "…"))
            assert told[0] == told[1]
        # Whether a cell is filled is asked before a policy: what only another filled, and what nobody did.
        for table, theirs, nobodys in (
            ("submission", "note", "document_number"),
            ("finding", "sheet", "observed"),
        ):
            told = []
            for column in (theirs, nobodys):
                lines = unit.execute(
                    f"{EXPLAIN} select from registry.{table} where {column} is not null"
                ).fetchall()
                told.append("\n".join(line for (line,) in lines).replace(column, "…"))
            assert told[0] == told[1]


def test_a_unit_writes_nothing_and_makes_nothing(unit: psycopg.Connection) -> None:
    refused = [
        f"{verb} registry.{relation}{rest}"
        for relation in RELATIONS
        for verb, rest in (
            ("insert into", " default values"),
            ("update", " set unit = null" if relation != "finding" else " set rule_id = 'x'"),
            ("delete from", ""),
            ("truncate", ""),
            ("alter table", " disable row level security"),
        )
    ]
    refused += [
        "create function pg_temp.leak(text) returns boolean language sql as 'select true'",
        "create function registry.leak(text) returns boolean language sql as 'select true'",
        "create function public.leak(text) returns boolean language sql as 'select true'",
        "create temporary table t (n integer)",
        "create table public.t (n integer)",
        "create view public.v as select 1",
        "create operator public.=== (function = texteq, leftarg = text, rightarg = text)",
        "drop policy own_rows on registry.submission",
        "copy registry.submission from program 'true'",
        "copy registry.submission to '/tmp/out'",
        "select pg_read_file('/etc/passwd')",
        "alter role current_user superuser",
        "grant kho138_unit to kho138_reporter",
        "select from landing.cell_defect",
        "select vault.open_read(null, 'mọi người trong kho')",
        "select registry.add_event_link()",
    ]
    # What can be written to by nobody is refused as such: a view over a function.
    refusals = (errors.InsufficientPrivilege, errors.ObjectNotInPrerequisiteState, errors.WrongObjectType)
    for statement in refused:
        with pytest.raises(refusals):
            unit.execute(statement)
            pytest.fail(statement)
    assert everything_seen(unit) == MINE


def test_a_successor_sees_what_its_one_predecessor_filed(office: Office, database: Database) -> None:
    heirs = {(i.unit, i.successor): i.is_one_to_one for i in inheritances()}
    assert heirs["ldtbxh_24", "syt_24"] and not heirs["cah_215", "cat_24"]
    merged, renamed = "cat_24", "syt_24"
    before = (CRIME, "ldtbxh_24", "2024-01")
    for at, key in enumerate((before, (CRIME, renamed, "2024-02"), (CRIME, merged, "2024-01"))):
        office.file(key, dt.datetime(2024, 3, 2, 8, at, tzinfo=HANOI))
    office.at(dt.date(2025, 8, 1))
    for successor, sees in ((renamed, {renamed, "ldtbxh_24"}), (merged, {merged})):
        unit_access.add_unit(database, successor, "thử")
        try:
            with connected(database, successor) as connection:
                assert units_seen(connection, "submission") == units_seen(connection, "finding") == sees
        finally:
            unit_access.remove_unit(database, successor, "thử")
    # Not before it took over, by the server's own day.
    unit_access.add_unit(database, renamed, "thử")
    try:
        with database.connect("owner") as owner:
            owner.execute(
                "update registry.unit_heir set valid_from = (now() + interval '2 days')::date where unit = 'ldtbxh_24'"
            )
        with connected(database, renamed) as connection:
            connection.execute("set timezone = 'Pacific/Kiritimati'")
            assert units_seen(connection, "submission") == {renamed}
    finally:
        unit_access.remove_unit(database, renamed, "thử")


def test_the_policies_are_what_holds(unit: psycopg.Connection, database: Database) -> None:
    """Without its policy a unit sees nothing, with an open one all: so the tests above can fail."""
    with database.connect("owner", autocommit=True) as owner:
        for relation in ("obligation", "finding", "submission"):
            forced = owner.execute(
                "select relrowsecurity and relforcerowsecurity from pg_class where oid = %s::regclass",
                [f"registry.{relation}"],
            ).fetchone()
            assert forced == (True,)
            for condition, rows in (("false", 0), ("true", 3)):
                owner.execute(f"alter policy own_rows on registry.{relation} using ({condition})")
                assert unit.execute(f"select count(*) from registry.{relation}").fetchone() == (rows,)


def test_log_ins_come_and_go_and_the_event_log_says_so(office: Office, database: Database) -> None:
    passfile = database.passfile
    with pytest.raises(Kho138Error, match="not a unit today"):
        unit_access.add_unit(database, "cah_999", "thử")
    with pytest.raises(Kho138Error, match="has no log-in"):
        unit_access.remove_unit(database, OWN, "thử")
    assert unit_access.add_unit(database, OWN, "thử") and not unit_access.add_unit(database, OWN, "thử")
    try:
        (found,) = unit_access.unit_accesses(database)
        assert (found.unit, found.login, found.is_valid, found.has_password) == (OWN, f"u_{OWN}", True, True)
        password = passfile.password(f"u_{OWN}")
        with database.connect_admin() as admin:
            (verifier,) = admin.execute(
                "select rolpassword from pg_authid where rolname = %s", [f"u_{OWN}"]
            ).fetchone() or ("",)
            assert verifier.startswith("SCRAM-SHA-256$")
            # Setting the server up anew keeps the units' passwords.
            admin.execute("comment on role kho138_owner is 'kho138 roles 0000: before'")
        database.ensure()
        assert passfile.password(f"u_{OWN}") == password
        # The password is lost: a new one.
        database.keep_password(f"u_{OWN}", None)
        assert unit_access.add_unit(database, OWN, "thử") and passfile.password(f"u_{OWN}") != password
        session = connected(database, OWN)
    finally:
        assert unit_access.remove_unit(database, OWN, "thử") == 1
    with pytest.raises(psycopg.OperationalError):
        session.execute("select 1")
    with pytest.raises(psycopg.OperationalError):
        connected(database, OWN)
    assert unit_access.unit_accesses(database) == [] and passfile.password(f"u_{OWN}") is None
    assert [office.events(a)[0][0] for a in ("grant", "renew", "revoke")] == [OWN] * 3


def test_a_log_in_of_the_same_name_that_is_not_ours_is_left_alone(database: Database) -> None:
    with database.connect_admin() as admin:
        admin.execute(f"create role u_{OWN} login")
        try:
            with pytest.raises(Kho138Error, match="left alone"):
                unit_access.add_unit(database, OWN, "thử")
            assert database.passfile.password(f"u_{OWN}") is None
        finally:
            admin.execute(f"drop role u_{OWN}")


def test_reference_data_are_written_with_who_is_the_same_body(settings: Settings) -> None:
    with registry_of(settings) as (connection, _, _):
        rows = connection.execute(
            "select unit from registry.unit_heir where is_one_to_one order by 1"
        ).fetchall()
    assert [u for (u,) in rows] == ["ldtbxh_24", "stttt_24"]
