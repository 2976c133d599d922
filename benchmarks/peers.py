"""Peers of the gate, each a program of its own: `python -m benchmarks.peers pandas|dlt FILE`.

They load the register's bare lines into a table of schema `scratch` and judge nothing. The place of the database
comes in the variables that libpq reads.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.register import register_form


def load_with_pandas(path: Path) -> None:
    """`read_csv` and `to_sql` with a COPY callable, as the pandas documentation shows it."""
    import pandas as pd
    from sqlalchemy import create_engine

    fields = register_form().fields
    dates = [f.name for f in fields if f.type == "date"]
    frame = pd.read_csv(path, names=[f.name for f in fields], parse_dates=dates, dtype={"offence": "string"})

    def copied(table: Any, connection: Any, keys: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
        buffer = io.StringIO()
        csv.writer(buffer).writerows(rows)
        with connection.connection.cursor() as cursor:
            columns = ", ".join(keys)
            with cursor.copy(f"copy {table.schema}.{table.name} ({columns}) from stdin (format csv)") as copy:
                copy.write(buffer.getvalue())

    engine = create_engine("postgresql+psycopg://")
    with engine.begin() as connection:
        frame.to_sql(
            "pandas_lines",
            connection,
            schema="scratch",
            if_exists="replace",
            index=False,
            method=copied,
            chunksize=100_000,
        )
    engine.dispose()


def load_with_dlt(path: Path) -> None:
    """A pipeline of Arrow batches, loaded as CSV: the fastest way its documentation names."""
    import dlt
    import psycopg
    import pyarrow.csv

    names = [f.name for f in register_form().fields]

    def batches() -> Iterator[Any]:
        options = pyarrow.csv.ReadOptions(column_names=names, block_size=2**24)
        yield from pyarrow.csv.open_csv(path, read_options=options)

    info = psycopg.connect().info
    place = f"postgresql://{info.user}:{info.password}@127.0.0.1:{info.port}/{info.dbname}"
    pipeline = dlt.pipeline(
        f"bench_{path.stem}",
        destination=dlt.destinations.postgres(place),
        dataset_name="scratch_dlt",
        pipelines_dir=str(path.parent / "dlt"),
    )
    pipeline.run(
        batches(), table_name="lines", write_disposition="replace", loader_file_format="csv"
    ).raise_on_failed_jobs()


if __name__ == "__main__":
    {"pandas": load_with_pandas, "dlt": load_with_dlt}[sys.argv[1]](Path(sys.argv[2]))
