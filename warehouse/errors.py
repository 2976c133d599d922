"""Errors a person can act on: one line each, never a traceback.

Here: the base class and the errors of the ground (configuration, database, store).
Elsewhere: errors of reports and periods, which belong to `ingestion`.
No message may carry a password or the value of a personal field.
"""

from __future__ import annotations


class Kho138Error(Exception):
    """A failure that is told to the user in one line.

    `message` is English; `message_vi` is Vietnamese and equals `message` where none was written.
    `exit_code` is what the command line returns (2: usage or configuration).
    """

    exit_code = 2

    def __init__(self, message: str, *, vi: str | None = None) -> None:
        self.message = " ".join(message.split())
        self.message_vi = " ".join((vi or message).split())
        super().__init__(self.message)


class ConfigurationError(Kho138Error):
    """A setting is wrong; the message says which one and what to do."""


class DatabaseUnavailable(Kho138Error):
    """The database does not answer, or does not let this role in."""


class StoreError(Kho138Error):
    """The file store refused: nothing was written."""


class StoreFull(StoreError):
    """No room left for a file; nothing half-written remains."""


class StoreDamaged(StoreError):
    """A stored file is missing, or its content no longer has the hash it is filed under."""


class KeysUnavailable(Kho138Error):
    """The key ring is missing, open to others, damaged or another database's; the message says what is lost."""
