"""Write, audit, publish: readers keep the last good figures, and see all of the new ones at once."""

from __future__ import annotations

import psycopg
import pytest

from warehouse.database import Database
from warehouse.publish import PublishError, publish


def build(database: Database, *statements: str) -> None:
    with database.connect("builder") as builder:
        for statement in statements:
            builder.execute(statement)


def read(database: Database, query: str) -> list[tuple[object, ...]]:
    with database.connect("statistician") as reader:
        return reader.execute(query).fetchall()


def publish_all(database: Database) -> dict[str, int]:
    with database.connect("builder") as builder:
        return publish(builder)


def test_figures_comments_and_grants_reach_the_readers(database: Database) -> None:
    build(
        database,
        "create table wap.fct_a (period text primary key, value integer not null)",
        "comment on table wap.fct_a is 'số vụ / cases'",
        "comment on column wap.fct_a.value is 'giá trị / value'",
        "insert into wap.fct_a values ('2024-07', 3)",
    )
    assert publish_all(database) == {"fct_a": 1}
    assert read(database, "select period, value from marts.fct_a") == [("2024-07", 3)]
    said = "select obj_description('marts.fct_a'::regclass), col_description('marts.fct_a'::regclass, 2)"
    assert read(database, said) == [("số vụ / cases", "giá trị / value")]


def test_a_reader_sees_all_of_the_old_figures_until_all_of_the_new_are_there(database: Database) -> None:
    build(
        database,
        "create table wap.fct_a (value integer not null)",
        "create table wap.fct_b (value integer not null)",
        "insert into wap.fct_a values (1)",
        "insert into wap.fct_b values (1)",
    )
    publish_all(database)
    # The second table cannot take the new rows: the first must keep its old ones.
    build(database, "update wap.fct_a set value = 2", "update wap.fct_b set value = 2")
    with database.connect_admin() as admin:
        admin.execute("alter table marts.fct_b add constraint only_one check (value = 1)")
    with pytest.raises(psycopg.errors.CheckViolation):
        publish_all(database)
    assert read(database, "select a.value, b.value from marts.fct_a as a cross join marts.fct_b as b") == [
        (1, 1)
    ]


def test_a_new_column_is_added_and_a_view_in_the_way_is_told_in_one_line(database: Database) -> None:
    build(
        database,
        "create table wap.fct_a (value integer not null, old integer)",
        "insert into wap.fct_a values (1, 2)",
    )
    publish_all(database)
    build(database, "alter table wap.fct_a drop column old", "alter table wap.fct_a add column new text")
    build(database, "create view marts.somebodys as select old from marts.fct_a")
    with pytest.raises(PublishError, match=r"marts\.fct_a changed its columns"):
        publish_all(database)
    build(database, "drop view marts.somebodys")
    build(database, "alter table wap.fct_a alter column value type text using 'one'")
    publish_all(database)
    assert read(database, "select value, new from marts.fct_a") == [("one", None)]
