"""A bench with its own clone of the template database, for one test module."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bench import NOW, Bench

from ingestion.contracts.loader import Contracts
from ingestion.registry.reference import sync_reference
from warehouse import roles
from warehouse.clock import Clock, create_home
from warehouse.database import Database

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def make_bench(template_database: Database, test_folder: Path) -> Iterator[Callable[[Contracts], Bench]]:
    """Makes benches with the reference data of given contracts; their databases go with the module."""
    made: list[Bench] = []

    def make(contracts: Contracts) -> Bench:
        name = f"bench_{next(_numbers)}"
        shared = template_database.settings
        settings = shared.model_copy(
            update={
                "home": test_folder / name,
                "database_name": name,
                "postgres_home": shared.postgres_folder,
            }
        )
        create_home(settings.home, simulated=NOW)
        with template_database.connect_admin("postgres") as admin:
            admin.execute(f"create database {name} template {template_database.name} owner kho138_owner")
        database = Database(settings)
        with database.connect_admin() as inside:
            roles.grant_database(inside, name)
        connection = database.connect("loader")
        sync_reference(connection, contracts, NOW)
        made.append(Bench(database, contracts, Clock.for_home(settings.home), connection))
        return made[-1]

    yield make
    for bench in made:
        bench.connection.close()
        with template_database.connect_admin("postgres") as admin:
            admin.execute(f"drop database {bench.database.name} with (force)")
