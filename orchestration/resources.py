"""The installation as a Dagster resource: its settings, ready when a run asks, never while definitions load."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg

from warehouse.clock import create_home, is_home
from warehouse.errors import Kho138Error
from warehouse.settings import Settings, load_settings


class Installation(dg.ConfigurableResource):
    """One home. `overrides` are settings to use instead of the environment's (`KHO138_…`), by field."""

    overrides: dict[str, Any] = {}

    def settings(self) -> Settings:
        """Settings of the home, which is made on first use; raises `ConfigurationError`."""
        settings = load_settings(**self.overrides)
        if not is_home(settings.home):
            create_home(settings.home)
        return settings


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """Our own errors end a run with the line they would print on the command line, others with their kind alone.

    Dagster keeps an error's text and its causes for ever, and that of a database repeats the row it refused.
    """
    try:
        yield
    except Kho138Error as error:
        raise dg.Failure(description=error.message, metadata={"vi": error.message_vi}) from None
    except dg.Failure:
        raise
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        raise dg.Failure(
            description=f"An unexpected error ({type(error).__name__}); nothing more was done.",
            metadata={"at": f"{Path(where.filename).name}:{where.lineno}"},
        ) from None
