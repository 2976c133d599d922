"""Write, audit, publish: the one transaction that puts audited figures before their readers (D21).

Models are built and audited in schema `wap`; readers see schema `marts`, whose tables are permanent, so that views,
grants and comments on them stay. Publishing replaces the rows of every table in one transaction under one advisory
lock: a reader sees all of the old figures or all of the new. Building and auditing is `orchestration.building`.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from warehouse.errors import Kho138Error

PUBLISH_LOCK = 1380003

_COLUMNS = """
select a.attname, format_type(a.atttypid, a.atttypmod), col_description(a.attrelid, a.attnum)
from pg_attribute as a
where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped
order by a.attnum
"""


class PublishError(Kho138Error):
    """A table changed its shape in a way that its readers' views do not allow; nothing was published."""


def tables_to_publish(connection: psycopg.Connection) -> list[str]:
    """Names of the tables that wait in `wap`."""
    rows = connection.execute(
        "select c.relname from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace"
        " where n.nspname = 'wap' and c.relkind = 'r' order by c.relname"
    ).fetchall()
    return [r[0] for r in rows]


def publish(connection: psycopg.Connection, target: str = "marts") -> dict[str, int]:
    """Replaces the rows of every published table by those of `wap`; rows published by table.

    `connection` is the builder's, outside a transaction. Raises `PublishError` with nothing changed.
    """
    counts: dict[str, int] = {}
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [PUBLISH_LOCK])
        for table in tables_to_publish(connection):
            try:
                names = _same_shape(cursor, target, table)
            except psycopg.errors.DependentObjectsStillExist:
                raise PublishError(
                    f"{target}.{table} changed its columns, and a view still uses the old ones: drop or adapt the view, then build again."
                ) from None
            columns = sql.SQL(", ").join(map(sql.Identifier, names))
            there, here = sql.Identifier(target, table), sql.Identifier("wap", table)
            cursor.execute(
                sql.SQL("insert into {} ({}) select {} from {}").format(there, columns, columns, here)
            )
            counts[table] = cursor.rowcount
    return counts


def _same_shape(cursor: psycopg.Cursor, target: str, table: str) -> list[str]:
    """Makes the published table, or brings its columns and comments to those of `wap`; returns the columns."""
    there, here = sql.Identifier(target, table), sql.Identifier("wap", table)
    cursor.execute("select to_regclass(%s)", [f"{target}.{table}"])
    found = cursor.fetchone()
    if found is None or found[0] is None:
        cursor.execute(sql.SQL("create table {} (like {} including all)").format(there, here))
    # Emptied before its shape changes: the old rows go in this same transaction in any case.
    cursor.execute(sql.SQL("delete from {}").format(there))
    cursor.execute(_COLUMNS, [f"wap.{table}"])
    wanted = cursor.fetchall()
    cursor.execute(_COLUMNS, [f"{target}.{table}"])
    present = {name: (kind, comment) for name, kind, comment in cursor.fetchall()}
    for name, kind, comment in wanted:
        column = sql.Identifier(name)
        if name not in present:
            cursor.execute(sql.SQL("alter table {} add column {} {}").format(there, column, sql.SQL(kind)))
        elif present[name][0] != kind:
            cursor.execute(
                sql.SQL("alter table {} alter column {} type {} using null").format(
                    there, column, sql.SQL(kind)
                )
            )
        if comment != present.get(name, (None, None))[1]:
            cursor.execute(
                sql.SQL("comment on column {} is {}").format(
                    sql.Identifier(target, table, name), sql.Literal(comment)
                )
            )
    for name in present.keys() - {name for name, _, _ in wanted}:
        cursor.execute(sql.SQL("alter table {} drop column {}").format(there, sql.Identifier(name)))
    cursor.execute("select obj_description(%s::regclass, 'pg_class')", [f"wap.{table}"])
    described = cursor.fetchone()
    if described is not None and described[0] is not None:
        cursor.execute(sql.SQL("comment on table {} is {}").format(there, sql.Literal(described[0])))
    return [name for name, _, _ in wanted]
